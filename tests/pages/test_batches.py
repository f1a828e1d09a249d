from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from classifier.models import Batch, BatchFile, Image, Prediction, Unpacking, User
from tests.factories import HOUSE, PASSWORD, make_batch, make_image, make_prediction, make_version, make_worker, picture, zipped

pytestmark = pytest.mark.django_db


def send(client: Client, *files: tuple[str, bytes]) -> Any:
    return client.post("/", {"image": [SimpleUploadedFile(name, content) for name, content in files]})


def page_of(client: Client, answer: HttpResponse) -> str:
    batch = Batch.objects.get()
    assert answer["Location"] == reverse("pages:batch", args=[batch.pk]), answer.content
    return client.get(answer["Location"]).content.decode()


def test_several_files_become_a_batch_in_their_order(visitor: Client) -> None:
    make_worker()
    page = page_of(visitor, send(visitor, ("b.png", picture(30)), ("a.png", picture(40)), ("c.png", picture(30))))
    assert [file.name for file in BatchFile.objects.all()] == ["b.png", "a.png", "c.png"]
    assert Image.objects.count() == 2
    assert Prediction.objects.count() == 3
    assert page.index("b.png") < page.index("a.png") < page.index("c.png")
    assert "0 of 3 pictures answered" in page
    assert 'http-equiv="refresh"' in page
    assert "hx-get" in page
    assert "No worker is running" not in page


def test_one_bad_file_among_good_ones_fails_alone(visitor: Client) -> None:
    name = "<img src=x onerror=alert(1)>.png"
    page = page_of(
        visitor, send(visitor, ("a.png", picture(30)), (name, b"I am a text"), ("empty.png", b""), ("b.png", picture(40)))
    )
    assert name not in page
    assert "&lt;img src=x onerror=alert(1)&gt;.png" in page
    assert "2 files refused" in page
    assert Image.objects.count() == Prediction.objects.count() == 2
    assert [bool(file.refusal) for file in BatchFile.objects.all()] == [False, True, True, False]


def test_an_archive_becomes_a_batch(visitor: Client) -> None:
    content = zipped({"folder/a.png": picture(30), "b.txt": b"text", "c.png": picture(40)})
    page = page_of(visitor, send(visitor, ("all.zip", content)))
    assert [file.name for file in BatchFile.objects.all()] == ["a.png", "b.txt", "c.png"]
    assert "0 of 2 pictures answered, 1 file refused" in page


def test_an_archive_may_come_among_pictures_and_be_refused_alone(visitor: Client) -> None:
    bomb = zipped({"zeros.bmp": bytes(30 * 1024**2), "a.png": picture(30)})
    good = zipped({"x.png": picture(50), "y.png": picture(60)})
    page_of(visitor, send(visitor, ("bomb.zip", bomb), ("a.png", picture(30)), ("good.zip", good)))
    assert [file.name for file in BatchFile.objects.all()] == ["bomb.zip", "a.png", "x.png", "y.png"]
    assert Image.objects.count() == 3


@pytest.mark.parametrize("content", [zipped({}), zipped({f"{n}.png": b"x" for n in range(65)}), b"PK\x03\x04 broken"])
def test_a_bad_archive_alone_gets_a_sentence_and_leaves_no_trace(visitor: Client, content: bytes) -> None:
    answer = send(visitor, ("all.zip", content))
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert "archive" in answer.content.decode()
    assert not Batch.objects.exists()
    assert not visitor.session.keys()


def test_more_than_64_are_refused_with_the_limit(visitor: Client) -> None:
    answer = send(visitor, *[(f"{number}.png", b"x") for number in range(65)])
    assert answer.status_code == 400
    assert "At most 64 pictures" in answer.content.decode()
    assert "At most 64 pictures" in send(visitor, *[(f"{number}.png", b"x") for number in range(101)]).content.decode()
    archives = [(f"{name}.zip", zipped({f"{number}.png": b"x" for number in range(40)})) for name in "ab"]
    assert "At most 64 pictures" in send(visitor, *archives).content.decode()
    assert not Batch.objects.exists()


def test_over_the_rate_nothing_is_kept(visitor: Client, settings: Settings) -> None:
    settings.DOODLE_RATE = 0
    assert send(visitor, ("a.png", picture(30)), ("b.png", picture(40))).status_code == 429
    assert not Image.objects.exists()
    assert not Batch.objects.exists()


def test_without_a_worker_the_page_says_so(member: Client, owner: User) -> None:
    batch = make_batch(owner, [make_prediction(owner)])
    assert "No worker is running" in member.get(reverse("pages:batch", args=[batch.pk])).content.decode()


def test_the_part_comes_only_when_something_has_changed(member: Client, owner: User) -> None:
    make_worker()
    prediction = make_prediction(owner)
    batch = make_batch(owner, [prediction])
    page = member.get(reverse("pages:batch", args=[batch.pk])).content.decode()
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    assert member.get(found.group(1)).status_code == 204
    guesses = [{"label": "cat", "probability": 0.9}]
    Prediction.objects.filter(pk=prediction.pk).update(status="succeeded", guesses=guesses, label="cat", unsure=False)
    part = member.get(found.group(1)).content.decode()
    assert "cat" in part
    assert "1 of 1 picture answered" in part
    assert "hx-get" not in part
    assert "<html" not in part
    assert 'http-equiv="refresh"' not in member.get(reverse("pages:batch", args=[batch.pk])).content.decode()


