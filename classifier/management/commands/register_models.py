"""`manage.py register_models`: make the networks that come with the project available."""

from typing import Any

from django.core.management.base import BaseCommand

from classifier.actions.register_version import register_version
from classifier.ml.catalog import PRETRAINED
from classifier.ml.handover import CARD_FILE


class Command(BaseCommand):
    help = "Registers the bundled models. Safe to repeat; says what is new."

    def handle(self, *args: Any, **options: Any) -> None:
        for card in sorted(PRETRAINED.glob(f"*/{CARD_FILE}")):
            version, is_new = register_version(artifact=card.parent)
            if is_new:
                self.stdout.write(f"{version} is now {version.stage}.")
