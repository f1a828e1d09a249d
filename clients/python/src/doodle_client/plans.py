"""What the clients can do, written once as plans of requests: Client and AsyncClient only carry them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import httpx

from doodle_client import operations
from doodle_client.answers import Image, NewToken, Page, Prediction, Review, Token, User
from doodle_client.batches import Outcome, batches
from doodle_client.errors import NotExplained
from doodle_client.explaining import Explanation
from doodle_client.judging import JudgedTogether, UndoneTogether
from doodle_client.operations import Id, Operation, Request
from doodle_client.paging import HistoryFilters, QueueFilters, as_text, page, pages, query
from doodle_client.pictures import Picture, Sendable, sendable
from doodle_client.reading import read
from doodle_client.retrying import Plan, Retries, delivered
from doodle_client.reviewing import Health, Known, Reviewer
from doodle_client.shadows import ShadowReport
from doodle_client.waiting import MADE_LATER, Patience, answered, explained, trained
from doodle_client.workshop import (
    Classifier,
    ClassifierDetail,
    Label,
    LabelChange,
    ModelVersion,
    ModelVersionDetail,
    Sample,
    ToLabel,
    TrainingRun,
    TrainingRunDetail,
)

T = TypeVar("T")
NOTHING = 204


@dataclass(frozen=True)
class Plans:
    """A plan for each call of the clients, which say what the calls do."""

    retries: Retries

    def predict(self, picture: Picture | Sendable, classifier: str, wait: float, key: str | None) -> Plan[Prediction]:
        patience = Patience.of(wait)
        body = _body(sendable(picture), classifier=classifier)
        request = operations.PREDICT.request(**body, wait=patience.held(), key=key)
        return (yield from answered((yield from delivered(request, self.retries)), patience, self.retries))

    def predict_batch(
        self, pictures: Iterable[Picture | Sendable], classifier: str, wait: float
    ) -> Iterator[Plan[Sequence[Outcome]]]:
        return batches(pictures, classifier, wait, self.retries)

    def prediction(self, id: Id, wait: float) -> Plan[Prediction]:
        patience = Patience.of(wait)
        request = operations.PREDICTION.request(id, wait=patience.held())
        return (yield from answered((yield from delivered(request, self.retries)), patience, self.retries))

    def history(self, filters: HistoryFilters) -> Iterator[Plan[Sequence[Prediction]]]:
        return pages(operations.PREDICTIONS, Prediction.of, filters, self.retries)

    def history_page(self, cursor: str | None, filters: HistoryFilters) -> Plan[Page[Prediction]]:
        return page(operations.PREDICTIONS, Prediction.of, filters, cursor, self.retries)

    def delete_prediction(self, id: Id) -> Plan[None]:
        return self._remove(operations.DELETE_PREDICTION, id)

    def image(self, id: Id) -> Plan[Image]:
        return self._fetch(operations.IMAGE, Image.of, id)

    def picture(self, id: Id) -> Plan[bytes]:
        return self._content(operations.IMAGE_FILE, id)

    def seen(self, id: Id) -> Plan[bytes]:
        return self._content(operations.IMAGE_SEEN, id)

    def explanation(self, image: Id, prediction: Id | None, label: str | None, wait: float) -> Plan[Explanation]:
        return read(Explanation.of, (yield from self._explained(operations.EXPLANATION, image, prediction, label, wait)))

    def heatmap(self, image: Id, prediction: Id | None, label: str | None, wait: float) -> Plan[bytes]:
        answer = yield from self._explained(operations.HEATMAP, image, prediction, label, wait)
        if answer.status_code == MADE_LATER:
            raise NotExplained(read(Explanation.of, answer))
        return answer.content

    def _explained(
        self, operation: Operation, image: Id, prediction: Id | None, label: str | None, wait: float
    ) -> Plan[httpx.Response]:
        which = query({"prediction": prediction, "label": label})

        def asking(held: int) -> Request:
            return operation.request(image, params=which, wait=held)

        return (yield from explained(asking, Patience.of(wait), self.retries))

    def delete_image(self, id: Id) -> Plan[None]:
        return self._remove(operations.DELETE_IMAGE, id)

    def review(self, image: Id, classifier: str, verdict: str, label: str | None, reason: str, seen: str | None) -> Plan[Review]:
        wanted = {"classifier": classifier, "verdict": verdict, "label": label, "reason": reason, "seen": seen}
        return self._fetch(operations.REVIEW, Review.of, image, json=_without_gaps(wanted))

    def reviews(self, image: Id) -> Iterator[Plan[Sequence[Review]]]:
        return pages(operations.REVIEWS, Review.of, {}, self.retries, image)

    def undo_review(self, id: Id) -> Plan[Review]:
        return self._fetch(operations.UNDO_REVIEW, Review.of, id)

    def review_batch(self, samples: Sequence[Sample | Id], verdict: str, label: str | None, reason: str) -> Plan[JudgedTogether]:
        wanted = {"samples": list(map(_chosen, samples)), "verdict": verdict, "label": label, "reason": reason}
        return self._fetch(operations.REVIEW_BATCH, JudgedTogether.of, json=_without_gaps(wanted))

    def undo_review_batch(self, together: Id) -> Plan[UndoneTogether]:
        return self._fetch(operations.UNDO_REVIEW_BATCH, UndoneTogether.of, together)

    def queue(self, filters: QueueFilters) -> Iterator[Plan[Sequence[Sample]]]:
        return pages(operations.QUEUE, Sample.of, filters, self.retries)

    def next_sample(self, after: Id | None, filters: QueueFilters) -> Plan[Sample | None]:
        request = operations.NEXT.request(params=query({**filters, "after": after}))
        response = yield from delivered(request, self.retries)
        return None if response.status_code == NOTHING else read(Sample.of, response)

    def mark_known(self, image: Id, classifier: str, known: bool) -> Plan[Known]:
        return self._fetch(operations.MARK_KNOWN, Known.of, image, json={"classifier": classifier, "known": known})

    def reviewers(self) -> Plan[tuple[Reviewer, ...]]:
        return self._fetch(operations.REVIEWERS, lambda data: tuple(map(Reviewer.of, data["reviewers"])))

    def change_classifier(self, classifier: str, opinions: int | None, known_share: int | None) -> Plan[ClassifierDetail]:
        wanted = {"opinions": opinions, "known_share": known_share}
        return self._fetch(operations.CHANGE_CLASSIFIER, ClassifierDetail.of, slug=classifier, json=_without_gaps(wanted))

    def classifier_health(self, classifier: str) -> Plan[Health]:
        return self._fetch(operations.HEALTH, Health.of, slug=classifier)

    def classifiers(self) -> Iterator[Plan[Sequence[Classifier]]]:
        return pages(operations.CLASSIFIERS, Classifier.of, {}, self.retries)

    def create_classifier(self, slug: str, title: str, kind: str, labels: Sequence[str]) -> Plan[ClassifierDetail]:
        body = {"slug": slug, "title": title, "kind": kind, "labels": list(labels)}
        return self._fetch(operations.CREATE_CLASSIFIER, ClassifierDetail.of, json=body)

    def classifier(self, slug: str) -> Plan[ClassifierDetail]:
        return self._fetch(operations.CLASSIFIER, ClassifierDetail.of, slug=slug)

    def add_label(self, classifier: str, name: str) -> Plan[Label]:
        return self._fetch(operations.ADD_LABEL, Label.of, slug=classifier, json={"name": name})

    def rename_label(self, classifier: str, name: str, to: str) -> Plan[Label]:
        return self._fetch(operations.RENAME_LABEL, Label.of, slug=classifier, name=name, json={"name": to})

    def merge_labels(self, classifier: str, name: str, into: str) -> Plan[LabelChange]:
        return self._fetch(operations.MERGE_LABELS, LabelChange.of, slug=classifier, name=name, json={"into": into})

    def label_changes(self, classifier: str) -> Iterator[Plan[Sequence[LabelChange]]]:
        return pages(operations.LABEL_CHANGES, LabelChange.of, {}, self.retries, slug=classifier)

    def add_sample(self, classifier: str, picture: Picture | Sendable, label: str, key: str | None) -> Plan[Sample]:
        body = _body(sendable(picture), label=label)
        return self._fetch(operations.ADD_SAMPLE, Sample.of, slug=classifier, key=key, **body)

    def next_to_label(self, classifier: str, count: int) -> Plan[tuple[ToLabel, ...]]:
        return self._fetch(operations.NEXT_TO_LABEL, ToLabel.listed, slug=classifier, params={"count": count})

    def train(self, classifier: str, recipe: str, from_nothing: bool, wait: float) -> Plan[TrainingRunDetail]:
        patience = Patience.of(wait)
        wanted = {"classifier": classifier, "recipe": recipe, "from_nothing": from_nothing or None}
        request = operations.TRAIN.request(json=_without_gaps(wanted))
        return (yield from trained((yield from delivered(request, self.retries)), patience, self.retries))

    def training_run(self, id: Id, wait: float) -> Plan[TrainingRunDetail]:
        patience = Patience.of(wait)
        request = operations.TRAINING_RUN.request(id)
        return (yield from trained((yield from delivered(request, self.retries)), patience, self.retries))

    def cancel_training(self, id: Id) -> Plan[TrainingRunDetail]:
        return self._fetch(operations.CANCEL_TRAINING, TrainingRunDetail.of, id)

    def training_runs(self, classifier: str | None, status: str | None) -> Iterator[Plan[Sequence[TrainingRun]]]:
        filters = {"classifier": classifier, "status": status}
        return pages(operations.TRAINING_RUNS, TrainingRun.of, filters, self.retries)

    def model_versions(self, classifier: str | None, stage: str | None) -> Iterator[Plan[Sequence[ModelVersion]]]:
        filters = {"classifier": classifier, "stage": stage}
        return pages(operations.MODEL_VERSIONS, ModelVersion.of, filters, self.retries)

    def promote(self, version: Id, note: str) -> Plan[ModelVersionDetail]:
        return self._fetch(operations.PROMOTE, ModelVersionDetail.of, version, json=_without_gaps({"note": note}))

    def roll_back(self, version: Id) -> Plan[ModelVersionDetail]:
        return self._fetch(operations.ROLL_BACK, ModelVersionDetail.of, version)

    def shadow(self, version: Id) -> Plan[ShadowReport]:
        return self._fetch(operations.SHADOW, ShadowReport.of, version)

    def unshadow(self, version: Id) -> Plan[ShadowReport]:
        return self._fetch(operations.UNSHADOW, ShadowReport.of, version)

    def shadow_report(self, version: Id) -> Plan[ShadowReport]:
        return self._fetch(operations.SHADOW_REPORT, ShadowReport.of, version)

    def tokens(self) -> Iterator[Plan[Sequence[Token]]]:
        return pages(operations.TOKENS, Token.of, {}, self.retries)

    def create_token(self, name: str, scopes: Sequence[str] | None, expires_at: datetime | None) -> Plan[NewToken]:
        wanted = {"name": name, "scopes": scopes and list(scopes), "expires_at": as_text(expires_at)}
        return self._fetch(operations.CREATE_TOKEN, NewToken.of, json=_without_gaps(wanted))

    def revoke_token(self, id: Id) -> Plan[None]:
        return self._remove(operations.REVOKE_TOKEN, id)

    def sign_up(self, username: str, email: str, password: str) -> Plan[User]:
        body = {"username": username, "email": email, "password": password}
        return self._fetch(operations.SIGN_UP, User.of, json=body)

    def _fetch(self, operation: Operation, reader: Callable[[Any], T], id: Id | None = None, **parts: Any) -> Plan[T]:
        return read(reader, (yield from delivered(operation.request(id, **parts), self.retries)))

    def _content(self, operation: Operation, id: Id) -> Plan[bytes]:
        return (yield from delivered(operation.request(id), self.retries)).content

    def _remove(self, operation: Operation, id: Id) -> Plan[None]:
        yield from delivered(operation.request(id), self.retries)


def _chosen(sample: Sample | Id) -> dict[str, str]:
    """Raises BadInput."""
    return {"id": sample.id, "seen": sample.seen} if isinstance(sample, Sample) else {"id": operations.checked(sample)}


def _without_gaps(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _body(picture: Sendable, **fields: str) -> dict[str, Any]:
    """A picture goes as a file, which is a quarter shorter than base64."""
    if picture.content is None:
        return {"json": {**fields, **picture.as_json()}}
    return {"data": fields, "files": {"image": ("picture", picture.content)}}