def test_nobody_sees_another_persons_batch(visitor: Client, member: Client, owner: User) -> None:
    batch = make_batch(owner, [make_prediction(owner)])
    for name in ("batch", "batch-answers"):
        path = reverse(f"pages:{name}", args=[batch.pk])
        assert member.get(path).status_code == 200
        assert visitor.get(path).status_code == 404
        assert member.post(path).status_code == 405
        assert member.get(reverse(f"pages:{name}", args=[uuid.uuid4()])).status_code == 404


def test_a_visitors_batch_comes_along_into_the_account(visitor: Client, owner: User) -> None:
    answer = send(visitor, ("a.png", picture(30)), ("b.txt", b"text"))
    visitor.post(reverse("account_login"), {"login": "owner", "password": PASSWORD})
    assert Batch.objects.get().owner == owner
    assert "a.png" in visitor.get(answer["Location"]).content.decode()


def test_what_is_deleted_is_gone_from_its_batch(member: Client, owner: User) -> None:
    first, second = make_prediction(owner), make_prediction(owner)
    batch = make_batch(owner, [first, second])
    for prediction in (first, second):
        member.post(reverse("pages:image-delete", args=[prediction.image_id]))
    assert "have been deleted" in member.get(reverse("pages:batch", args=[batch.pk])).content.decode()


@pytest.mark.parametrize("number", [2, 20])
def test_a_batch_costs_the_same_for_2_and_for_20(
    member: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    batch = make_batch(owner, [make_prediction(owner) for _ in range(number)])
    with django_assert_num_queries(6):  # the session, the account, its groups, the batch, its files, whether a worker is there
        member.get(reverse("pages:batch", args=[batch.pk]))


@pytest.mark.parametrize("number", [2, 20])
def test_a_bulk_tells_only_how_far_it_is_and_costs_the_same(
    member: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    make_worker()
    batch = make_batch(owner, [make_prediction(owner) for _ in range(number)])
    Unpacking.objects.create(batch=batch, total=10_000)
    with django_assert_num_queries(6):  # the session, the account, its groups, the batch, its counts, whether a worker is there
        page = member.get(reverse("pages:batch", args=[batch.pk])).content.decode()
    assert "0 answered" in page
    assert ".png" not in page
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    assert member.get(found.group(1)).status_code == 204
    Prediction.objects.filter(batch_file__place=0).update(status="failed")
    with django_assert_num_queries(5):  # the part names nobody's groups
        part = member.get(found.group(1)).content.decode()
    assert "0 answered, 1 failed or refused." in part
    assert 'value="1"' in part
    assert "<html" not in part


def answered(owner: User, sha256: str, **version: Any) -> Prediction:
    guesses = [{"label": "cat", "probability": 0.9}]
    image = make_image(owner, sha256=sha256)
    return make_prediction(
        image=image, status="succeeded", guesses=guesses, label="cat", unsure=False, model_version=make_version(**version)
    )


def drawn_sha256(client: Client) -> str:
    client.post("/", {"strokes": json.dumps(HOUSE)})
    sha256 = Image.objects.get().sha256
    Image.objects.all().delete()
    return sha256


def test_a_drawing_sent_again_shows_the_earlier_answer(member: Client, owner: User) -> None:
    earlier = answered(owner, drawn_sha256(member), stage="live")
    again = member.post("/", {"strokes": json.dumps(HOUSE)})
    assert Prediction.objects.count() == 1
    page = member.get(again["Location"]).content.decode()
    assert "You sent this before" in page
    assert "cat" in page
    asked = member.post(reverse("pages:image-ask", args=[earlier.image_id]))
    assert asked["Location"] == reverse("pages:result", args=[earlier.image_id])
    assert Prediction.objects.filter(image=earlier.image, status="queued").count() == 1
    assert "You sent this before" not in member.get(asked["Location"]).content.decode()


def test_an_answer_of_a_retired_version_is_asked_anew(member: Client, owner: User) -> None:
    answered(owner, drawn_sha256(member), stage="retired")
    member.post("/", {"strokes": json.dumps(HOUSE)})
    assert Prediction.objects.count() == 2


def test_another_persons_answer_is_not_offered(member: Client, stranger: User) -> None:
    answered(stranger, drawn_sha256(member), stage="live")
    assert "before" not in member.post("/", {"strokes": json.dumps(HOUSE)})["Location"]


def test_nobody_asks_about_another_persons_image(visitor: Client, owner: User) -> None:
    image = answered(owner, "0" * 64, stage="live").image
    path = reverse("pages:image-ask", args=[image.pk])
    assert visitor.post(path).status_code == 404
    assert visitor.get(path).status_code == 405
    assert Prediction.objects.count() == 1


def test_asking_again_counts_as_a_picture(member: Client, owner: User, settings: Settings) -> None:
    image = answered(owner, "0" * 64, stage="live").image
    settings.DOODLE_RATE = 0
    answer = member.post(reverse("pages:image-ask", args=[image.pk]), follow=True)
    assert "pictures a second" in answer.content.decode()
    assert Prediction.objects.count() == 1
