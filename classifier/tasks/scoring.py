"""Doubting labels, where training happens: what a network that has not learnt them thinks, and so how probable each is wrong.

The live network has learnt the labels of what it was trained on, right or wrong. Of its test part the probabilities count that
were kept with it; the rest of a classifier that was trained here are judged by each other, out of fold, as they look to the
network that the site came with. Where there are too few of a label for that, the live network's word is all there is.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from celery import current_app, shared_task
from celery.signals import celeryd_after_setup
from django.db.models import Q

from classifier import dispatch
from classifier.actions.record_suspicions import Suspicion, record_suspicions
from classifier.ml.gate import Answers, BadAnswers
from classifier.ml.label_quality import LabelQuality, judge
from classifier.ml.likeness import fingerprint
from classifier.models import ModelVersion, Sample
from classifier.models.measurements import OWN_ANSWERS, set_of
from classifier.models.samples import SampleQuerySet
from classifier.models.training import FEWEST_PICTURES
from classifier.tasks.housekeeping import repeat

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOOK_EVERY_S = 60.0
LONGEST_S = 3600.0
AT_A_TIME = 200
MOST = 50_000
"""Samples that are looked at together, those that changed last."""
ARRAY_OF = {"bitmap": "bitmaps", "photo": "images"}

logger = logging.getLogger(__name__)
_hopeless: dict[uuid.UUID, set[uuid.UUID]] = {}


class Doubtful(NamedTuple):
    """A sample with the label that it has while it is looked at, and its picture as the network takes it."""

    sample: Sample
    label: str
    picture: NDArray[np.uint8]


@celeryd_after_setup.connect
def start(**_: Any) -> None:
    if dispatch.TRAINING_QUEUE in current_app.amqp.queues.consume_from:
        repeat(score_outstanding, LOOK_EVERY_S)


def score_outstanding() -> None:
    """For each classifier with labels that its live version has not doubted yet; what cannot be read is not tried again."""
    for version in ModelVersion.objects.live():
        waiting = set(_known(version, Sample.objects.unscored(version.classifier, version.pk)).values_list("pk", flat=True))
        if waiting - _hopeless.get(version.pk, set()):
            score_samples(version.classifier.slug)
            left = _known(version, Sample.objects.unscored(version.classifier, version.pk))
            _hopeless[version.pk] = set(left.values_list("pk", flat=True))


@shared_task(name=dispatch.SCORE_SAMPLES)
def score_samples(slug: str) -> int:
    """Doubt all labels of a classifier anew: what is thought of one hangs on the others too. Returns how many there are."""
    version = ModelVersion.objects.live().filter(classifier__slug=slug).first()
    if version is None or version.input not in ARRAY_OF or len(version.says) < 2:
        return 0
    found = list(_readable(version))
    if found:
        record_suspicions(version=version, suspicions=_suspicions(version, found, _probabilities(version, found)))
    return len(found)


def _known(version: ModelVersion, samples: SampleQuerySet) -> SampleQuerySet:
    """Those whose label the version knows."""
    names = version.says
    return samples.filter(Q(label__name__in=names) | Q(label=None, word_label__name__in=names))


def _readable(version: ModelVersion) -> Iterator[Doubtful]:
    samples = _known(version, Sample.objects.to_score(version.classifier)).select_related("image", "label", "word_label")
    for sample in samples.order_by("-changed_at", "-id")[:MOST].iterator(AT_A_TIME):
        try:
            picture = sample.image.network_input(version.input)
        except Exception:
            logger.exception("Image %s cannot be prepared and is not doubted", sample.image_id)
        else:
            yield Doubtful(sample, str(sample.given), picture)


def _probabilities(version: ModelVersion, found: Sequence[Doubtful]) -> NDArray[np.float32]:
    """(n, labels) in today's words: those of the test part as they were kept, the others asked for now."""
    kept = _held_out(version)
    rows = np.empty((len(found), len(version.says)), dtype=np.float32)
    is_kept = np.array([str(one.sample.image_id) in kept for one in found])
    for row, one in enumerate(found):
        if is_kept[row]:
            rows[row] = kept[str(one.sample.image_id)]
    if not is_kept.all():
        rows[~is_kept] = _without_their_labels(version, found, ~is_kept)
    return rows


