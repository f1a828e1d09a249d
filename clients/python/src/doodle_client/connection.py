"""Which site, and as whom: from arguments, else from the environment, else from what `doodle login` kept."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from doodle_client import credentials
from doodle_client.errors import BadInput
from doodle_client.operations import Request
from doodle_client.release import VERSION

LOCAL = "http://127.0.0.1:8000"
BAD_URL = "{url!r} is no site's URL. Give one such as https://doodles.example or http://127.0.0.1:8000."
BAD_TOKEN = "The token holds spaces, line ends or other characters that no token has. Copy it again."  # noqa: S105


@dataclass(frozen=True)
class Connection:
    """The site's URL, who calls, and how long the site may take for an answer."""

    url: str
    token: str | None = field(repr=False)
    password: tuple[str, str] | None = field(repr=False)
    timeout: float

    def options(self) -> dict[str, Any]:
        """What httpx's clients are made with."""
        headers = {"User-Agent": f"doodle-client/{VERSION}", "Accept": "application/json, image/*"}
        if self.token and not self.password:
            headers["Authorization"] = f"Bearer {self.token}"
        return {"headers": headers, "auth": self.password, "timeout": self.timeout}

    def arguments(self, request: Request) -> dict[str, Any]:
        """What httpx's `request` is called with."""
        given = {"json": request.json, "data": request.data, "files": request.files, "params": request.params}
        timeout = httpx.Timeout(self.timeout, read=self.timeout + request.wait)
        return {
            "method": request.method,
            "url": self.url + request.path,
            "headers": request.headers,
            "timeout": timeout,
            **{name: value for name, value in given.items() if value},
        }


def connect(url: str | None, token: str | None, password: tuple[str, str] | None, timeout: float) -> Connection:
    """A username with its password goes before a token. Raises BadInput."""
    site = checked_url(url or os.environ.get("DOODLE_URL") or credentials.last_site() or LOCAL)
    if password is None:
        token = token or os.environ.get("DOODLE_TOKEN") or credentials.token_for(site)
    return Connection(site, checked_token(token) if token else None, password, timeout)


def checked_url(given: str) -> str:
    """Without the slash at its end. Raises BadInput."""
    try:
        url = httpx.URL(given.strip())
        urlsplit(given).port  # noqa: B018  raises where a bracket or a port is not right
    except (httpx.InvalidURL, ValueError) as error:
        raise BadInput(BAD_URL.format(url=given)) from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise BadInput(BAD_URL.format(url=str(url)))
    return str(url).rstrip("/")


def checked_token(given: str) -> str:
    """Raises BadInput, which does not repeat the token."""
    token = given.strip()
    if not token or not all("!" <= character <= "~" for character in token):
        raise BadInput(BAD_TOKEN)
    return token
