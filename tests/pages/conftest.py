from __future__ import annotations

import pytest
from django.test import Client

from classifier.models import Classifier, User


@pytest.fixture
def visitor(doodle: Classifier) -> Client:
    """Somebody without an account."""
    return Client()


@pytest.fixture
def member(owner: User, doodle: Classifier) -> Client:
    client = Client()
    client.force_login(owner)
    return client
