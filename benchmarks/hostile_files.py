"""Do hostile and odd files break, slow or swell the site? All of the corpus, by the three ways in.

    python -m benchmarks.hostile_files [--ways upload base64 address]

Makes the 2,000 files of `tests/sources/corpus.py` anew and sends each as a multipart upload, as base64 in JSON, and by address,
from a host on this machine through the guarded client and the worker's own actions. The site runs in this process, without a
network, on SQLite in a folder that is thrown away.

How to read it: a row a kind and way. `taken` and `refused` add up to `files`. `unsound` must be 0: answers in the 500s, of
another shape or with an unknown code. `disagree` must be 0: files that Pillow decodes without a complaint and that were refused
(bombs aside). `median` and `slowest` are seconds from the request to the verdict, stored pixels included; `slowest` should stay
under one. `memory` is the process's peak in MB before the first file and after the last of each way: a rise from way to way
would be a leak. The table on stderr, the same as JSON on stdout.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sources.judging import Verdict

Way = Callable[[str, bytes], "Verdict"]
WAYS = ("upload", "base64", "address")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # Pillow's, of what it takes all the same
    with ExitStack() as stack:
        ways = _site(stack.enter_context(tempfile.TemporaryDirectory()), stack)
        result = _measured({name: ways[name] for name in options.ways})
    print(_as_text(result), file=sys.stderr)
    print(json.dumps(result, indent=2))


def _site(folder: str, stack: ExitStack) -> dict[str, Way]:
    """An empty site in this process, and the ways into it."""
    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    os.environ |= {"DOODLE_DATA": folder, "DJANGO_SETTINGS_MODULE": "doodle_site.settings", "DOODLE_RATE": "100000"}
    os.environ |= {"DOODLE_QUOTA": "100000", "CELERY_BROKER_URL": "memory://"}
    django.setup()
    logging.getLogger("django.request").setLevel(logging.ERROR)  # refusals are the table's
    setup_test_environment()
    call_command("migrate", verbosity=0)
    from tests.conftest import signed_in
    from tests.factories import make_classifier, make_user
    from tests.hosts import answering, host
    from tests.sources.judging import by_address, by_base64, by_upload

    make_classifier()
    api = signed_in(make_user())
    api.raise_request_exception = False
    pictures = stack.enter_context(host(answering()))
    return {
        "upload": lambda name, data: by_upload(api, name, data),
        "base64": lambda name, data: by_base64(api, name, data),
        "address": lambda name, data: by_address(api, name, data, pictures),
    }


def _measured(ways: dict[str, Way]) -> dict[str, Any]:
    from tests.sources import corpus
    from tests.sources.judging import strictly_decodes

    files = dict(corpus.files())
    good = {name for name, data in files.items() if not name.startswith("bomb") and strictly_decodes(data)}
    memory, rows = {"before": _peak()}, []
    for way, send in ways.items():
        rows += _rows(way, send, files, good)
        memory[way] = _peak()
    return {"files": len(files), "memory": memory, "rows": rows}


def _rows(way: str, send: Way, files: dict[str, bytes], good: set[str]) -> list[dict[str, Any]]:
    kinds: dict[str, list[tuple[str, Verdict, float]]] = defaultdict(list)
    for name, data in files.items():
        began = time.perf_counter()
        verdict = send(name, data)
        kinds[name.partition("/")[0]].append((name, verdict, time.perf_counter() - began))
    return [{"way": way, "kind": kind, **_summary(sent, good)} for kind, sent in kinds.items()]


def _summary(sent: list[tuple[str, Verdict, float]], good: set[str]) -> dict[str, Any]:
    taken = {name for name, verdict, _ in sent if verdict.accepted}
    return {
        "files": len(sent),
        "taken": len(taken),
        "refused": len(sent) - len(taken),
        "unsound": [name for name, verdict, _ in sent if not verdict.sound],
        "disagree": sorted(name for name, _, _ in sent if name in good - taken),
        "median": round(median(seconds for _, _, seconds in sent), 4),
        "slowest": round(max(seconds for _, _, seconds in sent), 3),
        "slowest_file": max(sent, key=lambda one: one[2])[0],
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _as_text(result: dict[str, Any]) -> str:
    columns = ("files", "taken", "refused", "median", "slowest")
    lines = [f"{'way':9}{'kind':10}" + "".join(f"{name:>9}" for name in (*columns, "unsound", "disagree"))]
    for row in result["rows"]:
        numbers = [row[name] for name in columns] + [len(row["unsound"]), len(row["disagree"])]
        lines.append(f"{row['way']:9}{row['kind']:10}" + "".join(f"{number:9}" for number in numbers))
    return "\n".join([*lines, f"memory (MB): {result['memory']}"])


if __name__ == "__main__":
    main()