def _held_out(version: ModelVersion) -> Mapping[str, NDArray[Any]]:
    """What the version answered about its own test pictures, by the image's id."""
    try:
        answers = Answers.load(version.artifact / OWN_ANSWERS, version.card["labels"], version.classifier.words())
    except BadAnswers:
        return {}
    return dict(zip(answers.images, answers.probabilities, strict=True))


def _without_their_labels(version: ModelVersion, found: Sequence[Doubtful], wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What the wanted ones are to somebody who has not learnt their labels; the others may help to say it."""
    bundled = ModelVersion.objects.bundled_for(version.classifier.kind)
    each = Counter(one.label for one in found)
    enough = all(each[name] >= FEWEST_PICTURES for name in version.says)
    if bundled and bundled.input == version.input and enough and set_of(version):
        return _crossfitted(bundled, version.says, found)[wanted]
    return version.wording.summed(_asked(version, [one for one, asked in zip(found, wanted, strict=True) if asked]))


def _asked(version: ModelVersion, found: Sequence[Doubtful]) -> NDArray[np.float32]:
    """In the version's own words."""
    names, wording = version.card["labels"], version.wording
    own = {wording.names[today]: name for name, today in zip(names, wording.places, strict=True)}
    return _said("evaluate", version, names, [own[one.label] for one in found], found)


def _crossfitted(bundled: ModelVersion, names: Sequence[str], found: Sequence[Doubtful]) -> NDArray[np.float32]:
    return _said("crossfit", bundled, names, [one.label for one in found], found)


def _said(
    command: str, version: ModelVersion, names: Sequence[str], labels: Sequence[str], found: Sequence[Doubtful]
) -> NDArray[np.float32]:
    """In a process of its own, so that TensorFlow's memory returns with its end."""
    pictures: dict[str, NDArray[Any]] = {ARRAY_OF[version.input]: np.stack([one.picture for one in found])}
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder) / "labelled.npz", Path(folder) / "answers.npz"
        place = {name: index for index, name in enumerate(names)}
        pictures["labels"] = np.array([place[label] for label in labels])
        np.savez(data, class_names=np.array(names), allow_pickle=False, **pictures)
        arguments = [command, str(version.artifact), "--data", str(data), "--out", str(out)]
        subprocess.run([sys.executable, "-m", "classifier.ml", *arguments], check=True, capture_output=True, timeout=LONGEST_S)
        with np.load(out, allow_pickle=False) as answers:
            kept: NDArray[np.float32] = answers["probabilities"]
            return kept


def _suspicions(version: ModelVersion, found: Sequence[Doubtful], probabilities: NDArray[np.float32]) -> list[Suspicion]:
    names = version.says
    place = {name: index for index, name in enumerate(names)}
    quality = judge(np.array([place[one.label] for one in found]), probabilities)
    ids = dict(version.classifier.labels.values_list("name", "id"))
    return [_suspicion(one, row, quality, probabilities[row], names, ids) for row, one in enumerate(found)]


def _suspicion(
    one: Doubtful, row: int, quality: LabelQuality, says: NDArray[np.float32], names: Sequence[str], ids: Mapping[str, int]
) -> Suspicion:
    instead = int(quality.suggestion[row])
    return Suspicion(
        sample=one.sample.pk,
        suspicion=float(quality.wrong[row]),
        suspected_id=ids[one.label],
        suspected_probability=float(says[names.index(one.label)]),
        suggestion_id=ids[names[instead]],
        suggestion_probability=float(says[instead]),
        fingerprint=fingerprint(one.picture),
    )
