"""What people labelled comes out whole, with every review, and goes in again."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from classifier.actions.issue_token import issue_token
from classifier.actions.review_image import review_image
from classifier.models import Label, Sample, User
from classifier.sources.labelled import from_set
from tests.conftest import signed_in
from tests.factories import make_answer, make_reviewer, make_sample

pytestmark = pytest.mark.django_db
EXPORT = "/api/v1/export/?classifier=doodle&format="


@pytest.fixture
def rita(db: None) -> User:
    return make_reviewer("rita")


@pytest.fixture
def corrected(rita: User) -> Sample:
    """One that was accepted as a cat and is a dog now; beside it an accepted bird, and two that are not exported."""
    sample = make_sample("cat")
    make_sample("dog")
    sample.classifier.labels.filter(name="bird").exists() or make_sample("bird").delete()
    make_sample("bird")
    Sample.objects.filter(label__name="dog").delete()
    waiting, useless = make_answer(), make_sample("cat")
    assert waiting.image.owner
    review_image(by=waiting.image.owner, image=waiting.image, classifier=sample.classifier, verdict="corrected", label="dog")
    review_image(by=rita, image=useless.image, classifier=sample.classifier, verdict="unusable")
    review_image(by=rita, image=sample.image, classifier=sample.classifier, verdict="corrected", label="dog", reason="=ears")
    return sample


def content(user: User, form: str) -> bytes:
    answer: Any = signed_in(user).get(EXPORT + form)
    assert answer.status_code == 200
    assert answer.streaming
    assert f'filename="doodle-{form}.' in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def events_in(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read("reviews.jsonl").splitlines()]


def test_folders_by_class_that_can_be_imported_again(rita: User, corrected: Sample) -> None:
    exported = content(rita, "folders")
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        assert archive.testzip() is None
        folders = sorted(name.partition("/")[0] for name in archive.namelist())
        assert folders == ["bird", "dog", "labels.csv", "reviews.jsonl"]
        rows = list(csv.DictReader(io.StringIO(archive.read("labels.csv").decode())))
        assert {(row["file"], row["label"]) for row in rows} <= {(name, name.partition("/")[0]) for name in archive.namelist()}
        events = events_in(archive)
    assert [(event["verdict"], event["old_label"], event["new_label"], event["reason"]) for event in events] == [
        ("corrected", "cat", "dog", "=ears")
    ]


def test_arrays_with_labels_names_and_events(rita: User, corrected: Sample) -> None:
    exported = content(rita, "npz")
    with np.load(io.BytesIO(exported), allow_pickle=False) as arrays:
        names = [str(arrays["class_names"][label]) for label in arrays["labels"]]
        assert sorted(names) == ["bird", "dog"]
        assert arrays["bitmaps"].shape == (2, 28, 28)
        assert (arrays["bitmaps"][0] == corrected.image.network_input("bitmap")).all()
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        assert len(events_in(archive)) == 1
    assert sorted(one.label for one in from_set(io.BytesIO(without_events(exported)))) == ["bird", "dog"]


def without_events(exported: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(exported)) as archive, zipfile.ZipFile(kept, "w") as out:
        for name in archive.namelist():
            if name.endswith(".npy"):
                out.writestr(name, archive.read(name))
    return kept.getvalue()


def test_lines_and_tables(rita: User, corrected: Sample) -> None:
    lines = [json.loads(line) for line in content(rita, "jsonl").splitlines()]
    assert [(line["label"], line["state"], len(line["reviews"])) for line in lines] == [
        ("dog", "corrected", 1),
        ("bird", "accepted", 0),
    ]
    assert "rita" not in json.dumps(lines)
    with zipfile.ZipFile(io.BytesIO(content(rita, "csv"))) as archive:
        assert archive.namelist() == ["labels.csv", "reviews.jsonl"]


def test_labels_lead_to_no_other_folder_and_to_no_formula(rita: User, corrected: Sample) -> None:
    Label.objects.filter(name="bird").update(name="../=cmd")
    with zipfile.ZipFile(io.BytesIO(content(rita, "folders"))) as archive:
        assert not [name for name in archive.namelist() if name.startswith((".", "/")) or ".." in name.split("/")]
    Label.objects.filter(name="../=cmd").update(name="=cmd")
    with zipfile.ZipFile(io.BytesIO(content(rita, "csv"))) as archive:
        assert ",'=cmd," in archive.read("labels.csv").decode()


def test_it_is_for_reviewers_with_the_scope(rita: User, owner: User, corrected: Sample) -> None:
    assert signed_in(owner).get(f"{EXPORT}csv").status_code == 403
    for scopes, status in ((["read"], 403), (["review"], 200)):
        _, secret = issue_token(by=rita, name="x", scopes=scopes)
        client = APIClient(headers={"Authorization": f"Bearer {secret}"})
        assert client.get(f"{EXPORT}csv").status_code == status
    client = signed_in(rita)
    for query in ("classifier=doodle&format=exe", "classifier=doodle", "format=csv", "classifier=none&format=csv"):
        assert client.get(f"/api/v1/export/?{query}").status_code == 400
