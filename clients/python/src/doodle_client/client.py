"""The client that waits for each answer in turn."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx

from doodle_client.answers import Image, NewToken, Page, Prediction, Review, Token, User
from doodle_client.batches import Outcome
from doodle_client.connection import connect
from doodle_client.judging_calls import JudgingCalls
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


class Client(JudgingCalls):
    """Calls one site for one account; use it in a `with` statement, or close it. Every call raises kinds of DoodleError.

    `url` defaults to DOODLE_URL, then to the site of the last `doodle login`, then to http://127.0.0.1:8000; `token` to
    DOODLE_TOKEN, then to what `doodle login` kept for this site. `password` is (username, password), for making a token.
    `timeout` is for one answer, in seconds, and does not count the waiting that a call asks for.
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
        self._http = httpx.Client(**self._connection.options())

    @property
    def url(self) -> str:
        return self._connection.url

    def predict(
        self, picture: Picture | Sendable, *, classifier: str = "doodle", wait: float = 30, key: str | None = None
    ) -> Prediction:
        """Ask what a picture shows: a path, a file, bytes, an address, or strokes; a path ending in .json holds strokes.

        Waits so many seconds for the answer, with 0 not at all. The same `key` never makes a second prediction; without
        one each call has its own. Raises ApiError, ServerUnreachable, PredictionFailed, NotAnswered and BadInput.
        """
        return self._run(self._plans.predict(picture, classifier, wait, key))

    def predict_batch(
        self, pictures: Iterable[Picture | Sendable], *, classifier: str = "doodle", wait: float = 30
    ) -> Iterator[Outcome]:
        """Ask about any number of pictures, up to 64 in a request. In their order, what `predict` would return or raise.

        `wait` is for each request. A request that cannot be made at all raises, and ends the iteration.
        """
        return self._each(self._plans.predict_batch(pictures, classifier, wait))

    def prediction(self, id: Id, *, wait: float = 0) -> Prediction:
        """A prediction as it stands, or with `wait` once it is answered, as `predict` has it."""
        return self._run(self._plans.prediction(id, wait))

    def history(self, **filters: Unpack[HistoryFilters]) -> Iterator[Prediction]:
        """Your predictions, newest first, read page by page as the iteration goes on."""
        return self._each(self._plans.history(filters))

    def history_page(self, cursor: str | None = None, **filters: Unpack[HistoryFilters]) -> Page[Prediction]:
        """One page of them, from a cursor of another page."""
        return self._run(self._plans.history_page(cursor, filters))

    def delete_prediction(self, id: Id) -> None:
        """Delete an answer; its image goes with the last one."""
        self._run(self._plans.delete_prediction(id))

    def image(self, id: Id) -> Image:
        """One of your images."""
        return self._run(self._plans.image(id))

    def picture(self, id: Id) -> bytes:
        """An image's file, as the site keeps it; strokes come drawn, as a PNG."""
        return self._run(self._plans.picture(id))

    def seen(self, id: Id) -> bytes:
        """What the network saw of an image, as a PNG."""
        return self._run(self._plans.seen(id))

    def delete_image(self, id: Id) -> None:
        """Delete an image with all its predictions."""
        self._run(self._plans.delete_image(id))

    def review(
        self,
        image: Id,
        verdict: str,
        *,
        classifier: str = "doodle",
        label: str | None = None,
        reason: str = "",
        seen: str | None = None,
    ) -> Review:
        """Say that the label is right (confirmed), what is right instead (corrected, with a label), or that it is unusable.

        `seen` is the `seen` of what you looked at: where that has changed since, ApiError stale_review is raised.
        """
        return self._run(self._plans.review(image, classifier, verdict, label, reason, seen))

    def reviews(self, image: Id) -> Iterator[Review]:
        """What was said of an image, newest first."""
        return self._each(self._plans.reviews(image))

    def undo_review(self, id: Id) -> Review:
        """Take a verdict back: what was before it holds again, and both stay on record."""
        return self._run(self._plans.undo_review(id))

    def queue(self, **filters: Unpack[QueueFilters]) -> Iterator[Sample]:
        """For reviewers, what to look at: what people call wrong, then the likeliest mistakes.

        `review` takes their `image.id`, `classifier` and `seen`.
        """
        return self._each(self._plans.queue(filters))

    def next_sample(self, *, after: Id | None = None, **filters: Unpack[QueueFilters]) -> Sample | None:
        """For reviewers, the first of the queue that nobody else was given: yours for two minutes. None where there is none.

        `after` is the sample that you pass over. Now and then it is one whose answer is known, to see how reviewers do.
        """
        return self._run(self._plans.next_sample(after, filters))

    def mark_known(self, image: Id, *, classifier: str = "doodle", known: bool = True) -> Known:
        """For maintainers: say that an image's label is certain, so that reviewers may be tried with it, or no longer."""
        return self._run(self._plans.mark_known(image, classifier, known))

    def reviewers(self) -> tuple[Reviewer, ...]:
        """For maintainers, how each reviewer does; those with whom others, or what is known, agree least come first."""
        return self._run(self._plans.reviewers())

    def change_classifier(
        self, classifier: str, *, opinions: int | None = None, known_share: int | None = None
    ) -> ClassifierDetail:
        """How it is reviewed: so many opinions decide a sample, 1 to 5; so many % of what is given is known, 0 to 50."""
        return self._run(self._plans.change_classifier(classifier, opinions, known_share))

    def classifier_health(self, classifier: str) -> Health:
        """For reviewers, how sound its labelled pictures are."""
        return self._run(self._plans.classifier_health(classifier))

    def classifiers(self) -> Iterator[Classifier]:
        """The problems that the site knows, without their labels."""
        return self._each(self._plans.classifiers())

    def create_classifier(self, slug: str, title: str, *, kind: str, labels: Sequence[str]) -> ClassifierDetail:
        """Make a classifier of `kind` drawing or photo; it answers once it has been trained and a version promoted."""
        return self._run(self._plans.create_classifier(slug, title, kind, labels))

    def classifier(self, slug: str) -> ClassifierDetail:
        """One problem with its labels."""
        return self._run(self._plans.classifier(slug))

    def add_label(self, classifier: str, name: str) -> Label:
        """Add a label at the end; it is answered from the next version on that is trained and promoted."""
        return self._run(self._plans.add_label(classifier, name))

    def rename_label(self, classifier: str, name: str, to: str) -> Label:
        """Give a label another name, everywhere and at once. Its old name goes on to mean it and can name no other."""
        return self._run(self._plans.rename_label(classifier, name, to))

    def merge_labels(self, classifier: str, name: str, into: str) -> LabelChange:
        """Let all that is labelled `name` be labelled `into`. This cannot be undone. Its `samples` says how many those were."""
        return self._run(self._plans.merge_labels(classifier, name, into))

    def label_changes(self, classifier: str) -> Iterator[LabelChange]:
        """How a classifier's labels changed, the last first."""
        return self._each(self._plans.label_changes(classifier))

    def add_sample(self, classifier: str, picture: Picture | Sendable, label: str, *, key: str | None = None) -> Sample:
        """Add a picture of which the label is known, to be learnt from. An address is refused: send the picture itself."""
        return self._run(self._plans.add_sample(classifier, picture, label, key))

    def next_to_label(self, classifier: str, *, count: int = 20) -> tuple[ToLabel, ...]:
        """For who trains a classifier: the pictures whose labels would teach it most, 100 at most.

        `review` takes their `image.id` and `seen`; then ask again.
        """
        return self._run(self._plans.next_to_label(classifier, count))

    def train(self, classifier: str, *, recipe: str = "", from_nothing: bool = False, wait: float = 0) -> TrainingRunDetail:
        """Train a candidate from what people said, or join the run that is under way.

        Waits as `training_run` does. `recipe` is by default the one for the kind; `from_nothing` forgets what is learnt.
        """
        return self._run(self._plans.train(classifier, recipe, from_nothing, wait))

    def training_run(self, id: Id, *, wait: float = 0) -> TrainingRunDetail:
        """A run as it stands, or with `wait` once it is over, for so many seconds. Raises TrainingFailed and NotTrained then."""
        return self._run(self._plans.training_run(id, wait))

    def cancel_training(self, id: Id) -> TrainingRunDetail:
        """Stop a run: a queued one at once, a running one as soon as its worker sees it."""
        return self._run(self._plans.cancel_training(id))

    def training_runs(self, *, classifier: str | None = None, status: str | None = None) -> Iterator[TrainingRun]:
        """The runs that you may see, newest first."""
        return self._each(self._plans.training_runs(classifier, status))

    def model_versions(self, *, classifier: str | None = None, stage: str | None = None) -> Iterator[ModelVersion]:
        """The versions, of one classifier or of all; `stage` is candidate, live or retired."""
        return self._each(self._plans.model_versions(classifier, stage))

    def promote(self, version: Id, *, note: str = "") -> ModelVersionDetail:
        """Let a version answer from now on. Without a `note` only one that passed the comparison with the live one."""
        return self._run(self._plans.promote(version, note))

    def roll_back(self, version: Id) -> ModelVersionDetail:
        """Put back what `version`, the live one, had replaced. Returns what is live now."""
        return self._run(self._plans.roll_back(version))

    def shadow(self, version: Id) -> ShadowReport:
        """Let a candidate answer, unseen, what people ask from now on; one of a classifier can. Begun anew it forgets."""
        return self._run(self._plans.shadow(version))

    def unshadow(self, version: Id) -> ShadowReport:
        """Ask a candidate no more. What it answered stays to be looked at."""
        return self._run(self._plans.unshadow(version))

    def shadow_report(self, version: Id) -> ShadowReport:
        """Where a candidate's answers, which nobody sees, are other than those that people got."""
        return self._run(self._plans.shadow_report(version))

    def tokens(self) -> Iterator[Token]:
        """Your tokens, without their secrets."""
        return self._each(self._plans.tokens())

    def create_token(self, name: str, *, scopes: Sequence[str] | None = None, expires_at: datetime | None = None) -> NewToken:
        """Make a token; by default it may do all that the account may. Needs the password, or a token with scope admin."""
        return self._run(self._plans.create_token(name, scopes, expires_at))

    def revoke_token(self, id: Id) -> None:
        """Make a token useless at once. Needs the password, or a token with scope admin."""
        self._run(self._plans.revoke_token(id))

    def sign_up(self, username: str, email: str, password: str) -> User:
        """Make an account, which can be used at once."""
        return self._run(self._plans.sign_up(username, email, password))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _each(self, parts: Iterable[Plan[Sequence[T]]]) -> Iterator[T]:
        for plan in parts:
            yield from self._run(plan)

    def _run(self, plan: Plan[T]) -> T:
        try:
            request = next(plan)
            while True:
                try:
                    response = self._send(request)
                except httpx.RequestError as error:
                    request = plan.throw(error)
                else:
                    request = plan.send(response)
        except StopIteration as end:
            result: T = end.value
            return result

    def _send(self, request: Request) -> httpx.Response:
        time.sleep(request.after)
        return self._http.request(**self._connection.arguments(request))
