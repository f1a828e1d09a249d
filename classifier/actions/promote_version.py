"""Let a version answer from now on."""

from __future__ import annotations

from django.db import transaction

from classifier import policy
from classifier.ml.gate import BadAnswers, Comparison
from classifier.ml.handover import BadCard
from classifier.models import Classifier, ModelVersion, Promotion, User
from classifier.models.measurements import compared
from classifier.models.versions import Stage

LONGEST_NOTE = 500
HOW_TO_OVERRIDE = "Promote it with a note that says why it should answer all the same."


class BadNote(ValueError):
    """A note that cannot be kept."""

    code = "bad_note"


class GateClosed(Exception):
    """The version did not pass the gate; `comparison` says how it did, None where it could not be compared."""

    code = "gate_closed"

    def __init__(self, reason: str, comparison: Comparison | None) -> None:
        super().__init__(f"{reason} {HOW_TO_OVERRIDE}")
        self.comparison = comparison


class DamagedVersion(Exception):
    """The version's files are not what they were when it was made."""

    code = "damaged_version"

    def __init__(self, version: ModelVersion) -> None:
        super().__init__(f"The files of {version} are damaged or missing, so it cannot answer. Restore them from a backup first.")


def promote_version(*, by: User, version: ModelVersion, note: str = "") -> ModelVersion:
    """Put a version in the place of the live one, from the next picture on. Repeated, it changes nothing.

    It passes the gate or has a note. A classifier's first version, and one that was live before, need neither.
    Raises ModelVersion.DoesNotExist, policy.MaintainersOnly, BadNote, GateClosed and DamagedVersion.
    """
    with transaction.atomic():
        found = ModelVersion.objects.select_related("classifier").get(pk=version.pk)
        policy.require_trainer(by, found.classifier)
        said = _kept(note)
        Classifier.objects.select_for_update(no_key=True).get(pk=found.classifier_id)
        found.refresh_from_db(fields=["stage"])
        live = ModelVersion.objects.live_for(found.classifier)
        if found.stage != Stage.LIVE:
            _require_whole(found)
            comparison = _passed(found, live, said) if live and found.stage == Stage.CANDIDATE else None
            Promotion.objects.put_live(found, by=by, note=said, gate=comparison.numbers() if comparison else None)
    return found


def _kept(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise BadNote(f"A note has {LONGEST_NOTE} characters at most, and this one {len(note):,}. Shorten it.")
    return note


def _require_whole(version: ModelVersion) -> None:
    try:
        version.check_files()
    except (BadCard, OSError) as error:
        raise DamagedVersion(version) from error


def _passed(candidate: ModelVersion, live: ModelVersion, note: str) -> Comparison | None:
    """What the gate says, where it lets the candidate through or a note overrides it. Raises GateClosed."""
    try:
        comparison = compared(candidate, live)
    except BadAnswers as error:
        if note:
            return None
        raise GateClosed(str(error), None) from error
    if not comparison.passed and not note:
        raise GateClosed(comparison.reason, comparison)
    return comparison
