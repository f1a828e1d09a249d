"""Let a candidate answer unseen beside the live version, or no more."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from classifier import policy
from classifier.ml.handover import BadCard
from classifier.models import Classifier, ModelVersion, ShadowAnswer, User
from classifier.models.versions import Stage


class CannotShadow(Exception):
    """The version cannot answer beside the live one; the message says why, and what would help."""

    code = "cannot_shadow"


def shadow_version(*, by: User, version: ModelVersion) -> ModelVersion:
    """From the next answers on the candidate is asked the same, unseen by those who asked. Repeated, it changes nothing.

    Begun anew, it forgets what it answered before: that was beside another version, or long ago.
    Raises ModelVersion.DoesNotExist, policy.MaintainersOnly and CannotShadow.
    """
    with transaction.atomic():
        found = _held(by, version)
        if found.shadows_since is None:
            _require_suitable(found)
            ShadowAnswer.objects.of(found).delete()
            ModelVersion.objects.filter(pk=found.pk).update(shadows_since=Now())
            found.refresh_from_db(fields=["shadows_since", "damage"])
    return found


def unshadow_version(*, by: User, version: ModelVersion) -> ModelVersion:
    """What it answered so far stays to be looked at. Repeated, it changes nothing. Raises as above, but not CannotShadow."""
    with transaction.atomic():
        found = _held(by, version)
        ModelVersion.objects.filter(pk=found.pk).update(shadows_since=None)
        found.shadows_since = None
    return found


def _held(by: User, version: ModelVersion) -> ModelVersion:
    """Nothing of its classifier is promoted until the transaction ends."""
    found = ModelVersion.objects.select_related("classifier").get(pk=version.pk)
    policy.require_trainer(by, found.classifier)
    Classifier.objects.select_for_update(no_key=True).get(pk=found.classifier_id)
    found.refresh_from_db(fields=["stage", "damage", "shadows_since"])
    return found


def _require_suitable(version: ModelVersion) -> None:
    if version.stage != Stage.CANDIDATE:
        raise CannotShadow(f"{version} is {version.stage}: only a candidate answers unseen. Choose one, or train one.")
    if ModelVersion.objects.live_for(version.classifier) is None:
        raise CannotShadow(f"Nothing answers for {version.classifier} yet, so there is nothing to compare with. Promote it.")
    if other := ModelVersion.objects.shadowing().filter(classifier=version.classifier).first():
        raise CannotShadow(f"{other} answers unseen already, and one of a classifier can. Stop it first.")
    _require_whole(version)


def _require_whole(version: ModelVersion) -> None:
    try:
        version.check_files()
    except (BadCard, OSError) as error:
        raise CannotShadow(f"The files of {version} are damaged or missing. Restore them from a backup first.") from error
    if version.damage:  # noted by a worker, and whole again
        ModelVersion.objects.note_damage(version, "")
