"""Every call of the API, swept: a field that is misspelt is never lost, and what takes effect once has its key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import resolve
from rest_framework.test import APIClient

from classifier.api.examples import ID
from classifier.api.idempotency import Idempotent
from classifier.api.predictions import PredictionList
from classifier.models import Classifier, User
from tests.conftest import signed_in
from tests.structure.permissions import RULES, Rule, addressed
from tests.structure.test_permissions import PREFIX, calls
from tests.structure.test_schema import description

TAKES_ANYTHING = {"/recognize": "an older contract, whose programs may send more"}
WITHOUT_KEY = {
    "batches/{id}/cancel/": "a second time it finds nothing to take back",
    "model-versions/{id}/promote/": "a second time it changes nothing",
    "model-versions/{id}/roll-back/": "the version in the address is live once: a second time is 409",
    "predictions/{id}/cancel/": "a second time is 409",
    "review/next/": "asking again gives the same sample",
    "model-versions/{id}/shadow/": "a second time it changes nothing",
    "model-versions/{id}/unshadow/": "a second time it changes nothing",
    "training-runs/{id}/cancel/": "a second time is 409",
}
KEYED_ITSELF = (PredictionList,)  # the row of a prediction holds its key
NO_KEY = (
    "POST {} takes no Idempotency-Key. Inherit Idempotent and name IDEMPOTENCY_KEY among its parameters, or say in WITHOUT_KEY "
    "why it can be sent twice."
)


def request_schemas() -> Iterator[tuple[str, Any]]:
    components = description()["components"]["schemas"]
    for path, methods in description()["paths"].items():
        for operation in methods.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield path, components[content["schema"]["$ref"].rpartition("/")[2]]


def test_every_body_names_all_of_its_fields() -> None:
    opened = {path for path, schema in request_schemas() if schema.get("additionalProperties") is not False}
    assert opened == set(TAKES_ANYTHING), "Let its serializer inherit Input of classifier/api/fields.py."


@pytest.mark.django_db
def test_a_field_that_is_not_known_is_refused_by_its_name(doodle: Classifier) -> None:
    admin = User.objects.create_superuser("admin", "admin@example.com", "a long enough secret")
    for name, call in calls().items():
        if not call.body:
            continue
        thing = thing_of(RULES[name], admin)
        address = PREFIX + addressed(call.path, thing)
        client = signed_in(admin) if RULES[name].scope else APIClient()
        answer = getattr(client, call.method.lower())(address, {**call.body, "mispelt": 1}, format="json")
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["mispelt"]), name


def thing_of(rule: Rule, user: User) -> str:
    return rule.thing(user) if rule.thing else ""


def test_every_call_that_makes_something_can_be_sent_again() -> None:
    for path in [call.path for call in calls().values() if call.method == "POST"]:
        named = [one["name"] for one in description()["paths"][PREFIX + path]["post"].get("parameters", [])]
        assert ("Idempotency-Key" in named) == (path not in WITHOUT_KEY), NO_KEY.format(path)
        view: Any = resolve(PREFIX + addressed(path, ID)).func
        assert issubclass(view.cls, (Idempotent, *KEYED_ITSELF)) == (path not in WITHOUT_KEY), NO_KEY.format(path)
