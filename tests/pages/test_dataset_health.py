"""Figures of a classifier's labelled pictures, each with a planted answer that it must find."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from classifier.actions.review_image import Judgement, review_images
from classifier.models import Classifier, Image, ModelVersion, Prediction, Review, Sample, User
from classifier.models.dataset_health import Health, health_of
from tests.conftest import signed_in
from tests.factories import make_image, make_labels, make_sample, make_version

pytestmark = pytest.mark.django_db
PATH, API = "/review/health/", "/api/v1/classifiers/doodle/health/"


@pytest.fixture
def classifier(db: None) -> Classifier:
    return make_labels("cat", "dog", "bird", "house")


def samples_of(classifier: Classifier, label: str, number: int) -> list[Sample]:
    """Accepted pictures of this label, made all at once."""
    given: dict[str, Any] = {"classifier": classifier, "state": "accepted", "label": classifier.labels.get(name=label)}
    return Sample.objects.bulk_create(Sample(image=one, **given) for one in pictures(number))


def answers_of(version: ModelVersion, label: str, number: int) -> None:
    given: dict[str, Any] = {"classifier": version.classifier, "model_version": version, "status": "succeeded"}
    Prediction.objects.bulk_create(Prediction(image=one, label=label, guesses=[], **given) for one in pictures(number))


def pictures(number: int) -> list[Image]:
    like = make_image(source="import")
    names = (hashlib.sha256(f"{like.pk} {place}".encode()).hexdigest() for place in range(number))
    return Image.objects.bulk_create(Image(owner=like.owner, source="import", sha256=name, width=8, height=8) for name in names)


def judge(rita: User, samples: Sequence[Sample], label: str) -> None:
    """The label is corrected to this one, or stays what it was."""
    review_images(by=rita, judgements=[Judgement(one.pk, "corrected", label) for one in samples])


def test_a_label_with_30_percent_of_corrections_is_found(classifier: Classifier, rita: User) -> None:
    cats, dogs = samples_of(classifier, "cat", 100), samples_of(classifier, "dog", 100)
    for samples, label in ((cats[:30], "dog"), (cats[30:], "cat"), (dogs[:4], "bird"), (dogs[4:], "dog")):
        judge(rita, samples, label)
    health = health_of(classifier)
    (worst,) = health.quality.often_wrong
    assert (worst.label, worst.judged, worst.changed.value) == ("cat", 100, 0.3)
    assert (health.quality.judged, health.quality.changed.value) == (200, 0.17)
    assert health.quality.changed.low < 0.17 < health.quality.changed.high
    assert health.overlap.pairs[0] == ("cat", "dog", 30)
    assert "cat and dog are mixed up most: 30 of 34 corrections" in health.overlap.says


def test_labels_that_are_equally_often_wrong_are_not_singled_out(classifier: Classifier, rita: User) -> None:
    for label in ("cat", "dog", "bird"):
        made = samples_of(classifier, label, 40)
        judge(rita, made[:4], "house")
        judge(rita, made[4:], label)
    quality = health_of(classifier).quality
    assert (quality.changed.value, quality.often_wrong) == (0.1, [])


def test_what_counts_is_the_label_given_first_and_the_one_that_stands(classifier: Classifier, rita: User) -> None:
    there_and_back, undone, unusable = samples_of(classifier, "cat", 3)
    for sample, label in ((there_and_back, "dog"), (there_and_back, "cat"), (undone, "dog")):
        judge(rita, [sample], label)
    review_images(by=rita, judgements=[Judgement(unusable.pk, "unusable")])
    taken_back = signed_in(rita).post(f"/api/v1/reviews/{Review.objects.get(sample=undone).pk}/undo/")
    assert taken_back.status_code == 201
    quality = health_of(classifier).quality
    assert (quality.judged, quality.changed.value) == (1, 0)


def test_what_the_network_expects_of_the_unjudged(classifier: Classifier, rita: User) -> None:
    judged, *doubted = [make_sample("cat", "dog", suspicion=suspicion) for suspicion in (1.0, 0.9, 0.6, 0.0)]
    judge(rita, [judged], "cat")
    quality = health_of(classifier).quality
    assert quality.unjudged == len(doubted)
    assert quality.expected == pytest.approx(0.5)
    assert "Too few to tell" in quality.expects
    more = [one.pk for one in samples_of(classifier, "cat", 27)]
    Sample.objects.filter(pk__in=more).update(suspicion=0.5, suspected=doubted[0].label)
    assert "Of 30 samples that nobody has judged, the network expects 50.0%" in health_of(classifier).quality.expects


def drifted(classifier: Classifier, cats: int, dogs: int) -> Health:
    """Of as many cats as dogs in the samples, and so many in the answers."""
    version = make_version(stage="live")
    for label, number in (("cat", cats), ("dog", dogs)):
        samples_of(classifier, label, 60)
        answers_of(version, label, number)
    return health_of(classifier)


def test_a_shifted_class_is_found(classifier: Classifier, reviewer: Client) -> None:
    drift = drifted(classifier, cats=90, dogs=30).drift
    assert drift.found
    assert drift.statistic == pytest.approx(16.0)
    assert drift.p < 0.005
    assert drift.shifts[0] == ("cat", 0.75, 0.5)
    assert "cat is 75% of the answers, 50% of the samples" in drift.says
    assert "Chi-square 16.0" in reviewer.get(PATH).content.decode()


def test_an_even_one_is_not(classifier: Classifier) -> None:
    drift = drifted(classifier, cats=57, dogs=63).drift
    assert not drift.found
    assert drift.p > 0.5
    assert "No drift" in drift.says


def test_drift_is_of_the_live_version_in_the_last_30_days(classifier: Classifier) -> None:
    live, candidate = make_version(stage="live"), make_version()
    answers_of(candidate, "cat", 40)
    answers_of(live, "cat", 40)
    Prediction.objects.filter(model_version=live).update(created_at=timezone.now() - timedelta(days=31))
    answers_of(live, "dog", 2)
    drift = health_of(classifier).drift
    assert (drift.answers, drift.found) == (2, False)
    assert "Too few to tell" in drift.says


def test_balance_names_the_largest_and_the_smallest(classifier: Classifier) -> None:
    for label, number in (("cat", 30), ("dog", 10), ("bird", 5)):
        samples_of(classifier, label, number)
    balance = health_of(classifier).balance
    assert (balance.largest[0], balance.smallest[0]) == (("cat", 30), ("house", 0))
    assert "house has no accepted sample" in balance.says
    samples_of(classifier, "house", 3)
    assert "cat has 10.0 times as many as house" in health_of(classifier).balance.says


def test_of_nothing_nothing_is_said(rita: User, reviewer: Client) -> None:
    assert reviewer.get(PATH).content.decode().count("Too few to tell") == 5
    body = signed_in(rita).get(API).json()
    assert all(part["says"].startswith("Too few to tell") for part in body.values())
    assert (body["quality"]["expected"], body["drift"]["p"], body["balance"]["samples"]) == (None, 1.0, 0)


def test_the_page_costs_the_same_however_much_there_is(
    reviewer: Client, rita: User, classifier: Classifier, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 40):
        judge(rita, samples_of(classifier, "cat", number), "dog")
        # the session, the account, its groups, the classifier; samples, labels, verdicts, suspicions, answers; all classifiers
        with django_assert_num_queries(11):
            assert "cat, dog" in reviewer.get(PATH).content.decode()


def test_only_reviewers_see_it_and_only_what_there_is(member: Client, reviewer: Client) -> None:
    assert member.get(PATH).status_code == 403
    assert [reviewer.get(f"{PATH}?classifier={slug}").status_code for slug in ("doodle", "nothing", "%00")] == [200, 404, 404]
