"""`manage.py score_samples`: doubt labels now, rather than when a worker comes to it."""

from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier import dispatch
from classifier.models import ModelVersion


class Command(BaseCommand):
    help = "Asks the live networks how probable it is that labels are wrong, and sorts the review queue by it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("classifier", nargs="*", help="slugs; all with a live version if none is given")

    def handle(self, *args: Any, **options: Any) -> None:
        live = list(ModelVersion.objects.live().values_list("classifier__slug", flat=True))
        if unknown := [slug for slug in options["classifier"] if slug not in live]:
            raise CommandError(f"No live version answers for {', '.join(unknown)}. There is one for {', '.join(live) or 'none'}.")
        current_app.loader.import_default_modules()
        for slug in options["classifier"] or live:
            number = current_app.tasks[dispatch.SCORE_SAMPLES](slug)
            self.stdout.write(f"{slug}: {number} samples.")
