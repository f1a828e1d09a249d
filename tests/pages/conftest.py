from __future__ import annotations

import pytest
from django.test import Client

from classifier.models import Classifier, ModelVersion, User
from tests.factories import make_reviewer
from tests.measured import make_maintainer, make_whole_version


@pytest.fixture
def visitor(doodle: Classifier) -> Client:
    """Somebody without an account."""
    return Client()


@pytest.fixture
def member(owner: User, doodle: Classifier) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def rita(doodle: Classifier) -> User:
    return make_reviewer("rita")


@pytest.fixture
def reviewer(rita: User) -> Client:
    client = Client()
    client.force_login(rita)
    return client


@pytest.fixture
def mary(db: None) -> User:
    return make_maintainer("mary")


@pytest.fixture
def maintainer(mary: User) -> Client:
    client = Client()
    client.force_login(mary)
    return client


@pytest.fixture
def live(db: None) -> ModelVersion:
    """Came with the project."""
    return make_whole_version(live=True)
