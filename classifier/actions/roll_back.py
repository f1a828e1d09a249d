"""Go back to the version that answered before."""

from __future__ import annotations

from django.db import transaction

from classifier import policy
from classifier.ml.handover import BadCard
from classifier.models import Classifier, ModelVersion, Promotion, User
from classifier.models.versions import Stage


class CannotRollBack(Exception):
    """There is nothing to go back to, or somebody else did so already."""

    code = "cannot_roll_back"


def roll_back(*, by: User, version: ModelVersion) -> ModelVersion:
    """Put the version that `version`, the live one, had replaced back in its place, and return it. Its answers are as they were.

    Done again it goes back further. Raises ModelVersion.DoesNotExist, policy.MaintainersOnly and CannotRollBack.
    """
    with transaction.atomic():
        left = ModelVersion.objects.select_related("classifier").get(pk=version.pk)
        policy.require_trainer(by, left.classifier)
        Classifier.objects.select_for_update(no_key=True).get(pk=left.classifier_id)
        left.refresh_from_db(fields=["stage"])
        back = _before(left)
        Promotion.objects.put_live(back, by=by, rolls_back=True)
    return back


def _before(left: ModelVersion) -> ModelVersion:
    if left.stage != Stage.LIVE:
        raise CannotRollBack(f"{left} is not the live version any more. Look again at what is live now.")
    back = Promotion.objects.before(left)
    if back is None:
        raise CannotRollBack(f"{left} is the first version of its classifier: there is none to go back to.")
    try:
        back.check_files()
    except (BadCard, OSError) as error:
        raise CannotRollBack(f"The files of {back} are damaged or missing. Restore them, or promote another version.") from error
    return back
