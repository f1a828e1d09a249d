"""Labelled sets: every form that is taken, and every way to be refused by name."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from classifier.actions.import_samples import ImportRefused, import_samples
from classifier.actions.review_image import review_image
from classifier.models import Classifier, Image, Sample, User
from classifier.sources import labelled
from classifier.sources.labelled import from_set
from classifier.sources.submission import BadSubmission
from tests.conftest import signed_in
from tests.factories import make_labels, make_user, photo, picture, zipped

pytestmark = pytest.mark.django_db
BITMAPS = np.zeros((3, 784), dtype=np.uint8)
BITMAPS[:, 100:400] = np.arange(3)[:, None] * 50 + 100
LABELS = np.array([0, 1, 0])
NAMES = np.array(["cat", "dog"])


@pytest.fixture
def maintainer(db: None) -> User:
    user = make_user("mia")
    user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def pets(db: None) -> Classifier:
    return make_labels("cat", "dog")


def saved(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def take(
    by: User, classifier: Classifier, content: bytes, label: str = "", *, keep_good: bool = False
) -> tuple[int, int, list[str]]:
    """Accepted, known, and the names of what was refused."""
    pictures = from_set(io.BytesIO(content), label)
    done = import_samples(by=by, classifier=classifier, pictures=pictures, keep_good=keep_good)
    return done.accepted, done.known, [one.name for one in done.refused]


def labels_of(by: User) -> list[str]:
    samples = Sample.objects.filter(image__owner=by, image__source="import", state="accepted")
    return sorted(samples.values_list("label__name", flat=True))


def folders(**more: bytes) -> bytes:
    files = {"pets/cat/a.png": photo(seed=1), "pets/cat/b.png": photo(seed=2), "pets/dog/a.png": photo(seed=3), **more}
    return zipped(files)  # type: ignore[arg-type]


TABLE = "\ufefffile,Label\na.png,dog\nin/b.png, cat\n".encode()
FORMS: Mapping[str, tuple[bytes, str, list[str]]] = {
    "folders": (folders(), "", ["cat", "cat", "dog"]),
    "csv": (
        zipped(
            {
                "a.png": photo(seed=1),
                "in/b.png": photo(seed=2),
                "set.csv": "\ufefffile,Label\na.png,dog\nin/b.png, cat\n".encode(),
            }
        ),
        "",
        ["cat", "dog"],
    ),
    "npz": (npz(bitmaps=BITMAPS, labels=LABELS, class_names=NAMES), "", ["cat", "cat", "dog"]),
    "npz of text": (npz(images=np.full((1, 8, 8, 3), 7, np.uint8), labels=np.array(["dog"])), "", ["dog"]),
    "npy by class": (zipped({"cat.npy": saved(BITMAPS), "dog.npy": saved(BITMAPS[:1] + 1)}), "", ["cat", "cat", "cat", "dog"]),
    "npy": (saved(BITMAPS.reshape(-1, 28, 28)), "dog", ["dog", "dog", "dog"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_taken_once(maintainer: User, pets: Classifier, form: str) -> None:
    content, label, expected = FORMS[form]
    assert take(maintainer, pets, content, label) == (len(expected), 0, [])
    assert labels_of(maintainer) == expected
    assert take(maintainer, pets, content, label) == (0, len(expected), [])
    assert Image.objects.count() == len(expected)


def test_ink_becomes_dark_on_white(maintainer: User, pets: Classifier) -> None:
    take(maintainer, pets, saved(BITMAPS[1:2]), "cat")
    image = Image.objects.get()
    assert (image.network_input("bitmap") == BITMAPS[1].reshape(28, 28)).all()
    assert image.looks_like == "drawing"


def test_a_set_comes_in_whole_or_with_a_report_by_name(maintainer: User, pets: Classifier) -> None:
    content = folders(**{"pets/tiger/x.png": photo(seed=4), "pets/cat/no.png": b"no picture", "loose.png": photo(seed=5),
                         "pets/dog/twin.png": photo(seed=1)})  # fmt: skip
    bad = ["loose.png", "pets/cat/no.png", "pets/dog/twin.png", "pets/tiger/x.png"]
    with pytest.raises(ImportRefused, match="4 of 7 pictures cannot be taken, so none was") as refusal:
        take(maintainer, pets, content)
    assert sorted(one.name for one in refusal.value.refused) == bad
    assert {one.code for one in refusal.value.refused} == {"unknown_label", "unsupported_image", "label_needed", "twice"}
    assert not Image.objects.exists()
    accepted, _, refused = take(maintainer, pets, content, keep_good=True)
    assert (accepted, sorted(refused)) == (3, bad)


def test_what_people_decided_is_not_overwritten(maintainer: User, pets: Classifier) -> None:
    take(maintainer, pets, folders())
    sample = Sample.objects.filter(label__name="dog").get()
    review_image(by=maintainer, image=sample.image, classifier=pets, verdict="corrected", label="cat")
    with pytest.raises(ImportRefused) as refusal:
        take(maintainer, pets, folders())
    assert [(one.name, one.code) for one in refusal.value.refused] == [("pets/dog/a.png", "labelled_otherwise")]
    assert "it is corrected cat now" in refusal.value.refused[0].message


OBJECTS = np.array([{"a": 1}], dtype=object)
HUGE = saved(BITMAPS).replace(b"(3, 784)", b"(9999999999999, 784)".ljust(8))
BAD = {
    "text": (b"cat", "labelled set"),
    "empty": (b"", "labelled set"),
    "pickle": (npz(bitmaps=OBJECTS, labels=LABELS), "holds objects"),
    "promises": (zipped({"cat.npy": HUGE}), "damaged"),
    "cut": (zipped({"cat.npy": saved(BITMAPS)[:-5]}), "damaged"),
    "floats": (zipped({"cat.npy": saved(BITMAPS.astype(float))}), "damaged, or holds objects"),
    "shape": (zipped({"cat.npy": saved(BITMAPS[:, :700])}), "holds no pictures"),
    "scalar": (zipped({"cat.npy": saved(np.uint8(3))}), "holds no pictures"),
    "no pictures": (npz(labels=LABELS), "holds no pictures"),
    "no names": (npz(bitmaps=BITMAPS, labels=LABELS), "class_names"),
    "off by one": (npz(bitmaps=BITMAPS, labels=LABELS + 1, class_names=NAMES), "class_names"),
    "too few labels": (npz(bitmaps=BITMAPS, labels=LABELS[:2], class_names=NAMES), "one for each picture"),
    "csv without columns": (zipped({"a.png": photo(), "x.csv": b"a,b\n1,2\n"}), "columns file and label"),
    "csv in UTF-16": (zipped({"a.png": photo(), "x.csv": "file,label\n".encode("utf-16")}), "columns file and label"),
    "two csvs": (zipped({"a.png": photo(), "x.csv": b"file,label\na.png,cat\n", "y.csv": b""}), "columns file and label"),
    "damaged zip": (folders()[:-30], "damaged"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_set_gets_a_sentence(case: str) -> None:
    content, words = BAD[case]
    with pytest.raises(BadSubmission, match=words):
        from_set(io.BytesIO(content), "")


def test_a_lone_array_needs_its_label_and_no_set_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSubmission, match="say which"):
        from_set(io.BytesIO(saved(BITMAPS)), "")
    monkeypatch.setattr(labelled, "MOST", 2)
    for content in (saved(BITMAPS), npz(bitmaps=BITMAPS, labels=LABELS, class_names=NAMES)):
        with pytest.raises(BadSubmission, match="more than"):
            from_set(io.BytesIO(content), "cat")


def test_a_csv_and_its_pictures_must_agree(maintainer: User, pets: Classifier) -> None:
    content = zipped({"a.png": photo(seed=1), "b.png": photo(seed=2), "x.csv": b"file,label\na.png,cat\nc.png,dog\n"})
    assert take(maintainer, pets, content, keep_good=True) == (1, 0, ["b.png", "c.png"])


def send(client: APIClient, content: bytes, key: str | None = None, **more: str) -> Any:
    fields = {"file": SimpleUploadedFile("set.zip", content), **more}
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/classifiers/doodle/imports/", fields, format="multipart", headers=headers)


def test_a_program_imports_and_reads_what_was_refused(maintainer: User, pets: Classifier, owner: User) -> None:
    client = signed_in(maintainer)
    bad = folders(**{"tiger/x.png": photo(seed=4)})
    refused = send(client, bad)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "import_refused")
    assert refused.json()["error"]["fields"]["refused"][0]["name"] == "tiger/x.png"
    done = send(client, bad, keep_good="true")
    assert (done.status_code, done.json()["accepted"], len(done.json()["refused"])) == (201, 3, 1)
    assert send(client, b"text").json()["error"]["code"] == "bad_set"
    assert send(signed_in(owner), bad).status_code == 403
    assert client.post("/api/v1/classifiers/none/imports/", {}, format="multipart").status_code == 404
    assert client.post("/api/v1/classifiers/doodle/imports/", {}, format="multipart").status_code == 400


def test_an_import_sent_again_with_its_key_is_answered_as_before(maintainer: User, pets: Classifier) -> None:
    client, content = signed_in(maintainer), folders()
    first, again = send(client, content, key="k"), send(client, content, key="k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert (first.json()["accepted"], again["Idempotency-Replayed"]) == (3, "true")
    assert send(client, content).json()["known"] == 3


def test_a_maintainer_imports_on_the_page(maintainer: User, pets: Classifier, owner: User) -> None:
    client = Client()
    client.force_login(maintainer)

    def page(status: int, **fields: Any) -> str:
        answer = client.post("/review/import/", {"classifier": "doodle", **fields})
        assert answer.status_code == status
        return answer.content.decode()

    assert "Import a labelled set" in client.get("/review/import/").content.decode()
    assert "Choose a file" in page(400)
    assert "pets/tiger/x.png" in page(400, file=SimpleUploadedFile("x.zip", folders(**{"pets/tiger/x.png": picture()})))
    assert "labelled set" in page(400, file=SimpleUploadedFile("x.zip", b"text"))
    assert "3 pictures came in" in page(201, file=SimpleUploadedFile("x.zip", folders()))
    client.force_login(owner)
    assert client.get("/review/import/").status_code == 403
