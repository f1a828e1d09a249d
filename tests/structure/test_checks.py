from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from classifier.checks import broker_set, live_versions, storage_writable
from tests.factories import make_classifier, make_version


def test_a_folder_that_cannot_be_written_is_an_error(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "missing"
    assert [message.id for message in storage_writable(None)] == ["classifier.E001"]
    settings.DATA_DIR = tmp_path
    assert storage_writable(None) == []


def test_the_embedded_broker_is_for_one_machine(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "filesystem://localhost"
    assert [message.id for message in broker_set(None)] == ["classifier.W001"]
    settings.CELERY_BROKER_URL = "redis://redis/0"
    assert broker_set(None) == []


@pytest.mark.django_db
def test_a_classifier_without_a_live_version_is_noticed() -> None:
    make_classifier()
    assert [message.id for message in live_versions(None, databases=["default"])] == ["classifier.W002"]
    make_version(stage="live")
    assert live_versions(None, databases=["default"]) == []
    assert live_versions(None) == []
