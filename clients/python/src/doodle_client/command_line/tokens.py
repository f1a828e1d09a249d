from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta

from doodle_client.answers import Token
from doodle_client.client import Client
from doodle_client.command_line.options import Commands, added, number, secret
from doodle_client.command_line.printing import as_json, local


def add_to(commands: Commands) -> None:
    tokens = commands.add_parser("tokens", help="list, make and revoke tokens", description="List, make and revoke tokens.")
    verbs = tokens.add_subparsers(required=True, metavar="VERB")
    listing = added(verbs, "list", "list your tokens, without their secrets", run_list)
    listing.add_argument("--json", action="store_true", help="one JSON object in a line")
    making = added(verbs, "create", "make a token and print its secret, this once", run_create)
    making.add_argument("name", metavar="NAME", help="what it is for")
    making.add_argument(
        "--scope", action="append", dest="scopes", help="what it may do, once for each; by default all that you may"
    )
    making.add_argument("--days", type=number, help="how long it is valid (for ever)")
    revoking = added(verbs, "revoke", "make a token useless at once", run_revoke)
    revoking.add_argument("id", metavar="ID", help="the token's id, as tokens list has it")
    instead = "use your password, which is asked for or piped in; needed unless your token has the scope admin"
    for parser in (listing, making, revoking):
        parser.add_argument("--username", help=instead)


def run_list(options: argparse.Namespace) -> bool:
    with _client(options) as client:
        for token in client.tokens():
            print(as_json(token) if options.json else _text(token))
    return True


def run_create(options: argparse.Namespace) -> bool:
    expires_at = None if options.days is None else datetime.now(UTC) + timedelta(days=options.days)
    with _client(options) as client:
        made = client.create_token(options.name, scopes=options.scopes, expires_at=expires_at)
    print(_text(made), file=sys.stderr)
    print(made.token)
    return True


def run_revoke(options: argparse.Namespace) -> bool:
    with _client(options) as client:
        client.revoke_token(options.id)
    return True


def _client(options: argparse.Namespace) -> Client:
    return Client(options.url, password=(options.username, secret("Password: ")) if options.username else None)


def _text(token: Token) -> str:
    scopes, expires = ", ".join(token.scopes), local(token.expires_at)
    return f"{token.id}  {token.name}: {scopes}; expires {expires}, last used {local(token.last_used_at)}"
