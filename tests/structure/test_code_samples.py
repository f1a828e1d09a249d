"""The lines of code that the description has for every operation: they are programs, and what they send is taken."""

from __future__ import annotations

import io
import re
import shlex
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from classifier.api.schema import ANY_SITE, operations
from classifier.models import Classifier, User
from tests.conftest import signed_in
from tests.factories import PASSWORD, picture, zipped
from tests.structure.permissions import RULES, addressed
from tests.structure.test_calls import thing_of
from tests.structure.test_permissions import PREFIX
from tests.structure.test_schema import description

OF_THEIR_TIME = {
    "POST images/{id}/reviews/": "somebody has judged it since the example was written",
    "POST model-versions/{id}/promote/": "a version has to be measured first",
    "POST review/batch/": "it has other samples",
    "POST training-runs/": "there is nothing to train from",
}
SENDING = re.compile(r"\s-[dF] ")
CURL = ArgumentParser()
CURL.add_argument("address")
CURL.add_argument("-X", dest="method")
CURL.add_argument("-u", dest="user")
for flag, name in (("-H", "headers"), ("-F", "form")):
    CURL.add_argument(flag, dest=name, action="append", default=[])
CURL.add_argument("-d", dest="body")
for flag in ("-OJ", "-N"):
    CURL.add_argument(flag, action="store_true")


def samples() -> dict[str, dict[str, str]]:
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}": {one["label"]: one["source"] for one in operation["x-codeSamples"]}
        for path, method, operation in operations(description())
    }


def test_every_operation_has_its_lines_in_three_languages() -> None:
    for name, lines in samples().items():
        assert list(lines) == ["curl", "Python", "JavaScript"], name
        compile(lines["Python"], name, "exec")
        assert all(ANY_SITE in line for line in lines.values()), name
        if name in RULES and RULES[name].scope and name != "POST tokens/":
            assert all("DOODLE_TOKEN" in line for line in lines.values()), name


def sent(client: APIClient, curl: str, id: str) -> int:
    """What the site says to the line, with the thing's own id in its address."""
    given = CURL.parse_args(shlex.split(curl.replace("\\\n", ""))[1:])
    address = urlsplit(given.address.removeprefix(ANY_SITE))
    call = getattr(client, (given.method or ("POST" if given.body or given.form else "GET")).lower())
    path = id + (f"?{address.query}" if address.query else "")
    if given.form:
        answer = call(
            path, {name: _value(value) for name, value in (one.split("=", 1) for one in given.form)}, format="multipart"
        )
    else:
        answer = call(path, given.body, content_type="application/json")
    status: int = answer.status_code
    return status


def _value(text: str) -> Any:
    if not text.startswith("@"):
        return text
    file = io.BytesIO(zipped({"house/a.png": picture(), "house/b.png": picture(40)}) if text.endswith(".zip") else picture())
    file.name = text.removeprefix("@")
    return file


def answered(name: str, curl: str, admin: User) -> int:
    """The status; what the call does is undone."""
    client = signed_in(admin) if RULES[name].scope else APIClient()
    with transaction.atomic():
        thing = thing_of(RULES[name], admin)
        path = PREFIX + addressed(name.split(" ")[1], thing)
        status = sent(client, curl, path)
        transaction.set_rollback(True)
    return status


@pytest.mark.django_db
def test_what_the_lines_send_is_taken(doodle: Classifier) -> None:
    admin = User.objects.create_superuser("admin", "admin@example.com", PASSWORD)
    sending = {name: lines["curl"] for name, lines in samples().items() if name in RULES and SENDING.search(lines["curl"])}
    assert len(sending) > 12
    tried = {name: answered(name, curl, admin) for name, curl in sending.items() if name not in OF_THEIR_TIME}
    assert {name: status for name, status in tried.items() if status >= 400} == {}


def test_the_page_of_the_docs_draws_them(client: Client) -> None:
    assert "js/docs.js" in client.get("/api/docs/").content.decode()
    assert "[...plugins, CodeSamples]" in client.get("/api/docs/?script=").content.decode()
