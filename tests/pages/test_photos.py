"""Photos on the pages: the choice of a classifier, the suggestion, and what is shown of them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from classifier.models import Classifier, Image, Prediction, User
from tests.factories import HOUSE, make_classifier, make_image, make_prediction, make_version, photo, picture, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def photos(doodle: Classifier) -> Classifier:
    """Both can answer."""
    made = make_classifier("photo", "photo")
    make_version(classifier=doodle, stage="live")
    make_version(classifier=made, stage="live", card={"input": "photo", "labels": ["ship", "truck"]})
    return made


def send(client: Client, *contents: bytes, **fields: str) -> Any:
    return client.post("/", {"image": [SimpleUploadedFile("a.png", content) for content in contents], **fields})


def asked() -> list[str]:
    return list(Prediction.objects.order_by("id").values_list("classifier__slug", flat=True))


def test_the_site_decides_unless_somebody_does(visitor: Client, photos: Classifier) -> None:
    page = visitor.get("/").content.decode()
    assert re.findall(r'name="classifier" value="(\w+)"[^>]*checked', page) == ["auto"]
    assert set(re.findall(r'name="classifier" value="(\w+)"', page)) == {"auto", "doodle", "photo"}
    assert "should fill the picture: ship, truck." in page
    send(visitor, photo())
    send(visitor, picture(), classifier="auto")
    send(visitor, picture(90), classifier="photo")
    visitor.post("/", {"strokes": json.dumps(HOUSE)})
    assert asked() == ["photo", "doodle", "photo", "doodle"]


def test_with_one_classifier_there_is_no_choice(visitor: Client, doodle: Classifier) -> None:
    make_version(classifier=doodle, stage="live")
    assert 'name="classifier"' not in visitor.get("/").content.decode()
    send(visitor, photo())
    assert asked() == ["doodle"]


def test_files_sent_together_and_archives_follow_the_choice(visitor: Client, photos: Classifier) -> None:
    send(visitor, photo(), picture(), classifier="auto")
    send(visitor, zipped({"a.png": photo(90), "b.png": picture(90)}), classifier="doodle")
    assert asked() == ["photo", "doodle", "doodle", "doodle"]


def test_a_refusal_keeps_the_choice(visitor: Client, photos: Classifier) -> None:
    page = send(visitor, b"I am a text", classifier="photo").content.decode()
    assert re.findall(r'name="classifier" value="(\w+)"[^>]*checked', page) == ["photo"]


@pytest.mark.parametrize("slug", ["no-such", "\x00", "x" * 500])
def test_an_unknown_classifier_gets_a_sentence(visitor: Client, photos: Classifier, slug: str) -> None:
    answer = send(visitor, picture(), classifier=slug)
    assert answer.status_code == 400
    assert "no such classifier" in answer.content.decode()
    assert not Image.objects.exists()


def test_before_any_classifier_is_there_the_page_says_so(db: None) -> None:
    answer = Client().post("/", {"strokes": json.dumps(HOUSE)})
    assert answer.status_code == 503
    assert "register a classifier" in answer.content.decode()


def test_a_photo_sent_to_the_drawings_is_offered_to_the_photos(member: Client, owner: User, photos: Classifier) -> None:
    image = make_prediction(image=make_image(owner, looks_like="photo")).image
    path = reverse("pages:result", args=[image.pk])
    page = member.get(path).content.decode()
    assert "This looks like a photo." in page
    assert "Ask the photo classifier" in page
    ask = reverse("pages:image-ask", args=[image.pk])
    assert member.post(ask, {"classifier": "photo"})["Location"] == path
    assert asked() == ["doodle", "photo"]
    assert "This looks like" not in member.get(path).content.decode()


def test_a_drawing_sent_to_the_photos_is_offered_back(member: Client, owner: User, photos: Classifier) -> None:
    image = make_prediction(image=make_image(owner, looks_like="drawing"), classifier=photos).image
    page = member.get(reverse("pages:result", args=[image.pk])).content.decode()
    assert "This looks like a drawing." in page
    assert 'name="classifier" value="doodle"' in page


@pytest.mark.parametrize("slug", ["no-such", "\x00"])
def test_nobody_is_asked_who_is_not_there(member: Client, owner: User, photos: Classifier, slug: str) -> None:
    image = make_prediction(owner).image
    assert member.post(reverse("pages:image-ask", args=[image.pk]), {"classifier": slug}).status_code == 404
    assert asked() == ["doodle"]


@pytest.mark.parametrize(("slug", "side", "said"), [("doodle", 28, "28 by 28 grey pixels"), ("photo", 32, "32 by 32 pixels")])
def test_the_page_shows_what_the_one_that_answered_saw(
    member: Client, owner: User, photos: Classifier, slug: str, side: int, said: str
) -> None:
    image = make_prediction(owner, classifier=Classifier.objects.get(slug=slug)).image
    page = member.get(reverse("pages:result", args=[image.pk])).content.decode()
    found = re.search(r'<img class="pixels" src="([^"]+)" alt="([^"]+)" width="(\d+)"', page)
    assert found
    source, alt, width = found.groups()
    assert said in alt
    assert int(width) == side
    assert source.endswith(f"?classifier={slug}")
    assert member.get(source)["Content-Type"] == "image/png"


def test_an_earlier_answer_of_another_classifier_does_not_count(member: Client, owner: User, photos: Classifier) -> None:
    first = send(member, picture(), classifier="doodle")
    version = photos.versions.get()
    Prediction.objects.update(status="succeeded", label="cat", model_version=version)
    assert "before" in send(member, picture(), classifier="doodle")["Location"]
    assert send(member, picture(), classifier="photo")["Location"] == first["Location"]
    assert asked() == ["doodle", "photo"]


def test_the_history_tells_who_was_asked_and_shows_one_alone(member: Client, owner: User, photos: Classifier) -> None:
    drawn = make_prediction(owner)
    taken = make_prediction(owner, classifier=photos)
    page = member.get("/history/").content.decode()
    assert "asked doodle" in page
    assert "asked photo" in page
    alone = member.get("/history/?classifier=photo").content.decode()
    assert str(taken.image_id) in alone
    assert str(drawn.image_id) not in alone
    assert str(drawn.image_id) in member.get("/history/?classifier=%00").content.decode()


def test_the_history_of_one_classifier_pages_on_with_it(member: Client, owner: User, photos: Classifier) -> None:
    for _ in range(26):
        make_prediction(owner, classifier=photos)
    page = member.get("/history/?classifier=photo").content.decode()
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert "classifier=photo" in older.group(1)
