"""Answers as text, and as the JSON in which they came."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import Any

from doodle_client.answers import Prediction
from doodle_client.batches import Outcome
from doodle_client.errors import ApiError, DoodleError


def as_json(answer: Any) -> str:
    """One line, with the fields as the site spells them."""
    data = dataclasses.asdict(answer) if dataclasses.is_dataclass(answer) and not isinstance(answer, type) else answer
    return json.dumps(data, ensure_ascii=False, default=_plain)


def outcome_as_json(outcome: Outcome) -> str:
    if not isinstance(outcome, DoodleError):
        return as_json(outcome)
    fields = dict(outcome.fields) if isinstance(outcome, ApiError) else {}
    message = outcome.message if isinstance(outcome, ApiError) else str(outcome)
    return as_json({"error": {"code": outcome.code, "message": message, "fields": fields}})


def outcome_as_text(outcome: Outcome) -> str:
    return str(outcome) if isinstance(outcome, DoodleError) else guesses(outcome)


def guesses(prediction: Prediction) -> str:
    """`cat 93.1 %, dog 3.0 %, lion 1.1 %`, or why there are none."""
    if not prediction.guesses:
        why = f": {prediction.error.message}" if prediction.error else ""
        return f"{prediction.status}{why}"
    named = ", ".join(f"{guess.label} {100 * guess.probability:.1f} %" for guess in prediction.guesses)
    corrected = f" (corrected: {prediction.corrected_label})" if prediction.corrected_label else ""
    return f"{'not sure, perhaps ' if prediction.unsure else ''}{named}{corrected}"


def local(moment: datetime | None) -> str:
    """A time as the clock on the wall has it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else "never"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON")
