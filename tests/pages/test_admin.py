from __future__ import annotations

import uuid

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from classifier.models import Fetch, Image, User
from tests.factories import make_image, make_prediction, make_version, make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(monkeypatch: pytest.MonkeyPatch) -> Client:
    """Made by the documented command."""
    for name, value in {"USERNAME": "root", "EMAIL": "root@example.com", "PASSWORD": "a long enough secret"}.items():
        monkeypatch.setenv(f"DJANGO_SUPERUSER_{name}", value)
    call_command("createsuperuser", interactive=False, verbosity=0)
    client = Client()
    assert client.login(username="root", password="a long enough secret")
    return client


@pytest.mark.parametrize("model", [model for model in admin.site._registry if model._meta.app_label == "classifier"], ids=str)
def test_every_model_has_its_list_its_search_and_its_form(administrator: Client, model: type) -> None:
    make_prediction(status="succeeded", label="cat", model_version=make_version())
    make_worker()
    Fetch.objects.create(
        prediction=make_prediction(image=make_image(width=0)), url="https://example.com/cat", made_for=uuid.uuid4()
    )
    listing = reverse(f"admin:classifier_{model._meta.model_name}_changelist")  # type: ignore[attr-defined]
    assert administrator.get(listing).status_code == 200
    assert administrator.get(f"{listing}?q=cat").status_code == 200
    for row in model.objects.all()[:1]:  # type: ignore[attr-defined]
        assert administrator.get(reverse(f"admin:classifier_{model._meta.model_name}_change", args=[row.pk])).status_code == 200  # type: ignore[attr-defined]


def test_every_model_is_registered() -> None:
    from django.apps import apps

    assert set(apps.get_app_config("classifier").get_models()) <= set(admin.site._registry)


def test_deleting_in_the_admin_takes_the_pixels_along(administrator: Client) -> None:
    image = make_prediction().image
    answer = administrator.post(reverse("admin:classifier_image_delete", args=[image.pk]), {"post": "yes"})
    assert answer.status_code == 302
    assert not Image.objects.exists()


def test_the_admin_is_closed_to_others(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get(reverse("admin:index")).status_code == 302
