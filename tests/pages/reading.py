"""Pages of the workshop as a person reads them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse


def text(client: Client, path: str) -> str:
    """What stands on the page, without its tags."""
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def follow(client: Client, path: str, **fields: Any) -> str:
    answer = client.post(path, fields, follow=True)
    assert answer.status_code == 200, answer.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def at(name: str, *arguments: Any) -> str:
    return reverse(f"pages:workshop-{name}", args=arguments)
