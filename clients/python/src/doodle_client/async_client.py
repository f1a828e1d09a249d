"""The client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx

from doodle_client.answers import Image, NewToken, Page, Prediction, Review, Token, User
from doodle_client.batches import Outcome
from doodle_client.connection import connect
from doodle_client.judging_calls import AsyncJudgingCalls
from doodle_client.operations import Id, Request
from doodle_client.paging import HistoryFilters, QueueFilters
from doodle_client.pictures import Picture, Sendable
from doodle_client.plans import Plans
from doodle_client.retrying import Plan, Retries
from doodle_client.reviewing import Health, Known, Reviewer
from doodle_client.shadows import ShadowReport
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


class AsyncClient(AsyncJudgingCalls):
    """Client for asyncio: the same calls with the same arguments and errors, to be awaited or iterated over with `async for`.

    Use it in an `async with` statement, or `await close()`. Files that are named are read without giving way to others.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        password: tuple[str, str] | None = None,
        retries: Retries = Retries(),  # noqa: B008  cannot be changed
        timeout: float = 20,
    ) -> None:
        self._connection = connect(url, token, password, timeout)
        self._plans = Plans(retries)
        self._http = httpx.AsyncClient(**self._connection.options())

    @property
    def url(self) -> str:
        return self._connection.url

    async def predict(
        self, picture: Picture | Sendable, *, classifier: str = "doodle", wait: float = 30, key: str | None = None
    ) -> Prediction:
        return await self._run(self._plans.predict(picture, classifier, wait, key))

    def predict_batch(
        self, pictures: Iterable[Picture | Sendable], *, classifier: str = "doodle", wait: float = 30
    ) -> AsyncIterator[Outcome]:
        return self._each(self._plans.predict_batch(pictures, classifier, wait))

    async def prediction(self, id: Id, *, wait: float = 0) -> Prediction:
        return await self._run(self._plans.prediction(id, wait))

    def history(self, **filters: Unpack[HistoryFilters]) -> AsyncIterator[Prediction]:
        return self._each(self._plans.history(filters))

    async def history_page(self, cursor: str | None = None, **filters: Unpack[HistoryFilters]) -> Page[Prediction]:
        return await self._run(self._plans.history_page(cursor, filters))

    async def delete_prediction(self, id: Id) -> None:
        await self._run(self._plans.delete_prediction(id))

    async def image(self, id: Id) -> Image:
        return await self._run(self._plans.image(id))

    async def picture(self, id: Id) -> bytes:
        return await self._run(self._plans.picture(id))

    async def seen(self, id: Id) -> bytes:
        return await self._run(self._plans.seen(id))

    async def delete_image(self, id: Id) -> None:
        await self._run(self._plans.delete_image(id))

    async def review(
        self,
        image: Id,
        verdict: str,
        *,
        classifier: str = "doodle",
        label: str | None = None,
        reason: str = "",
        seen: str | None = None,
    ) -> Review:
        return await self._run(self._plans.review(image, classifier, verdict, label, reason, seen))

    def reviews(self, image: Id) -> AsyncIterator[Review]:
        return self._each(self._plans.reviews(image))

    async def undo_review(self, id: Id) -> Review:
        return await self._run(self._plans.undo_review(id))

    def queue(self, **filters: Unpack[QueueFilters]) -> AsyncIterator[Sample]:
        return self._each(self._plans.queue(filters))

    async def next_sample(self, *, after: Id | None = None, **filters: Unpack[QueueFilters]) -> Sample | None:
        return await self._run(self._plans.next_sample(after, filters))

    async def mark_known(self, image: Id, *, classifier: str = "doodle", known: bool = True) -> Known:
        return await self._run(self._plans.mark_known(image, classifier, known))

    async def reviewers(self) -> tuple[Reviewer, ...]:
        return await self._run(self._plans.reviewers())

    async def change_classifier(
        self, classifier: str, *, opinions: int | None = None, known_share: int | None = None
    ) -> ClassifierDetail:
        return await self._run(self._plans.change_classifier(classifier, opinions, known_share))

    async def classifier_health(self, classifier: str) -> Health:
        return await self._run(self._plans.classifier_health(classifier))

    def classifiers(self) -> AsyncIterator[Classifier]:
        return self._each(self._plans.classifiers())

    async def create_classifier(self, slug: str, title: str, *, kind: str, labels: Sequence[str]) -> ClassifierDetail:
        return await self._run(self._plans.create_classifier(slug, title, kind, labels))

    async def classifier(self, slug: str) -> ClassifierDetail:
        return await self._run(self._plans.classifier(slug))

    async def add_label(self, classifier: str, name: str) -> Label:
        return await self._run(self._plans.add_label(classifier, name))

    async def rename_label(self, classifier: str, name: str, to: str) -> Label:
        return await self._run(self._plans.rename_label(classifier, name, to))

    async def merge_labels(self, classifier: str, name: str, into: str) -> LabelChange:
        return await self._run(self._plans.merge_labels(classifier, name, into))

    def label_changes(self, classifier: str) -> AsyncIterator[LabelChange]:
        return self._each(self._plans.label_changes(classifier))

    async def add_sample(self, classifier: str, picture: Picture | Sendable, label: str, *, key: str | None = None) -> Sample:
        return await self._run(self._plans.add_sample(classifier, picture, label, key))

    async def next_to_label(self, classifier: str, *, count: int = 20) -> tuple[ToLabel, ...]:
        return await self._run(self._plans.next_to_label(classifier, count))

    async def train(self, classifier: str, *, recipe: str = "", from_nothing: bool = False, wait: float = 0) -> TrainingRunDetail:
        return await self._run(self._plans.train(classifier, recipe, from_nothing, wait))

    async def training_run(self, id: Id, *, wait: float = 0) -> TrainingRunDetail:
        return await self._run(self._plans.training_run(id, wait))

    async def cancel_training(self, id: Id) -> TrainingRunDetail:
        return await self._run(self._plans.cancel_training(id))

    def training_runs(self, *, classifier: str | None = None, status: str | None = None) -> AsyncIterator[TrainingRun]:
        return self._each(self._plans.training_runs(classifier, status))

    def model_versions(self, *, classifier: str | None = None, stage: str | None = None) -> AsyncIterator[ModelVersion]:
        return self._each(self._plans.model_versions(classifier, stage))

    async def promote(self, version: Id, *, note: str = "") -> ModelVersionDetail:
        return await self._run(self._plans.promote(version, note))

    async def roll_back(self, version: Id) -> ModelVersionDetail:
        return await self._run(self._plans.roll_back(version))

    async def shadow(self, version: Id) -> ShadowReport:
        return await self._run(self._plans.shadow(version))

    async def unshadow(self, version: Id) -> ShadowReport:
        return await self._run(self._plans.unshadow(version))

    async def shadow_report(self, version: Id) -> ShadowReport:
        return await self._run(self._plans.shadow_report(version))

    def tokens(self) -> AsyncIterator[Token]:
        return self._each(self._plans.tokens())

    async def create_token(
        self, name: str, *, scopes: Sequence[str] | None = None, expires_at: datetime | None = None
    ) -> NewToken:
        return await self._run(self._plans.create_token(name, scopes, expires_at))

    async def revoke_token(self, id: Id) -> None:
        await self._run(self._plans.revoke_token(id))

    async def sign_up(self, username: str, email: str, password: str) -> User:
        return await self._run(self._plans.sign_up(username, email, password))

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def _each(self, parts: Iterable[Plan[Sequence[T]]]) -> AsyncIterator[T]:
        for plan in parts:
            for part in await self._run(plan):
                yield part

    async def _run(self, plan: Plan[T]) -> T:
        try:
            request = next(plan)
            while True:
                try:
                    response = await self._send(request)
                except httpx.RequestError as error:
                    request = plan.throw(error)
                else:
                    request = plan.send(response)
        except StopIteration as end:
            result: T = end.value
            return result

    async def _send(self, request: Request) -> httpx.Response:
        await asyncio.sleep(request.after)
        return await self._http.request(**self._connection.arguments(request))
