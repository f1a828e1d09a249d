"""The grid: many samples judged at once, without JavaScript."""

from __future__ import annotations

import re
import time
import uuid

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classifier.actions.review_image import review_image
from classifier.models import Image, ModelVersion, Review, Sample, TrainingRun, TrainingSet, User
from classifier.models.identifiers import uuid7
from tests.factories import make_answer, make_reviewer, make_sample, make_version

pytestmark = pytest.mark.django_db
GRID = "/review/grid/"


def suspects(number: int, label: str = "cat", suggestion: str = "dog") -> list[Sample]:
    return [make_sample(label, suggestion) for _ in range(number)]


def choose(client: Client, samples: list[Sample], query: str = "", **fields: str) -> str:
    """The words of the page afterwards."""
    seen = {f"seen-{sample.pk}": sample.seen for sample in samples}
    answer = client.post(GRID + query, {"sample": [str(sample.pk) for sample in samples], **seen, **fields}, follow=True)
    return answer.content.decode()


def states(samples: list[Sample]) -> list[tuple[str, str | None]]:
    rows = Sample.objects.select_related("label").in_bulk([sample.pk for sample in samples])
    return [(rows[one.pk].state, rows[one.pk].label.name if rows[one.pk].label else None) for one in samples]  # type: ignore[union-attr]


def test_it_shows_what_is_doubted_with_what_is_suggested(reviewer: Client) -> None:
    suspects(1)
    page = reviewer.get(GRID).content.decode()
    assert "→ dog 0.93" in page
    assert "labelled cat; the model says dog 0.93, cat 0.01" in page
    assert page.count('type="checkbox"') == 1


@pytest.mark.parametrize(
    ("fields", "state", "label"),
    [
        ({"label": "bird", "relabel": "1"}, "corrected", "bird"),
        ({"suggested": "1"}, "corrected", "dog"),
        ({"confirmed": "1"}, "accepted", "cat"),
        ({"unusable": "1"}, "excluded", "cat"),
    ],
    ids=["relabel", "suggested", "confirmed", "unusable"],
)
def test_many_are_judged_at_once_and_taken_back_at_once(reviewer: Client, fields: dict[str, str], state: str, label: str) -> None:
    make_sample("bird")
    chosen, other = suspects(12), suspects(1)
    page = choose(reviewer, chosen, "?label=cat&size=24", **fields)
    assert "Decided: 12 samples." in page
    assert states(chosen) == [(state, label)] * 12
    assert states(other) == [("accepted", "cat")]
    together = re.search(r'name="together" value="([^"]+)"', page)
    assert together
    undone = reviewer.post(f"{GRID}undo/?label=cat&size=24", {"together": together.group(1)}, follow=True)
    assert "Taken back: 12 samples." in undone.content.decode()
    assert undone.redirect_chain[-1][0].endswith("label=cat&size=24")
    assert states(chosen) == [("accepted", "cat")] * 12
    assert set(Sample.objects.awaiting_review()) == {*chosen, *other}
    assert Review.objects.count() == 24


def test_what_has_changed_stays_and_is_named(reviewer: Client, rita: User) -> None:
    fresh, stale, again = make_sample("cat", "dog"), make_sample("cat", "dog"), make_sample("cat", "dog")
    faster = make_reviewer("faster")
    review_image(by=faster, image=stale.image, classifier=stale.classifier, verdict="corrected", label="dog")
    page = choose(reviewer, [fresh, stale, again], confirmed="1")
    assert "Decided: 2 samples." in page
    assert "1 sample had changed since you looked, and stay as they are: dog (now corrected dog)." in page
    assert states([fresh, stale]) == [("accepted", "cat"), ("corrected", "dog")]
    together = Review.objects.filter(by=rita)[0].together
    review_image(by=faster, image=again.image, classifier=again.classifier, verdict="corrected", label="dog")
    page = reviewer.post(f"{GRID}undo/", {"together": str(together)}, follow=True).content.decode()
    assert "Taken back: 1 sample." in page
    assert "1 sample had been judged again since, and stay: cat." in page
    assert states([again]) == [("corrected", "dog")]
    page = reviewer.post(f"{GRID}undo/", {"together": str(together)}, follow=True).content.decode()
    assert "taken back already, or judged again since" in page


def test_odd_forms_get_a_sentence(reviewer: Client) -> None:
    sample = make_sample("cat")
    answers = {
        "Nothing is selected": {},
        "suggests nothing instead": {"sample": str(sample.pk), "suggested": "1"},
        "None of these samples": {"sample": str(uuid.uuid4()), "confirmed": "1"},
    }
    for words, fields in answers.items():
        answer = reviewer.post(GRID, fields)
        assert answer.status_code == 400
        assert words in answer.content.decode()
    assert "no label &#x27;unicorn&#x27;" in choose(reviewer, [sample], label="unicorn")
    assert "needs a label" in choose(reviewer, [sample], label="")
    for together in ("", "x", str(uuid.uuid4())):
        page = reviewer.post(f"{GRID}undo/", {"together": together}, follow=True).content.decode()
        assert "nothing to take back" in page
    assert states([sample]) == [("accepted", "cat")]


