"""Deployment mistakes, found by `manage.py check --deploy`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.files, deploy=True)
def storage_writable(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    folder = settings.DATA_DIR
    if os.access(folder, os.W_OK):
        return []
    return [
        Error(f"{folder} cannot be written.", hint="Give the site's user that folder, or set DOODLE_DATA.", id="classifier.E001")
    ]


@register(Tags.compatibility, deploy=True)
def broker_set(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    if not settings.CELERY_BROKER_URL.startswith("filesystem"):
        return []
    hint = "Set CELERY_BROKER_URL=redis://… where web and workers are on different machines."
    return [Warning("The embedded broker works on one machine only.", hint=hint, id="classifier.W001")]


@register(Tags.database, deploy=True)
def live_versions(app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Only with `--database default`, since it reads it."""
    if not databases:
        return []
    from classifier.models import Classifier
    from classifier.models.versions import Stage

    unserved = Classifier.objects.filter(made_by=None).exclude(versions__stage=Stage.LIVE)  # those of people begin without
    hint = "Run `manage.py register_models`, or promote a version."
    return [Warning(f"Classifier {it} has no live version.", hint=hint, id="classifier.W002") for it in unserved]


@register(Tags.files, deploy=True)
def live_versions_whole(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Only with `--database default`, since it reads it."""
    if not databases:
        return []
    from classifier.ml.handover import BadCard
    from classifier.models import ModelVersion

    found: list[CheckMessage] = []
    hint = "Restore its folder from a backup, or roll back in the workshop."
    for version in ModelVersion.objects.live():
        try:
            version.check_files()
        except (BadCard, OSError) as error:
            found.append(Error(f"The files of {version} are damaged: {error}", hint=hint, id="classifier.E002"))
    return found
