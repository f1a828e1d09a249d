"""Hand out what people labelled, with all that was said of it, a piece at a time."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np

from classifier import policy
from classifier.models import Classifier, ModelVersion, Review, Sample, User
from classifier.models.opinions import shown_to
from classifier.models.reviews import ReviewQuerySet
from classifier.models.samples import SampleQuerySet
from classifier.models.verdicts import LABELLED

AT_A_TIME = 200
RELATED = ("sample", "label", "old_label", "new_label")
COLUMNS = ("file", "label", "state", "source", "sha256", "width", "height", "owner_says", "suspicion", "image", "changed_at")
UNSAFE = re.compile(r"[^\w .()&'+-]")
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg"}
PICTURES_OF = {"bitmap": "bitmaps", "photo": "images"}


@dataclass(frozen=True)
class Export:
    """A file that is made while it is sent."""

    name: str
    content_type: str
    chunks: Iterator[bytes]


def export_samples(*, by: User, classifier: Classifier, form: str) -> Export:
    """All accepted and corrected samples of a classifier as `form`, one of FORMS, and every review of them as JSON lines.

    Opinions on what is still open are left out where they would sway the person.
    Raises policy.ReviewersOnly; KeyError for another form.
    """
    policy.require_reviewer(by)
    ending, content_type, write = FORMS[form]
    samples = Sample.objects.filter(classifier=classifier, state__in=LABELLED, image__width__gt=0).order_by("id")
    said = shown_to(by, Review.objects.filter(sample__in=samples.order_by()))
    return Export(f"{classifier.slug}-{form}.{ending}", content_type, write(classifier, samples, said))


# ---- lines ---------------------------------------------------------------------------------------------------------------


def _row(sample: Sample) -> dict[str, Any]:
    image = sample.image
    return {
        "file": f"{_folder(str(sample.label))}/{image.pk}.{EXTENSIONS.get(image.content_type, 'png')}",
        "label": str(sample.label),
        "state": sample.state,
        "source": image.source,
        "sha256": image.sha256,
        "width": image.width,
        "height": image.height,
        "owner_says": str(sample.word_label or sample.word),
        "suspicion": sample.suspicion if sample.is_scored else None,
        "image": str(image.pk),
        "changed_at": sample.changed_at.isoformat(),
    }


def _event(review: Review) -> dict[str, Any]:
    """A person is the same in all lines, by the id of their account, and not named."""
    labels = {name: str(getattr(review, name) or "") or None for name in ("label", "old_label", "new_label")}
    ids = {name: str(value) if value else None for name, value in (("by", review.by_id), ("undoes", review.undoes_id))}
    return {
        "id": str(review.pk),
        "image": str(review.sample.image_id),
        "verdict": review.verdict,
        **labels,
        "old_state": review.old_state,
        "new_state": review.new_state,
        "reason": review.reason,
        "role": review.role,
        "one_of": review.one_of,
        **ids,
        "model_version": str(review.model_version_id) if review.model_version_id else None,
        "created_at": review.created_at.isoformat(),
    }


def _shown(samples: SampleQuerySet) -> Iterator[Sample]:
    return samples.for_showing().iterator(AT_A_TIME)


def _with_pixels(samples: SampleQuerySet) -> Iterator[Sample]:
    return samples.select_related("image", "label", "word_label", "suspected").iterator(AT_A_TIME)


def _events(said: ReviewQuerySet) -> Iterator[bytes]:
    reviews = said.select_related(*RELATED).order_by("id")
    return (_line(_event(review)) for review in reviews.iterator(AT_A_TIME))


def _line(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False) + "\n").encode()


def _folder(label: str) -> str:
    """A label as the name of a folder: whatever leads elsewhere is replaced."""
    return UNSAFE.sub("_", label).strip(" .") or "_"


def _csv(samples: SampleQuerySet) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for sample in _shown(samples):
        writer.writerow({name: _inert(value) for name, value in _row(sample).items()})
        yield text.getvalue().encode()
        text.seek(text.truncate(0))
    yield text.getvalue().encode()


def _inert(value: object) -> object:
    """Spreadsheets would take some text for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


# ---- whole files ---------------------------------------------------------------------------------------------------------


def _as_jsonl(classifier: Classifier, samples: SampleQuerySet, said: ReviewQuerySet) -> Iterator[bytes]:
    """A line for each sample, with its reviews."""
    waiting = _shown(samples)
    while rows := list(islice(waiting, AT_A_TIME)):
        events: dict[Any, list[dict[str, Any]]] = {sample.pk: [] for sample in rows}
        for review in said.filter(sample__in=rows).select_related(*RELATED).order_by("id"):
            events[review.sample_id].append(_event(review))
        yield from (_line({**_row(sample), "reviews": events[sample.pk]}) for sample in rows)


def _as_csv(classifier: Classifier, samples: SampleQuerySet, said: ReviewQuerySet) -> Iterator[bytes]:
    return _zipped([("labels.csv", lambda: _csv(samples)), ("reviews.jsonl", lambda: _events(said))])


def _as_folders(classifier: Classifier, samples: SampleQuerySet, said: ReviewQuerySet) -> Iterator[bytes]:
    pictures = ((_row(sample)["file"], _once(sample.image.picture)) for sample in _with_pixels(samples))
    return _zipped(chain(pictures, [("labels.csv", lambda: _csv(samples)), ("reviews.jsonl", lambda: _events(said))]))


def _as_npz(classifier: Classifier, samples: SampleQuerySet, said: ReviewQuerySet) -> Iterator[bytes]:
    """Pictures as the classifier's network takes them; what cannot be read any more would break the order, and stops it."""
    form = ModelVersion.objects.input_of(classifier)
    names = list(classifier.labels.values_list("name", flat=True))
    rows = list(samples.values_list("pk", "label__name"))
    labels = np.array([names.index(str(name)) for _, name in rows], dtype=np.int64)
    yield from _zipped([
        (f"{PICTURES_OF[form]}.npy", lambda: _pictures(samples, form, len(rows))),
        ("labels.npy", _once(_saved(labels))),
        ("class_names.npy", _once(_saved(np.array(names)))),
        ("reviews.jsonl", lambda: _events(said)),
    ])  # fmt: skip


def _pictures(samples: SampleQuerySet, form: str, number: int) -> Iterator[bytes]:
    shape = {"bitmap": (28, 28), "photo": (32, 32, 3)}[form]
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (number, *shape)})
    yield header.getvalue()
    for sample in _with_pixels(samples):
        yield sample.image.network_input(form).tobytes()


def _saved(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


# ---- an archive that is never whole anywhere -----------------------------------------------------------------------------

Piece = tuple[str, Callable[[], Iterable[bytes]]]


def _once(content: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: [content]


class _Spout(io.RawIOBase):
    """A file that forgets what was taken from it."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._held += content
        return len(content)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def _zipped(pieces: Iterable[Piece]) -> Iterator[bytes]:
    spout = _Spout()
    with zipfile.ZipFile(spout, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pieces:
            with archive.open(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as file:
                for chunk in content():
                    file.write(chunk)
                    yield spout.take()
    yield spout.take()


Writer = Callable[[Classifier, SampleQuerySet, ReviewQuerySet], Iterator[bytes]]
ZIP = "application/zip"
FORMS: dict[str, tuple[str, str, Writer]] = {
    "csv": ("zip", ZIP, _as_csv),
    "jsonl": ("jsonl", "application/jsonl", _as_jsonl),
    "npz": ("npz", ZIP, _as_npz),
    "folders": ("zip", ZIP, _as_folders),
}
"""By name: the file's ending, its type, and what writes it."""
