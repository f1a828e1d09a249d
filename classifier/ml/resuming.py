"""A run goes on only with the data that it began with: the weights of other classes would take their names, and be wrong."""

from __future__ import annotations

from pathlib import Path

from classifier.ml.datasets.examples import Examples

DATA_FILE = "data.sha256"


def hold_to(examples: Examples, out: Path) -> None:
    """Note in `out` what is trained on. Raises ValueError if a run on other data or other classes stands there."""
    note, digest = out / DATA_FILE, examples.sha256()
    if not note.exists():
        note.write_text(f"{digest}\n", encoding="utf-8")
    elif note.read_text(encoding="utf-8").strip() != digest:
        raise ValueError(f"{out} holds a run on other pictures or other classes: name a new folder, or remove that one.")
