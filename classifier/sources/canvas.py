"""Strokes: from the page's canvas, or from a program."""

import json

from classifier.sources.submission import BadSubmission, Submission


def from_strokes(data: object) -> Submission:
    """`[[[x…], [y…]], …]`, or with a third row of milliseconds. Raises BadSubmission."""
    return Submission.of_strokes(data, "canvas")


def from_json(text: str) -> Submission:
    """The same as JSON text, as the canvas's form sends it. Raises BadSubmission."""
    try:
        return from_strokes(json.loads(text))
    except (ValueError, RecursionError) as error:
        if isinstance(error, BadSubmission):
            raise
        raise BadSubmission("bad_strokes", "The drawing did not arrive whole. Draw it again.") from error
