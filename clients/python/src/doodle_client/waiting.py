"""Wait for answers: the site holds each request for some seconds, and is asked again when it says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx

from doodle_client import operations
from doodle_client.answers import Prediction
from doodle_client.errors import NotAnswered, NotExplained, NotTrained, PredictionFailed, TrainingFailed
from doodle_client.explaining import Explanation
from doodle_client.operations import Request
from doodle_client.reading import read
from doodle_client.retrying import Plan, Retries, delivered, retry_after
from doodle_client.workshop import TrainingRunDetail

LONGEST_HELD_S = 30  # the site holds one request no longer
MADE_LATER = 202
ASK_AGAIN_S = 1.0  # where the site names no time


@dataclass(frozen=True)
class Patience:
    """How long somebody waits, from now on."""

    seconds: float
    deadline: float

    @classmethod
    def of(cls, seconds: float) -> Patience:
        return cls(seconds, time.monotonic() + seconds)

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    def held(self, after: float = 0) -> int:
        """The whole seconds for which a request sent `after` some is to be held."""
        return max(0, min(LONGEST_HELD_S, int(self.left - after + 0.5)))


def answered(first: httpx.Response, patience: Patience, retries: Retries) -> Plan[Prediction]:
    """The prediction that `first` holds, once it is settled. Raises what `settled` raises."""
    return (yield from settled(read(Prediction.of, first), _pause(first), patience, retries))


def settled(prediction: Prediction, after: float, patience: Patience, retries: Retries) -> Plan[Prediction]:
    """The prediction when it is answered, or at once as it stands where nobody waits. Raises PredictionFailed and NotAnswered."""
    while prediction.pending and (left := patience.left) > 0:
        pause = min(after, left)
        request = operations.PREDICTION.request(prediction.id, wait=patience.held(pause))
        answer = yield from delivered(replace(request, after=pause), retries)
        prediction, after = read(Prediction.of, answer), _pause(answer)
    if patience.seconds and prediction.pending:
        raise NotAnswered(prediction)
    if patience.seconds and prediction.status == "failed":
        raise PredictionFailed(prediction)
    return prediction


def trained(first: httpx.Response, patience: Patience, retries: Retries) -> Plan[TrainingRunDetail]:
    """The run that `first` holds once it is over, or at once where nobody waits. Raises TrainingFailed and NotTrained."""
    run, after = read(TrainingRunDetail.of, first), _pause(first)
    while run.pending and (left := patience.left) > 0:
        request = operations.TRAINING_RUN.request(run.id)
        answer = yield from delivered(replace(request, after=min(after, left)), retries)
        run, after = read(TrainingRunDetail.of, answer), _pause(answer)
    if patience.seconds and run.pending:
        raise NotTrained(run)
    if patience.seconds and run.status != "succeeded":
        raise TrainingFailed(run)
    return run


def explained(asking: Callable[[int], Request], patience: Patience, retries: Retries) -> Plan[httpx.Response]:
    """What is answered once it is made, or at once where nobody waits. Raises NotExplained.

    `asking` makes the request that is held for so many seconds.
    """
    answer = yield from delivered(asking(patience.held()), retries)
    while answer.status_code == MADE_LATER and (left := patience.left) > 0:
        pause = min(_pause(answer), left)
        answer = yield from delivered(replace(asking(patience.held(pause)), after=pause), retries)
    if patience.seconds and answer.status_code == MADE_LATER:
        raise NotExplained(read(Explanation.of, answer))
    return answer


def _pause(answer: httpx.Response) -> float:
    return retry_after(answer) or ASK_AGAIN_S
