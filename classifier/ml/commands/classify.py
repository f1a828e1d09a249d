"""say what pictures show: the three best guesses for each"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.ml import files
from classifier.ml.commands.opening import open_card, open_recognizer

if TYPE_CHECKING:
    from classifier.ml.inference import Answer, Recognizer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="folder with card.json and the weights")
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="a picture, a folder of them, .ndjson or .ndjson.gz with a drawing in every line, or - for one picture on stdin",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON list instead of lines of text")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    card = open_card(options.artifact)
    recognizer = open_recognizer(options.artifact)
    answers: list[dict[str, Any]] = []
    for chunk in files.chunked(files.pictures(options.files, card.input), files.CHUNK):
        answers += _answers(recognizer, chunk)
    result = json.dumps(answers, ensure_ascii=False) if options.json else "\n".join(map(_line, answers))
    return result, not any(answer["error"] for answer in answers)


def _answers(recognizer: Recognizer, pictures: Sequence[files.Picture]) -> list[dict[str, Any]]:
    inputs = [picture.array for picture in pictures if picture.array is not None]
    found = iter(recognizer.answers(np.stack(inputs)) if inputs else ())
    return [_report(one, None if one.array is None else next(found)) for one in pictures]


def _report(picture: files.Picture, answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {"file": picture.file, "guesses": [], "unsure": None, "error": picture.error}
    guesses = [{"label": label, "probability": probability} for label, probability in answer.guesses]
    return {"file": picture.file, "guesses": guesses, "unsure": answer.unsure, "error": None}


def _line(answer: dict[str, Any]) -> str:
    if answer["error"]:
        return f"{answer['file']}: cannot be read: {answer['error']}"
    guesses = ", ".join(f"{guess['label']} {100 * guess['probability']:.1f} %" for guess in answer["guesses"])
    return f"{answer['file']}: {'not sure, perhaps ' if answer['unsure'] else ''}{guesses}"
