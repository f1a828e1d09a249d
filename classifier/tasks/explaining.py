"""Explaining answers, where predictions are answered: by the very network, in a thread of its own, and after what waits."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from celery import shared_task
from django.db import connections

from classifier import dispatch
from classifier.actions.claim_explanation import claim_explanation
from classifier.actions.record_explanation import Reasons, record_explanation
from classifier.ml import overlays
from classifier.ml.handover import BadCard
from classifier.models import Explanation, ModelVersion, Neighbour
from classifier.models.explanations import rival_of
from classifier.tasks import likening
from classifier.tasks.likening import Alike
from classifier.tasks.loading import networks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHOWN = 3
NO_VERSION = "The version that answered is gone. Ask the network again."
BROKEN_VERSION = "The files of the version that answered are damaged. Ask the people who run the site to restore them."
UNREADABLE = "The picture could not be read."

logger = logging.getLogger(__name__)
_explaining = threading.Lock()


class CannotExplain(Exception):
    """The message says why to whoever asked."""


@shared_task(name=dispatch.EXPLAIN_PENDING)
def explain_pending() -> None:
    """The hint's task. It leaves at once, so that predictions do not wait for a version that is loaded first."""
    threading.Thread(target=_help, name="explain", daemon=True).start()


def _help() -> None:
    try:
        explain_waiting()
    except Exception:
        logger.exception("Explaining failed and is tried again once the lease has run out")
    finally:
        connections.close_all()  # this thread's


def explain_waiting() -> None:
    """One after the other, until nothing waits. Nothing where another thread is at it."""
    if not _explaining.acquire(blocking=False):
        return
    try:
        while explanation := claim_explanation():
            record_explanation(explanation=explanation, result=_result(explanation))
    finally:
        _explaining.release()


def _result(explanation: Explanation) -> Reasons | str:
    try:
        return _reasons(explanation)
    except CannotExplain as refusal:
        return str(refusal)
    except BadCard as error:
        logger.warning("%s cannot be explained: %s", explanation.prediction_id, error)
        return BROKEN_VERSION
    except ValueError as error:  # no places in what the network reads, or a label that is not its own
        return str(error)


def _reasons(explanation: Explanation) -> Reasons:
    from classifier.ml.explaining import heat_map

    version = explanation.prediction.model_version
    if version is None:
        raise CannotExplain(NO_VERSION)
    picture, recognizer = _picture(explanation, version), networks.ready(version)
    known = likening.known_like(version, recognizer, explanation.prediction.image, picture)
    rival = rival_of(explanation.prediction, explanation.label)
    words = version.classifier.words()
    return Reasons(
        heatmap=overlays.laid_over(picture, heat_map(recognizer, picture, explanation.label, words)),
        nearest=[one.neighbour() for one in known[:SHOWN]],
        of_label=_first(known, words.get(explanation.label, explanation.label)),
        of_rival=_first(known, words.get(rival.label, rival.label)) if rival else None,
    )


def _first(known: list[Alike], label: str) -> Neighbour | None:
    return next((one.neighbour() for one in known if one.label == label), None)


def _picture(explanation: Explanation, version: ModelVersion) -> NDArray[np.uint8]:
    try:
        return explanation.prediction.image.network_input(version.input)
    except Exception as error:
        logger.exception("Image %s cannot be prepared", explanation.prediction.image_id)
        raise CannotExplain(UNREADABLE) from error