def test_it_is_for_reviewers(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    for path in (GRID, f"{GRID}undo/"):
        assert client.post(path, {}).status_code == 403
    assert client.get(GRID).status_code == 403


def test_filters(reviewer: Client) -> None:
    cat, bird = make_sample("cat", "dog"), make_sample("bird", "cat")
    reported = make_answer()
    assert reported.image.owner
    by = reported.image.owner
    word = review_image(by=by, image=reported.image, classifier=reported.classifier, verdict="unusable").sample

    def shown(query: str) -> set[Sample]:
        page = reviewer.get(f"{GRID}?{query}").content.decode()
        return {sample for sample in (cat, bird, word) if f'value="{sample.pk}"' in page}

    assert shown("") == shown("size=7&version=&reason=odd") == {cat, bird, word}
    assert shown("label=cat") == {cat}
    assert shown("suggested=cat") == {bird}
    assert shown("source=import") == shown("reason=suspected") == {cat, bird}
    assert shown("source=canvas") == shown("reason=reported") == shown("predicted=cat") == {word}
    assert shown("reason=disputed") == shown("version=x") == shown(f"version={uuid.uuid4()}") == shown("label=%00x") == set()


def test_a_cell_of_a_confusion_table_leads_to_its_pictures(reviewer: Client) -> None:
    names = ["cat", "dog"]
    confused, right, other = make_sample("cat"), make_sample("cat"), make_sample("dog")
    version = make_version(card={"input": "bitmap", "labels": names})
    folder = make_set_answers(version, names, [(confused, 0, 1), (right, 0, 0), (other, 1, 1)])
    page = reviewer.get(f"{GRID}?classifier=doodle&version={folder}&label=cat&predicted=dog").content.decode()
    assert [f'value="{sample.pk}"' in page for sample in (confused, right, other)] == [True, False, False]
    page = reviewer.get(f"/review/?classifier=doodle&version={folder}&predicted=dog").content.decode()
    assert [str(sample.pk) in page for sample in (confused, right, other)] == [True, False, True]


def make_set_answers(version: ModelVersion, names: list[str], rows: list[tuple[Sample, int, int]]) -> str:
    """What a version answered about its own test pictures: sample, label, answer."""
    frozen = TrainingSet.objects.create(classifier=version.classifier, sha256="0" * 64, split_by="picture", counts={})
    TrainingRun.objects.create(
        classifier=version.classifier, recipe="x", training_set=frozen, model_version=version, status="succeeded"
    )
    version.artifact.mkdir(parents=True)
    np.savez(
        version.artifact / "test.npz",
        probabilities=np.eye(len(names), dtype=np.float32)[[answer for _, _, answer in rows]],
        labels=np.array([label for _, label, _ in rows]),
        images=np.array([str(sample.image_id) for sample, _, _ in rows]),
    )
    return str(version.pk)


def test_look_alikes_are_beside_each_other(reviewer: Client) -> None:
    twins = [make_sample("cat", "dog", fingerprint=7) for _ in range(2)]
    between = make_sample("cat", "dog", fingerprint=-1)
    Sample.objects.filter(pk=between.pk).update(suspicion=0.8)
    Sample.objects.filter(pk=twins[1].pk).update(suspicion=0.7)
    page = reviewer.get(GRID).content.decode()
    assert re.findall(r'name="sample" value="([^"]+)"', page) == [str(one.pk) for one in (*twins, between)]
    assert re.findall(r'data-group="(\d)"', page) == ["0", "0", "1"]
    assert page.count("2 alike") == 2


def test_ten_thousand_queued_samples_page_with_the_same_queries(reviewer: Client, rita: User) -> None:
    make_many(rita, 50)
    first = queries_of(reviewer)
    make_many(rita, 9950)
    assert queries_of(reviewer) == first
    for path in (GRID, reverse("pages:review"), f"{GRID}?page=100&size=100", "/api/v1/review/queue/?page_size=100"):
        started = time.perf_counter()
        assert reviewer.get(path).status_code == 200
        print(f"{path}: {time.perf_counter() - started:.3f} s for 10,000 queued samples")


def queries_of(client: Client) -> list[int]:
    counts = []
    for path in (GRID, reverse("pages:review"), "/api/v1/review/queue/"):
        with CaptureQueriesContext(connection) as context:
            client.get(path)
        counts.append(len(context))
    return counts


def make_many(owner: User, number: int) -> None:
    one = make_sample("cat", "dog", image=None)
    images = [
        Image(owner=owner, source="import", sha256=uuid.uuid4().hex * 2, width=28, height=28, content_type="image/png")
        for _ in range(number - 1)
    ]
    Image.objects.bulk_create(images)
    doubt = {
        "suspected": one.suspected,
        "suggestion": one.suggestion,
        "suggestion_probability": 0.9,
        "suspected_probability": 0.1,
    }
    given = {"classifier": one.classifier, "state": "accepted", "label": one.label, **doubt}
    rows = [Sample(id=uuid7(), image=image, suspicion=0.5 + 0.4 * place / number, **given) for place, image in enumerate(images)]
    Sample.objects.bulk_create(rows)
