"""Pictures at addresses: the row is the job here too."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from classifier.actions.adopt_images import adopt_images
from classifier.actions.claim_fetch import claim_fetch
from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.delete_image import delete_image
from classifier.actions.record_fetch import record_fetch
from classifier.actions.submit_image import IdempotencyKeyReused, submit_image
from classifier.models import Classifier, Fetch, Image, Person, Prediction, User, Visitor
from classifier.models.images import IN_ROW_BYTES
from classifier.sources import url
from classifier.sources.submission import BadSubmission, Submission
from tests.factories import make_classifier, make_user, picture

pytestmark = pytest.mark.django_db
CAT = "https://example.com/cat.png"


def ask(by: Person, address: str = CAT, key: str | None = None) -> Prediction:
    return submit_image(by=by, classifier=make_classifier(), submission=url.from_address(address), idempotency_key=key)


def arrived(content: bytes | None = None) -> Submission:
    return Submission.of_picture(content or picture(), "url")


def claimed() -> Fetch:
    fetch = claim_fetch()
    assert fetch
    return fetch


def let_leases_run_out() -> None:
    Fetch.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_nobody_looks_at_a_picture_before_it_has_arrived(owner: User) -> None:
    prediction = ask(owner)
    assert (prediction.image.source, prediction.image.width, prediction.image.height) == ("url", 0, 0)
    assert claim_predictions(worker="tester", limit=9) == []
    assert record_fetch(fetch=claimed(), result=arrived())
    (found,) = claim_predictions(worker="tester", limit=9)
    assert found == prediction
    assert found.image == prediction.image
    assert (found.image.width, found.image.height, found.image.content_type) == (400, 400, "image/png")
    assert found.image.network_input("bitmap").any()


def test_the_arrival_wakes_a_worker(owner: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    with django_capture_on_commit_callbacks() as to_fetch:
        ask(owner)
    fetch = claimed()
    with django_capture_on_commit_callbacks() as to_predict:
        record_fetch(fetch=fetch, result=arrived())
    assert len(to_fetch) == len(to_predict) == 1
    assert to_fetch != to_predict


def test_the_oldest_is_claimed_first_and_only_once(owner: User, stranger: User) -> None:
    rows = [ask(owner), ask(stranger)]
    assert [claimed().pk, claimed().pk] == sorted(row.pk for row in rows)
    assert claim_fetch() is None


def test_two_at_once_for_one_person_so_that_others_get_their_turn(owner: User, stranger: User) -> None:
    for person in (owner, owner, owner, stranger):
        ask(person)
    visitor = Visitor(uuid.uuid4())
    for _ in range(3):
        ask(visitor)
    of = [claimed().prediction.image for _ in range(5)]
    assert [image.owner for image in of] == [owner, owner, stranger, None, None]
    assert claim_fetch() is None
    done = Fetch.objects.running().order_by("pk")[0]
    record_fetch(fetch=done, result=arrived())
    assert claimed().prediction.image.owner == owner
    assert claim_fetch() is None


def test_what_a_worker_did_not_come_back_with_is_fetched_again_three_times_in_all(owner: User) -> None:
    prediction = ask(owner)
    for attempt in (1, 2, 3):
        assert claimed().attempt == attempt
        let_leases_run_out()
    assert claim_fetch() is None
    prediction.refresh_from_db()
    assert (prediction.status, prediction.error_code) == ("failed", "crashed")
    assert prediction.finished_at
    assert prediction.fetch.settled_at


def test_a_worker_that_lost_its_lease_changes_nothing(owner: User) -> None:
    prediction = ask(owner)
    late = claimed()
    let_leases_run_out()
    current = claimed()
    assert not record_fetch(fetch=late, result=BadSubmission("url_refused", "No."))
    assert not record_fetch(fetch=late, result=arrived())
    assert record_fetch(fetch=current, result=arrived())
    assert not record_fetch(fetch=current, result=BadSubmission("url_refused", "No."))
    prediction.refresh_from_db()
    assert (prediction.status, prediction.image.width) == ("queued", 400)


def test_a_refusal_is_final(owner: User) -> None:
    prediction = ask(owner)
    record_fetch(fetch=claimed(), result=BadSubmission("url_refused", "It could not be fetched."))
    prediction.refresh_from_db()
    found = (prediction.status, prediction.error_code, prediction.error_message)
    assert found == ("failed", "url_refused", "It could not be fetched.")
    assert prediction.finished_at
    let_leases_run_out()
    assert claim_fetch() is None
    assert claim_predictions(worker="tester", limit=9) == []


@pytest.mark.parametrize("as_visitor", [False, True])
def test_a_picture_that_its_person_has_already_stays_one_image(owner: User, doodle: Classifier, as_visitor: bool) -> None:
    person: Person = Visitor(uuid.uuid4()) if as_visitor else owner
    known = submit_image(by=person, classifier=doodle, submission=Submission.of_picture(picture(), "upload")).image
    submit_image(by=make_user(), classifier=doodle, submission=Submission.of_picture(picture(), "upload"))
    prediction = ask(person)
    record_fetch(fetch=claimed(), result=arrived())
    empty = prediction.image_id
    prediction.refresh_from_db()
    assert prediction.image == known
    assert not Image.objects.filter(pk=empty).exists()
    assert known.predictions.count() == 2
    assert prediction.fetch.url == CAT
    assert prediction.fetch.made_for == empty


def test_the_same_address_twice_is_fetched_twice_and_may_show_something_else(owner: User) -> None:
    first, second, third = ask(owner), ask(owner), ask(owner)
    fetches = [claimed(), claimed()]
    record_fetch(fetch=fetches[0], result=arrived())
    record_fetch(fetch=fetches[1], result=arrived())
    record_fetch(fetch=claimed(), result=arrived(picture(300)))
    for prediction in (first, second, third):
        prediction.refresh_from_db()
    assert first.image == second.image != third.image


def test_a_large_picture_goes_into_storage_and_goes_with_its_image(owner: User) -> None:
    prediction = ask(owner)
    noise = b"x" * (IN_ROW_BYTES + 1)
    large = Submission(source="url", sha256="0" * 64, width=1, height=1, content_type="image/png", picture=noise)
    record_fetch(fetch=claimed(), result=large)
    image = Image.objects.get(pk=prediction.image_id)
    assert image.picture == noise
    delete_image(by=owner, image=image)
    assert not image.file.storage.exists(str(image.file.name))


def test_an_image_deleted_meanwhile_stays_deleted(owner: User) -> None:
    prediction = ask(owner)
    fetch = claimed()
    delete_image(by=owner, image=prediction.image)
    assert not record_fetch(fetch=fetch, result=arrived())
    assert not Image.objects.exists()


def test_signing_up_while_the_picture_is_on_its_way(owner: User) -> None:
    visitor = Visitor(uuid.uuid4())
    prediction = ask(visitor)
    fetch = claimed()
    adopt_images(by=owner, visitor=visitor.key)
    record_fetch(fetch=fetch, result=arrived())
    prediction.refresh_from_db()
    assert prediction.image.owner == owner
    assert prediction.image.width == 400


def test_an_idempotency_key_holds_for_the_address_even_after_the_picture_is_known(owner: User, doodle: Classifier) -> None:
    submit_image(by=owner, classifier=doodle, submission=Submission.of_picture(picture(), "upload"))
    first = ask(owner, key="k")
    assert ask(owner, key="k") == first
    record_fetch(fetch=claimed(), result=arrived())
    assert ask(owner, key="k") == first
    with pytest.raises(IdempotencyKeyReused):
        ask(owner, "https://example.com/dog.png", key="k")
    with pytest.raises(IdempotencyKeyReused):
        submit_image(by=owner, classifier=doodle, submission=arrived(), idempotency_key="k")
