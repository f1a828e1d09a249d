"""Count what a folder of drawings shows, however many they are: python sort_a_folder.py drawings/"""

import sys
from collections import Counter
from pathlib import Path

from doodle_client import Client, DoodleError

files = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_file())
found: Counter[str] = Counter()
with Client() as client:
    for path, outcome in zip(files, client.predict_batch(files), strict=True):
        if isinstance(outcome, DoodleError):
            print(f"{path.name}: {outcome}", file=sys.stderr)
        elif outcome.best and not outcome.unsure:
            found[outcome.best.label] += 1

for label, number in found.most_common():
    print(f"{number:5}  {label}")
