"""What several commands share."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import datetime
from typing import Any, TypeAlias

from doodle_client.client import Client
from doodle_client.errors import BadInput
from doodle_client.pictures import Picture, Sendable, from_stream

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
MOST = 1_000_000
URL_HELP = "the site; by default DOODLE_URL, else that of the last login, else http://127.0.0.1:8000"


def added(commands: Commands, name: str, summary: str, run: Any) -> argparse.ArgumentParser:
    """A new command, which `run` carries out: it takes the options and returns whether all went well."""
    parser = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    parser.add_argument("--url", default=argparse.SUPPRESS, help=URL_HELP)
    parser.set_defaults(run=run)
    return parser


def client_of(options: argparse.Namespace) -> Client:
    """There is no option for a token: whoever lists processes would see it."""
    return Client(options.url)


def moment(text: str) -> datetime:
    """A date or a time, local unless it says otherwise."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date or time such as 2026-01-31 or 2026-01-31T08:00") from error


def truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError("say true or false")
    return text == "true"


def seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= MOST:
        raise argparse.ArgumentTypeError(f"give seconds, 0 to {MOST:,}")
    return value


def number(text: str) -> int:
    value = int(text)
    if not 1 <= value <= MOST:
        raise argparse.ArgumentTypeError(f"give a number, 1 to {MOST:,}")
    return value


def secret(prompt: str) -> str:
    """Typed unseen, or the first line of what is piped in. Raises BadInput."""
    found = getpass.getpass(prompt, sys.stderr) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not found:
        raise BadInput("Nothing was given. Type it, or pipe it in.")
    return found


def picture(name: str) -> Picture | Sendable:
    """What PICTURE names; - is stdin."""
    return from_stream(sys.stdin.buffer) if name == "-" else name
