from __future__ import annotations

import json
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from classifier.models import Classifier, Image, Prediction, User
from tests.factories import HOUSE, PASSWORD, make_prediction, make_predictions, make_worker, picture

pytestmark = pytest.mark.django_db


def draw(client: Client) -> Image:
    answer = client.post("/", {"strokes": json.dumps(HOUSE)})
    assert answer.status_code == 302, answer.content
    image = Image.objects.latest("created_at")
    assert answer["Location"] == reverse("pages:result", args=[image.pk])
    return image


def sign_up(client: Client, username: str = "ada") -> None:
    fields = {"username": username, "email": f"{username}@example.com", "password1": PASSWORD}
    assert client.post(reverse("account_signup"), fields).status_code == 302


def test_looking_leaves_no_trace(visitor: Client) -> None:
    for path in ("/", "/history/", reverse("account_login"), reverse("account_signup"), "/api/docs/", "/api/v1/schema/"):
        assert visitor.get(path).status_code == 200, path
    assert not visitor.session.keys()


def test_a_drawing_without_an_account_is_in_the_history_after_signing_up(visitor: Client) -> None:
    image = draw(visitor)
    assert str(image.pk) in visitor.get("/history/").content.decode()
    sign_up(visitor)
    image.refresh_from_db()
    assert image.owner is not None
    assert image.owner.username == "ada"
    assert str(image.pk) in visitor.get("/history/").content.decode()


def test_a_drawing_before_logging_in_comes_along_too(visitor: Client, owner: User) -> None:
    image = draw(visitor)
    visitor.post(reverse("account_login"), {"login": "owner", "password": PASSWORD})
    image.refresh_from_db()
    assert image.owner == owner


def test_signing_up_asks_for_three_things(visitor: Client) -> None:
    page = visitor.get(reverse("account_signup")).content.decode()
    asked = re.findall(r'<input[^>]*type="(?:text|email|password)"[^>]*>', page)
    assert len(asked) == 3


