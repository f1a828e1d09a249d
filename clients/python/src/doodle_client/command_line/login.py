from __future__ import annotations

import argparse
import platform
import sys

from doodle_client import credentials
from doodle_client.client import Client
from doodle_client.command_line.options import Commands, added, secret
from doodle_client.connection import checked_token
from doodle_client.errors import BadInput


def add_to(commands: Commands) -> None:
    parser = added(commands, "login", "make a token with your password and keep it on this machine", log_in)
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--username", help="asked for if it is not given; so is the password, which can also be piped in")
    given.add_argument("--with-token", action="store_true", help="keep a token that you have; it is asked for, or piped in")
    parser.add_argument("--name", default=f"doodle on {platform.node() or 'a machine'}", help="what the new token is called")
    added(commands, "logout", "forget the site's token on this machine", log_out)


def log_in(options: argparse.Namespace) -> bool:
    site, token = _site_and_token(options)
    credentials.keep(site, token)
    print(f"Logged in to {site}. The token is kept in {credentials.path()}.", file=sys.stderr)
    return True


def log_out(options: argparse.Namespace) -> bool:
    with Client(options.url) as client:
        forgotten = credentials.forget(client.url)
        said = "The token is forgotten here; doodle tokens revoke ends it everywhere." if forgotten else "No token is kept here."
        print(f"{client.url}: {said}", file=sys.stderr)
    return True


def _site_and_token(options: argparse.Namespace) -> tuple[str, str]:
    if options.with_token:
        return _tried(options.url, checked_token(secret("Token: ")))
    username = options.username or _asked("Username: ")
    with Client(options.url, password=(username, secret("Password: "))) as client:
        return client.url, client.create_token(options.name[:100]).token


def _tried(url: str | None, token: str) -> tuple[str, str]:
    with Client(url, token=token) as client:
        client.history_page(page_size=1)
        return client.url, token


def _asked(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise BadInput("Name yourself with --username where nobody can be asked.")
    print(prompt, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()
