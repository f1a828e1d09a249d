"""A run that was killed, at whatever moment, goes on: from its last whole epoch, and only with the data that it began with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras

from classifier.ml.datasets.examples import Examples

DATA_FILE = "data.sha256"


def hold_to(examples: Examples, out: Path) -> None:
    """Note in `out` what is trained on. Raises ValueError if a run on other data or other classes stands there.

    The weights of other classes would take their names, and be wrong.
    """
    note, digest = out / DATA_FILE, examples.sha256()
    if not note.exists():
        write_whole(note, f"{digest}\n")
    elif note.read_text(encoding="utf-8").strip() != digest:
        raise ValueError(f"{out} holds a run on other pictures or other classes: name a new folder, or remove that one.")


def write_whole(path: Path, text: str) -> None:
    """The new text, or still the old one: never half of it, however the process ends."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


class Checkpoints(keras.callbacks.BackupAndRestore):
    """Keras' own, which does not start again where it was killed while it wrote its first files, or the note beside them."""

    def on_train_begin(self, logs: Any = None) -> None:
        try:
            self._load_model()
        except (OSError, ValueError):  # ValueError: half a note
            self._go_back()

    def _go_back(self) -> None:
        """To what was copied before these were written, or to the beginning."""
        for path in (Path(self._weights_path), Path(self._training_metadata_path)):
            path.unlink(missing_ok=True)
            if (earlier := path.with_name(f"{path.name}.bkp")).exists():
                shutil.copy(earlier, path)
        self._load_model()
