from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from classifier.checks import live_versions_whole
from classifier.models import Classifier, ModelVersion, Promotion
from tests.factories import make_user, make_worker
from tests.measured import damage, make_whole_version

pytestmark = pytest.mark.django_db


def ready() -> tuple[int, dict[str, Any]]:
    answer = APIClient().get("/readyz")
    return answer.status_code, answer.json()


@pytest.fixture(autouse=True)
def _attended() -> None:
    make_worker()


def test_before_anything_is_registered_the_site_is_not_ready() -> None:
    assert ready() == (503, {"status": "unavailable", "missing": ["classifier"], "damaged": []})


def test_a_classifier_that_is_not_trained_yet_takes_nothing_down() -> None:
    make_whole_version(live=True)
    Classifier.objects.create(slug="shapes", title="Shapes", kind="drawing", made_by=make_user())
    assert ready() == (200, {"status": "ok"})


def test_damage_is_said_while_the_last_good_version_answers() -> None:
    first, second = make_whole_version(live=True), make_whole_version(b"second")
    Promotion.objects.put_live(second)
    ModelVersion.objects.note_damage(second, "Its sha256 differs.")
    assert ready() == (200, {"status": "degraded", "damaged": [str(second)]})
    ModelVersion.objects.note_damage(first, "It is gone.")
    assert ready() == (503, {"status": "unavailable", "missing": ["live version of doodle"], "damaged": [str(second)]})
    ModelVersion.objects.note_damage(second, "")
    assert ready() == (200, {"status": "ok"})


def test_the_deployment_check_looks_at_the_files() -> None:
    version = make_whole_version(live=True)
    assert live_versions_whole(None, databases=["default"]) == []
    damage(version)
    assert [message.id for message in live_versions_whole(None, databases=["default"])] == ["classifier.E002"]
    assert live_versions_whole(None) == []