def test_a_file_is_taken_and_its_name_does_not_matter(visitor: Client) -> None:
    answer = visitor.post("/", {"image": SimpleUploadedFile("<script>.exe", picture(), "text/html")})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"strokes": ""},
        {"strokes": "[["},
        {"strokes": "[[[1],[1]]]"},
        {"strokes": "[" * 100_000},
        {"strokes": "[[[NaN, 1], [0, 1]]]"},
    ],
)
def test_bad_input_gets_a_sentence(visitor: Client, fields: dict[str, object]) -> None:
    answer = visitor.post("/", fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not Image.objects.exists()
    assert not visitor.session.keys()


def test_a_file_that_is_no_picture_gets_a_sentence(visitor: Client) -> None:
    answer = visitor.post("/", {"image": SimpleUploadedFile("cat.png", b"I am a text")})
    assert answer.status_code == 415
    assert 'role="alert"' in answer.content.decode()
    assert not Image.objects.exists()


def test_the_limit_on_pictures_is_told(visitor: Client, settings: Settings) -> None:
    settings.DOODLE_RATE = 0
    answer = visitor.post("/", {"strokes": json.dumps(HOUSE)})
    assert answer.status_code == 429
    assert "pictures a second" in answer.content.decode()


@pytest.mark.parametrize(("path", "megabytes"), [("/", 65), ("/history/", 17), ("/api/v1/predictions/", 17), ("/recognize", 17)])
def test_a_body_over_the_limit_is_refused_unread(visitor: Client, path: str, megabytes: int) -> None:
    declared = str(megabytes * 1024**2)
    answer = visitor.generic("POST", path, b"x", content_type="application/octet-stream", CONTENT_LENGTH=declared)
    assert answer.status_code == 413
    assert "10 MB" in answer.content.decode()


def test_the_result_shows_the_best_three(member: Client, owner: User) -> None:
    guesses = [{"label": label, "probability": p} for label, p in (("cat", 0.91), ("dog", 0.05), ("<b>", 0.01))]
    prediction = make_prediction(owner, status="succeeded", guesses=guesses, label="cat", unsure=False)
    page = member.get(reverse("pages:result", args=[prediction.image_id])).content.decode()
    assert "cat" in page
    assert "91.0" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "hx-get" not in page.split("<main")[1]


def test_without_a_worker_the_page_says_so_instead_of_spinning(member: Client, owner: User) -> None:
    prediction = make_prediction(owner)
    answer = reverse("pages:answer", args=[prediction.image_id])
    assert "No worker is running" in member.get(answer).content.decode()
    make_worker()
    waiting = member.get(answer).content.decode()
    assert "No worker is running" not in waiting
    assert "hx-get" in waiting


def test_nobody_sees_another_persons_image(visitor: Client, member: Client) -> None:
    drawn = draw(member)
    for name in ("result", "answer", "image-file", "image-seen"):
        path = reverse(f"pages:{name}", args=[drawn.pk])
        assert member.get(path).status_code == 200, path
        assert visitor.get(path).status_code == 404, path
    assert visitor.post(reverse("pages:image-delete", args=[drawn.pk])).status_code == 404
    assert Image.objects.exists()


def test_deleting_an_entry_leads_back(member: Client, owner: User) -> None:
    image = draw(member)
    delete = reverse("pages:image-delete", args=[image.pk])
    assert member.get(delete).status_code == 405
    assert member.post(delete, {"next": "//evil.example"})["Location"] == "/history/"
    assert not Image.objects.exists()


def test_the_history_pages_back_and_forth_with_constant_queries(
    member: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_predictions(30, owner, status="succeeded", label="cat")
    rows = [str(row.image_id) for row in Prediction.objects.newest_first()]
    with django_assert_num_queries(5):  # the session, the account, its groups, the live versions, the rows
        first = member.get("/history/").content.decode()
    shown = [row for row in rows if row in first]
    assert shown == rows[:24]
    older = re.search(r'href="/history/(\?after=[^"]+)"', first)
    assert older
    second = member.get(f"/history/{older.group(1)}").content.decode()
    assert [row for row in rows if row in second] == rows[24:]
    newer = re.search(r'href="/history/(\?before=[^"]+)"', second)
    assert newer
    third = member.get(f"/history/{newer.group(1)}").content.decode()
    assert [row for row in rows if row in third] == rows[:24]


@pytest.mark.parametrize("query", ["?after=x", "?before=%00", "?after=" + "9" * 500])
def test_odd_places_in_the_history_show_its_start(member: Client, query: str) -> None:
    assert member.get(f"/history/{query}").status_code == 200


def test_a_forgotten_password_is_reset_by_mail(visitor: Client, owner: User) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=owner, email=owner.email, primary=True)
    visitor.post(reverse("account_reset_password"), {"email": owner.email})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link
    form = visitor.get(link.group(1), follow=True)
    changed = visitor.post(form.request["PATH_INFO"], {"password1": "another long secret", "password2": "another long secret"})
    assert changed.status_code == 302
    assert Client().login(username="owner", password="another long secret")


def test_password_and_address_can_be_changed(visitor: Client) -> None:
    sign_up(visitor)
    fields = {"oldpassword": PASSWORD, "password1": "another long secret", "password2": "another long secret"}
    assert visitor.post(reverse("account_change_password"), fields).status_code == 302
    visitor.post(reverse("account_email"), {"action_add": "", "email": "new@example.com"})
    message = next(message for message in mail.outbox if message.to == ["new@example.com"])
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", str(message.body))
    assert link
    visitor.post(link.group(1))
    person = User.objects.get(username="ada")
    assert person.email == "new@example.com"
    assert person.check_password("another long secret")


def test_logging_out_ends_the_session(member: Client) -> None:
    image = draw(member)
    member.post(reverse("account_logout"))
    assert member.get(reverse("pages:result", args=[image.pk])).status_code == 404


def test_forms_need_their_token(doodle: Classifier) -> None:
    assert Client(enforce_csrf_checks=True).post("/", {"strokes": json.dumps(HOUSE)}).status_code == 403


def test_pages_allow_no_script_but_their_own(visitor: Client) -> None:
    policy = visitor.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy


def test_errors_are_pages_for_people_and_json_for_programs(visitor: Client) -> None:
    page = visitor.get("/no/such/page")
    assert page.status_code == 404
    assert "<h1" in page.content.decode()
    program = visitor.get("/api/v1/no/such/thing/")
    assert program.json()["error"]["code"] == "not_found"
