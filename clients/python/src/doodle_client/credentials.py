"""The tokens that `doodle login` keeps, each for the one site that gave it, in a file that only its owner can read."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from doodle_client.errors import BadInput

UNREADABLE = "{path} cannot be read: {why}. Repair or delete it, then run doodle login."


def path() -> Path:
    """In $XDG_CONFIG_HOME, which must be absolute to count, else in ~/.config."""
    given = os.environ.get("XDG_CONFIG_HOME", "")
    folder = Path(given) if Path(given).is_absolute() else Path.home() / ".config"
    return folder / "doodle" / "credentials.json"


def token_for(site: str) -> str | None:
    """Raises BadInput where the file cannot be read."""
    token = _read()["tokens"].get(site)
    return str(token) if token else None


def last_site() -> str | None:
    """Where somebody logged in last. Raises BadInput where the file cannot be read."""
    site = _read()["last"]
    return str(site) if site else None


def keep(site: str, token: str) -> None:
    """Remember the token, and the site as the one that is meant where none is named. Raises BadInput."""
    known = _read()
    _write({"last": site, "tokens": {**known["tokens"], site: token}})


def forget(site: str) -> bool:
    """Whether there was one. Raises BadInput where the file cannot be read or written."""
    known = _read()
    had = known["tokens"].pop(site, None) is not None
    if had:
        _write({"last": None if known["last"] == site else known["last"], "tokens": known["tokens"]})
    return had


def _read() -> dict[str, Any]:
    try:
        data = json.loads(path().read_text(encoding="utf-8"))
        return {"last": data["last"], "tokens": dict(data["tokens"])}
    except FileNotFoundError:
        return {"last": None, "tokens": {}}
    except OSError as error:
        raise BadInput(UNREADABLE.format(path=path(), why=error.strerror)) from error
    except (ValueError, LookupError, TypeError) as error:
        raise BadInput(UNREADABLE.format(path=path(), why="it is not what doodle login writes")) from error


def _write(data: dict[str, Any]) -> None:
    """At once or not at all, and never readable by others, not even for a moment."""
    folder = path().parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder)  # which makes files with mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
        Path(name).replace(path())
    except OSError as error:
        raise BadInput(f"{path()} cannot be written: {error.strerror}.") from error
