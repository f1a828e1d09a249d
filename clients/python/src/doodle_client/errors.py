"""What can go wrong. Everything raised on purpose is a DoodleError, and its text is a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from doodle_client.answers import Prediction
from doodle_client.explaining import Explanation
from doodle_client.workshop import TrainingRunDetail


class DoodleError(Exception):
    """`code` is stable and may be compared."""

    code = "error"


class BadInput(DoodleError, ValueError):
    """Something that cannot be sent: found here, before any request."""

    code = "bad_input"


class ServerUnreachable(DoodleError):
    """No answer came. `sent` tells whether the request may have arrived all the same."""

    code = "unreachable"

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class BadAnswer(DoodleError):
    """The answer is not what a Doodle Site says."""

    code = "bad_answer"


class ApiError(DoodleError):
    """The site refused: `code`, `message`, `fields` (per field, what is wrong), `status`, `retry_after` in seconds."""

    def __init__(self, code: str, message: str, fields: Mapping[str, Any], status: int, retry_after: float | None = None) -> None:
        super().__init__(message, *(f"{name}: {_text(wrong)}" for name, wrong in fields.items()))
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status
        self.retry_after = retry_after

    @classmethod
    def of(cls, body: Mapping[str, Any], status: int, retry_after: float | None = None) -> Self:
        """From `{"error": {"code", "message", "fields"}}`."""
        error = body["error"]
        return cls(str(error["code"]), str(error["message"]), dict(error.get("fields") or {}), status, retry_after)

    def __str__(self) -> str:
        return " ".join(map(str, self.args))


class PredictionFailed(DoodleError):
    """The site gave this picture up; `code` and the text say why."""

    def __init__(self, prediction: Prediction) -> None:
        self.code = prediction.error.code if prediction.error else "failed"
        super().__init__(prediction.error.message if prediction.error else "The prediction failed.")
        self.prediction = prediction


class NotAnswered(DoodleError, TimeoutError):
    """The time to wait is over. The picture stays queued: ask for `prediction.id` later."""

    code = "not_answered"

    def __init__(self, prediction: Prediction) -> None:
        why = f"{prediction.error.message} " if prediction.error else ""
        super().__init__(f"{why}There was no answer in time; prediction {prediction.id} stays {prediction.status}.")
        self.prediction = prediction


class NotExplained(DoodleError, TimeoutError):
    """The time to wait is over. The explanation goes on being made: ask again later."""

    code = "not_explained"

    def __init__(self, explanation: Explanation) -> None:
        super().__init__(f"It was not explained in time; the explanation of {explanation.label} stays {explanation.status}.")
        self.explanation = explanation


class TrainingFailed(DoodleError):
    """A training run ended without a version; `code` is its status, failed or cancelled, and the text says why."""

    def __init__(self, run: TrainingRunDetail) -> None:
        self.code = run.status
        super().__init__(run.reason or f"Training run {run.id} was {run.status}.")
        self.run = run


class NotTrained(DoodleError, TimeoutError):
    """The time to wait is over. The training run goes on: ask for `run.id` later."""

    code = "not_trained"

    def __init__(self, run: TrainingRunDetail) -> None:
        super().__init__(f"It was not trained in time; training run {run.id} stays {run.status}, {run.progress:.0%} done.")
        self.run = run


def _text(wrong: Any) -> str:
    return " ".join(map(str, wrong)) if isinstance(wrong, list) else str(wrong)
