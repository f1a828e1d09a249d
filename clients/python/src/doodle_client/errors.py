"""What can go wrong. Everything raised on purpose is a DoodleError, and its text is a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from doodle_client.answers import Prediction


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


def _text(wrong: Any) -> str:
    return " ".join(map(str, wrong)) if isinstance(wrong, list) else str(wrong)
