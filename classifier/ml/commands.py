"""What `python -m classifier.ml` can do: each command takes its options, and returns its result and whether it is complete."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml import catalog, evaluation, files
from classifier.ml.handover import BadCard, Card

if TYPE_CHECKING:
    from classifier.ml.inference import Answer, Recognizer

REPORT_EVERY_S = 10.0


def train(options: argparse.Namespace) -> tuple[str, bool]:
    if options.recipe not in catalog.RECIPES:
        raise ValueError(f"No recipe {options.recipe!r}. There are: {', '.join(catalog.RECIPES)}.")
    from classifier.ml import training

    card = training.train(catalog.RECIPES[options.recipe], options.data, options.out)
    return json.dumps({"artifact": str(options.out), **card.metrics}), True


def evaluate(options: argparse.Namespace) -> tuple[str, bool]:
    card = _drawing_card(options.artifact)
    data = files.labelled(options.data, card.labels)
    if options.out and not options.out.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {options.out.parent} for {options.out.name}.")
    probabilities = _probabilities(_recognizer(options.artifact), data)
    if options.out:
        _keep(options.out, probabilities, data.labels, card.labels)
    result = evaluation.summary(probabilities, data.labels, card.unsure_below)
    per_class = evaluation.per_class(probabilities, data.labels, card.labels)
    return json.dumps({**result, "per_class": per_class}, ensure_ascii=False), True


def classify(options: argparse.Namespace) -> tuple[str, bool]:
    _drawing_card(options.artifact)
    recognizer = _recognizer(options.artifact)
    answers: list[dict[str, Any]] = []
    for chunk in files.chunked(files.pictures(options.files), files.CHUNK):
        answers += _answers(recognizer, chunk)
    result = json.dumps(answers, ensure_ascii=False) if options.json else "\n".join(map(_line, answers))
    return result, not any(answer["error"] for answer in answers)


def _drawing_card(artifact: Path) -> Card:
    """The artifact's card, after a look at what would fail later. Raises BadCard."""
    if not artifact.is_dir():
        raise BadCard(f"There is no artifact {artifact}: it must be a folder with card.json and the weights.")
    card = Card.load(artifact)
    if card.kind != "drawing":
        raise BadCard(f"{artifact} is an artifact for pictures of kind {card.kind!r}; only 'drawing' can be read here.")
    if card.network not in catalog.NETWORKS:
        raise BadCard(f"{artifact} needs the network {card.network!r}. There are: {', '.join(catalog.NETWORKS)}.")
    card.check_weights(artifact)
    return card


def _recognizer(artifact: Path) -> Recognizer:
    from classifier.ml.inference import Recognizer

    return Recognizer(artifact)


def _probabilities(recognizer: Recognizer, data: files.Labelled) -> NDArray[np.float32]:
    kept = np.empty((len(data.labels), len(recognizer.card.labels)), dtype=np.float32)
    done, reported = 0, time.monotonic()
    for chunk in data.chunks:
        kept[done : done + len(chunk)] = recognizer.probabilities(chunk)
        done += len(chunk)
        if time.monotonic() - reported > REPORT_EVERY_S:
            reported = time.monotonic()
            print(f"{done:,} of {len(kept):,}", file=sys.stderr)
    return kept


def _keep(out: Path, probabilities: NDArray[np.float32], labels: NDArray[np.int64], names: Sequence[str]) -> None:
    with out.open("wb") as file:
        np.savez(file, probabilities=probabilities, labels=labels, class_names=np.array(names))


def _answers(recognizer: Recognizer, pictures: Sequence[files.Picture]) -> list[dict[str, Any]]:
    bitmaps = [picture.bitmap for picture in pictures if picture.bitmap is not None]
    found = iter(recognizer.answers(np.stack(bitmaps)) if bitmaps else ())
    return [_report(one, None if one.bitmap is None else next(found)) for one in pictures]


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
