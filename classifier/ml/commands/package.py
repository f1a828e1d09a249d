"""write an artifact as a ZIP that is of use without this project; prints one JSON object"""

from __future__ import annotations

import argparse
import json
import tempfile
import zipfile
from pathlib import Path

from classifier.ml.commands.opening import open_card
from classifier.ml.handover import CARD_FILE, BadCard, Card

FILES = """
In the ZIP: model.keras, which plain Keras opens; labels.txt, one a line in its order; card.json; example.py, which says what a
picture shows."""
MODEL_FILE, LABELS_FILE, EXAMPLE_FILE = "model.keras", "labels.txt", "example.py"
PREPARED = {
    "bitmap": '.convert("L").resize((28, 28))\npixels = 255 - np.asarray(picture, "float32")[None, :, :, None]  # ink is high',
    "photo": '.convert("RGB").resize((32, 32))\npixels = np.asarray(picture, "float32")[None]',
}
EXAMPLE = '''"""python example.py PICTURE"""
import sys
import keras, numpy as np
from PIL import Image
model = keras.saving.load_model("model.keras")
labels = open("labels.txt", encoding="utf-8").read().splitlines()
picture = Image.open(sys.argv[1]){prepared}
probabilities = model.predict(pixels, verbose=0)[0]
for best in np.argsort(-probabilities)[:3]:
    print(f"{{labels[best]}} {{probabilities[best]:.3f}}")
'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = FILES
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="folder with card.json and the weights")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="where to write it")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    card = open_card(options.artifact)
    if card.input not in PREPARED:
        raise BadCard(f"{options.artifact} reads the strokes of a drawing. Only what reads pictures can be packaged.")
    if not options.out.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {options.out.parent}: make it first.")
    _write(card, options.artifact, options.out)
    return json.dumps({"file": str(options.out), "bytes": options.out.stat().st_size, "labels": len(card.labels)}), True


def _write(card: Card, artifact: Path, out: Path) -> None:
    """Whole or not at all."""
    from classifier.ml import packaging

    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        model, partial = Path(folder) / MODEL_FILE, Path(folder) / out.name
        packaging.save_whole(card, card.check_weights(artifact), model)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(model, MODEL_FILE)
            archive.writestr(LABELS_FILE, "".join(f"{label}\n" for label in card.labels))
            archive.write(artifact / CARD_FILE, CARD_FILE)
            archive.writestr(EXAMPLE_FILE, EXAMPLE.format(prepared=PREPARED[card.input]))
        partial.rename(out)
