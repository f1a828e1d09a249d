from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings
from rest_framework.test import APIClient

from classifier import policy
from classifier.models import Classifier, User
from tests.clock import Clock
from tests.factories import make_classifier, make_user


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ARTIFACTS_ROOT = tmp_path / "artifacts"
    settings.TRAINING_ROOT = tmp_path / "training"
    settings.DOODLE_TRAINING_DATA = ""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def doodle(db: None) -> Classifier:
    return make_classifier()


@pytest.fixture
def owner(db: None) -> User:
    """Has the images."""
    return make_user(username="owner")


@pytest.fixture
def stranger(db: None) -> User:
    """Must see none of them."""
    return make_user(username="stranger")


@pytest.fixture
def api(owner: User) -> APIClient:
    """The owner's program."""
    return signed_in(owner)


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient()


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """By which the limits on pictures are told."""
    standing = Clock()
    monkeypatch.setattr(policy, "time", standing)
    return standing


@pytest.fixture
def strokes() -> Any:
    from tests.factories import HOUSE

    return HOUSE
