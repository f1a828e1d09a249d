"""A worker that explains: with a real, untrained network."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from classifier.actions.explain_prediction import explain_prediction
from classifier.actions.merge_labels import merge_labels
from classifier.actions.register_version import register_version
from classifier.actions.rename_label import rename_label
from classifier.ml.handover import EXAMPLES_FILE, Card, sha256_of
from classifier.ml.neighbours import KeptExamples
from classifier.models import Explanation, Image, ModelVersion, Sample, User
from classifier.tasks.explaining import explain_waiting
from tests.artifacts import LABELS, make_photo_artifact
from tests.factories import make_answer, make_image, photo
from tests.measured import make_maintainer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),  # Keras' own
]


@pytest.fixture
def version(tmp_path: Path) -> ModelVersion:
    """Has kept two examples: a frog that came with the data set, and somebody's ship."""
    from classifier.ml.inference import Recognizer

    artifact = make_photo_artifact(tmp_path / "artifact")
    pictures = np.stack([picture_of(seed) for seed in (1, 2)])
    seen = Recognizer(artifact).embeddings(pictures).astype(np.float16)
    kept = KeptExamples(pictures, np.array([LABELS.index("frog"), LABELS.index("ship")]), seen, ("", str(a_photo(2).pk)))
    kept.save(artifact / EXAMPLES_FILE)
    replace(Card.load(artifact), examples_sha256=sha256_of(artifact / EXAMPLES_FILE)).save(artifact)
    return register_version(artifact=artifact)[0]


def a_photo(seed: int, owner: User | None = None) -> Image:
    return make_image(owner, strokes=None, pixels=photo(seed=seed), source="upload")


def picture_of(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return a_photo(seed).network_input("photo")


def explained(image: Image, version: ModelVersion, label: str = "frog") -> Explanation:
    """Why it is said to be that `label`, and no ship."""
    guesses = [{"label": label, "probability": 0.6}, {"label": "ship", "probability": 0.4}]
    prediction = make_answer(
        image=image, classifier=version.classifier, model_version=version, label=label, guesses=guesses, probability=0.6
    )
    assert image.owner
    explain_prediction(by=image.owner, prediction=prediction)
    explain_waiting()
    return Explanation.objects.get(prediction=prediction)


def labelled_ship(version: ModelVersion, image: Image) -> Image:
    classifier = version.classifier
    Sample.objects.create(classifier=classifier, image=image, state="accepted", label=classifier.labels.get(name="ship"))
    return image


def test_the_nearest_are_what_was_learnt_and_what_was_labelled_here_since(version: ModelVersion, owner: User) -> None:
    labelled = labelled_ship(version, a_photo(3))
    same = explained(a_photo(1, owner), version)
    assert (same.status, same.problem) == ("succeeded", "")
    assert min(PIL.Image.open(io.BytesIO(same.heatmap or b"")).size) >= 280
    first = same.neighbours[0]
    assert (first.label, first.image, round(first.alike, 2)) == ("frog", None, 1.0)
    assert first.picture
    assert {one.image for one in same.neighbours[1:]} >= {labelled.pk}
    assert same.of_rival
    assert same.of_rival["label"] == "ship"
    assert same.sentence.startswith("Nearest example: frog (1.00 alike). Runner-up: ship, 0.40, whose nearest example is")
    assert explained(a_photo(3, owner), version).neighbours[0].image == labelled.pk


def test_what_was_learnt_under_another_name_is_explained_in_the_words_of_today(version: ModelVersion, owner: User) -> None:
    mary = make_maintainer("mary")
    rename_label(by=mary, classifier=version.classifier, name="frog", to="toad")
    merge_labels(by=mary, classifier=version.classifier, name="bird", into="ship")
    for label in ("toad", "frog"):  # said since, and before
        made = explained(a_photo(1, owner), version, label)
        assert (made.status, made.problem) == ("succeeded", "")
        assert (made.neighbours[0].label, made.of_label) == ("toad", made.nearest[0])
        assert made.sentence.startswith("Nearest example: toad (1.00 alike). Runner-up: ship")
    labelled = labelled_ship(version, a_photo(5))
    assert labelled.pk in {one.image for one in explained(a_photo(5, owner), version, "toad").neighbours}


def test_a_picture_is_not_its_own_neighbour(version: ModelVersion, owner: User) -> None:
    image = labelled_ship(version, a_photo(4, owner))
    assert image.pk not in {one.image for one in explained(image, version).neighbours}


def test_without_examples_the_map_is_made_all_the_same(tmp_path: Path, owner: User) -> None:
    version = register_version(artifact=make_photo_artifact(tmp_path / "old"))[0]
    made = explained(a_photo(1, owner), version)
    assert (made.status, made.neighbours) == ("succeeded", [])
    assert made.heatmap


def test_altered_files_and_unreadable_pictures_are_named(version: ModelVersion, owner: User) -> None:
    broken = make_image(owner, strokes=None, pixels=b"no picture", source="upload")
    assert explained(broken, version).problem == "The picture could not be read."
    (version.artifact / EXAMPLES_FILE).write_bytes(b"others")
    assert "damaged" in explained(a_photo(1, owner), version).problem
