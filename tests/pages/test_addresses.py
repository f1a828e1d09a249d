"""Pictures at addresses, on the pages: they come after the page, or turn out to be known."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from classifier.actions.claim_fetch import claim_fetch
from classifier.actions.record_fetch import record_fetch
from classifier.models import Image, Job, Prediction
from classifier.pages import result as pages
from classifier.sources.submission import Submission
from tests.factories import make_worker, picture

pytestmark = pytest.mark.django_db


def upload(client: Client) -> Image:
    assert client.post("/", {"image": SimpleUploadedFile("a.png", picture(90))}).status_code == 302
    return Image.objects.latest("created_at")


def ask_by_address(client: Client) -> Image:
    assert client.post("/", {"image_url": " https://example.com/cat.png "}).status_code == 302
    return Image.objects.latest("created_at")


def test_a_picture_at_an_address_stands_beside_its_answer_once_it_has_come(visitor: Client) -> None:
    make_worker(job=Job.FETCHING)
    image = ask_by_address(visitor)
    page, answer, file = (reverse(f"pages:{name}", args=[image.pk]) for name in ("result", "answer", "image-file"))
    assert "once it has been fetched" in visitor.get(page).content.decode()
    assert "Fetching the picture" in visitor.get(answer).content.decode()
    assert "HX-Refresh" not in visitor.get(answer)
    assert visitor.get(file).status_code == visitor.get(reverse("pages:image-seen", args=[image.pk])).status_code == 404
    assert visitor.get("/history/").status_code == 200
    Prediction.objects.update(status="failed", error_message="It could not be fetched.")
    assert "It could not be fetched." in visitor.get(page).content.decode()
    assert visitor.get(answer)["HX-Refresh"] == "true"


def arrive_while_the_page_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture comes and is answered in the second for which the page is held back."""

    def bring(*_: object) -> None:
        fetch = claim_fetch()
        assert fetch
        assert record_fetch(fetch=fetch, result=Submission.of_picture(picture(90), "url"))
        Prediction.objects.filter(pk=fetch.pk).update(status="succeeded", guesses=[{"label": "cat", "probability": 0.9}])

    monkeypatch.setattr(pages, "wait_until_settled", bring)


def test_a_picture_that_comes_while_the_page_is_made_is_on_it(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    image = ask_by_address(visitor)
    arrive_while_the_page_waits(monkeypatch)
    page = visitor.get(reverse("pages:result", args=[image.pk])).content.decode()
    assert "once it has been fetched" not in page
    assert reverse("pages:image-file", args=[image.pk]) in page
    assert "cat" in page


def test_a_known_picture_that_comes_while_the_page_is_made_leads_to_its_own(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = upload(visitor)
    image = ask_by_address(visitor)
    arrive_while_the_page_waits(monkeypatch)
    own_page = reverse("pages:result", args=[known.pk])
    assert visitor.get(reverse("pages:result", args=[image.pk]))["Location"] == own_page


def test_a_known_picture_that_comes_while_its_page_looks_brings_the_page_there(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(visitor)
    image = ask_by_address(visitor)
    arrive_while_the_page_waits(monkeypatch)
    assert visitor.get(reverse("pages:answer", args=[image.pk]))["HX-Refresh"] == "true"


def test_a_picture_that_nobody_can_fetch_says_so(visitor: Client) -> None:
    make_worker()
    image = ask_by_address(visitor)
    answer = visitor.get(reverse("pages:answer", args=[image.pk])).content.decode()
    assert "cannot be fetched from addresses right now" in answer
    assert "data-poll" in answer
    assert "No worker is running" not in answer


def test_the_page_of_a_picture_that_was_known_leads_there(visitor: Client, member: Client) -> None:
    image = ask_by_address(visitor)
    prediction = Prediction.objects.get()
    known = upload(visitor)
    prediction.image = known
    prediction.save()
    page = reverse("pages:result", args=[image.pk])
    image.delete()
    assert visitor.get(page)["Location"] == reverse("pages:result", args=[known.pk])
    assert member.get(page).status_code == 404


def test_an_address_that_is_none_gets_a_sentence(visitor: Client) -> None:
    answer = visitor.post("/", {"image_url": "file:///etc/passwd"})
    assert answer.status_code == 400
    assert "begins with http" in answer.content.decode()
    assert not Image.objects.exists()
