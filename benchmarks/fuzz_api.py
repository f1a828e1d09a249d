"""Schemathesis over every operation of the API, on SQLite and on PostgreSQL: `python -m benchmarks.fuzz_api --help`.

All checks but `positive_data_acceptance`, which takes a right 400 for a fault. `make fuzz-env` sets it up.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests import servers
from tests.running import ROOT, WEB, Site

if TYPE_CHECKING:
    from tests.structure.permissions import Rule

SCHEMATHESIS = ROOT / ".venv/fuzz/bin/schemathesis"
ALL_CHECKS = ("--exclude-checks", "positive_data_acceptance")
LIMITS = {"DOODLE_RATE": "100000", "DOODLE_QUOTA": "10000000"}
PASSWORD = "a long enough secret"  # noqa: S105  of accounts that live as long as the run
NO_WAITING = '[parameters]\n"query.wait" = 0\n'  # nobody answers here: each wait would be 30 s
OTHER_TOKENS = """
[[operations]]
include-path-regex = "/tokens/"
headers = {{ Authorization = "Basic {}" }}
"""  # another's: the run would revoke its own token, and see nothing but 401 from then on
THING = """
[[operations]]
include-name = "{}"
parameters = {{ "path.{}" = "{}" }}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="both, unless named")
    parser.add_argument("--examples", type=int, default=50, help="for each operation (50)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    given = {"examples": options.examples, "seed": options.seed}
    failed = [name for name in options.database or ("sqlite", "postgresql") if not fuzz(name, **given)]
    sys.exit(f"Failures on {' and '.join(failed)}." if failed else 0)


def fuzz(database: str, *, examples: int, seed: int = 1, seconds: int | None = None) -> bool:
    """Whether nothing failed, or in so many seconds, which are then used up, on a site of its own without workers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doodle-fuzz-")))
        url = {"DATABASE_URL": stack.enter_context(servers.postgresql())} if database == "postgresql" else {}
        site = Site(folder, {**LIMITS, **url})
        stack.callback(site.stop)
        made = _started(site)
        (folder / "schemathesis.toml").write_text(_config(made["things"]))
        command = _command(folder, site.url, made["token"], "--max-examples", str(examples), "--seed", str(seed))
        command += ["--max-time", str(seconds)] if seconds else []
        print(f"{database}:", flush=True)
        return subprocess.run(command, cwd=folder, check=False).returncode == 0


def prepare() -> None:
    """Prints, as JSON, an administrator's token, and for each operation with an id in its address one that is there."""
    from classifier.actions.issue_token import issue_token
    from classifier.models import User
    from tests.factories import make_user
    from tests.structure.permissions import RULES

    root = User.objects.create_superuser("root", "root@example.com", PASSWORD)
    make_user("other")
    kept = {name: rule for name, rule in RULES.items() if rule.thing and not name.startswith("DELETE")}
    things = {name: rule.thing(make_user() if _reached(rule) else root) for name, rule in kept.items() if rule.thing}
    print(json.dumps({"token": issue_token(by=root, name="fuzz")[1], "things": things}))


def _reached(rule: Rule) -> bool:
    """Whether an administrator may call it on another's thing: each is then of somebody else."""
    return "admin" in rule.open_to and 403 not in rule.also


def _config(things: dict[str, str]) -> str:
    named = [(name.replace(" ", " /api/v1/"), re.findall(r"{(\w+)}", name)[0], thing) for name, thing in things.items()]
    other = base64.b64encode(f"other:{PASSWORD}".encode()).decode()
    return NO_WAITING + OTHER_TOKENS.format(other) + "".join(THING.format(*one) for one in named)


def _started(site: Site) -> Any:
    """What is prepared, once the site answers."""
    site.manage("migrate", "--verbosity", "0")
    site.manage("register_models")
    made = site.manage("shell", "--verbosity", "0", "--command", "from benchmarks.fuzz_api import prepare; prepare()")
    site.web = site._start([*WEB, "--bind", f"127.0.0.1:{site.port}"])
    site.wait_until(lambda: httpx.get(f"{site.url}/livez").status_code == 200, 60)
    return json.loads(made)


def _command(folder: Path, url: str, token: str, *options: str) -> list[str]:
    run = [str(SCHEMATHESIS), "--config-file", str(folder / "schemathesis.toml"), "run", f"{url}/api/v1/schema/", *ALL_CHECKS]
    run += ["--header", f"Authorization: Bearer {token}", "--workers", "1", "--continue-on-failure", "--request-timeout", "40"]
    return [*run, *options]


if __name__ == "__main__":
    main()
