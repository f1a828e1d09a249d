from __future__ import annotations

import uuid

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from classifier.actions.review_image import review_image
from classifier.models import Fetch, Image, Review, User
from tests.factories import make_answer, make_image, make_prediction, make_version, make_worker

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


def test_what_was_said_is_only_read_and_goes_with_its_image(administrator: Client) -> None:
    answer = make_answer()
    assert answer.image.owner
    review = review_image(
        by=answer.image.owner, image=answer.image, classifier=answer.classifier, verdict="corrected", label="dog"
    )
    for name, row in (("review", review), ("sample", review.sample)):
        for place in ("change", "delete"):
            path = reverse(f"admin:classifier_{name}_{place}", args=[row.pk])
            assert administrator.get(path).status_code == (200 if place == "change" else 403)
            assert administrator.post(path, {"post": "yes", "verdict": "confirmed"}).status_code == 403
    gone = administrator.post(reverse("admin:classifier_image_delete", args=[answer.image_id]), {"post": "yes"})
    assert gone.status_code == 302
    assert not Review.objects.exists()


def test_an_administrator_appoints_reviewers(administrator: Client, owner: User) -> None:
    groups = {group.name: group for group in Group.objects.all()}
    assert set(groups) == {"reviewers", "maintainers"}
    assert administrator.get(reverse("admin:auth_group_change", args=[groups["reviewers"].pk])).status_code == 200
    path = reverse("admin:classifier_user_change", args=[owner.pk])
    form = administrator.get(path).context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if isinstance(value, str) and value}
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00", "is_active": "on", "groups": [groups["reviewers"].pk]}
    assert administrator.post(path, {**fields, **joined}).status_code == 302
    assert User.objects.get(pk=owner.pk).is_reviewer
    assert not User.objects.get(pk=owner.pk).is_maintainer


def test_the_admin_is_closed_to_others(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get(reverse("admin:index")).status_code == 302
