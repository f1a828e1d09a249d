"""Answers, and the queue of those still to be given: the row is the job."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now

from classifier.models.classifiers import BUILT_IN, Classifier, Label
from classifier.models.identifiers import uuid7
from classifier.models.images import Image, belonging_to
from classifier.models.labels import LabelChange
from classifier.models.leases import Leased, LeasedQuerySet
from classifier.models.people import Person, User
from classifier.models.samples import Sample
from classifier.models.versions import ModelVersion, Stage
from classifier.models.workers import Job, Worker

LEASE = timedelta(seconds=15)
MAX_ATTEMPTS = 3
TOLD = 3
CRASHED = "Three workers did not survive this picture. Send it in another form, or tell the people who run the site."

CANCELLED = "It was cancelled before a worker looked at it."


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


PENDING = (Status.QUEUED, Status.RUNNING)
SETTLED: dict[str, Any] = {"finished_at": Now(), "lease_until": None, "turn": None, "line": None}


@dataclass(frozen=True)
class Guess:
    label: str
    probability: float

    @property
    def percent(self) -> str:
        return f"{self.probability * 100:.1f}"


class PredictionQuerySet(LeasedQuerySet["Prediction"]):
    def visible_to(self, person: Person) -> PredictionQuerySet:
        return self.filter(belonging_to(person, "image__"))

    def with_image(self) -> PredictionQuerySet:
        """With all that showing it needs, what people said of it included, but not the pixels."""
        related = self.select_related("image", "classifier", "model_version__classifier").with_words().with_suggestion()
        return related.defer("image__pixels", "image__strokes", "model_version__card", "features")

    def with_words(self) -> PredictionQuerySet:
        """With the owner's `word` and `word_label`, and `corrected_label`, their own or a reviewer's, or null."""
        said = Sample.objects.of_predictions()
        names = {"word": "word", "word_label": "word_label__name", "corrected_label": "correction"}
        return self.annotate(**{name: Subquery(said.values(path)[:1]) for name, path in names.items()})

    def with_suggestion(self) -> PredictionQuerySet:
        """With the built-in classifier that suits the picture better, as `suggested_classifier`, or null."""
        suited = Classifier.objects.filter(kind=OuterRef("image__looks_like"), slug__in=BUILT_IN.values())
        better = suited.exclude(kind=OuterRef("classifier__kind"))
        return self.annotate(suggested_classifier=Subquery(better.values("slug")[:1]))  # type: ignore[no-redef]  # declared below

    def answered(self) -> PredictionQuerySet:
        return self.filter(status=Status.SUCCEEDED)

    def last_answers(self, images: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, uuid.UUID], Prediction]:
        """By image and classifier, as many as there are."""
        rows = self.answered().filter(image__in=images).order_by("id")
        return {(row.image_id, row.classifier_id): row for row in rows}

    def last_answer(self, image: Image, classifier: Classifier) -> Prediction | None:
        return self.answered().filter(image=image, classifier=classifier).newest_first().first()

    def images_called(self, label: str, classifier: str, version: ModelVersion | None) -> models.QuerySet[Prediction, Any]:
        """The ids of images that got this answer, as far as label, classifier and version are given."""
        fields = {"classifier__slug": classifier, "model_version": version}
        rows = self.answered().filter(**{field: value for field, value in fields.items() if value})
        return (rows.called(label) if label else rows).values("image")

    def called(self, label: str) -> PredictionQuerySet:
        """Those whose best guess is this label, by its name or by one that it had when they were given."""
        former = Label.every.filter(classifier=OuterRef("classifier"), name=OuterRef("label"), became__name=label)
        return self.filter(Q(label=label) | Exists(former))

    def in_words_of_today(self) -> PredictionQuerySet:
        """Those given since a label of their classifier last got another name: all keep the words that they were given."""
        return self.exclude(Exists(LabelChange.objects.of_words_after("finished_at")))

    def answered_before(self, live: ModelVersion) -> PredictionQuerySet:
        """Of pictures about which the live version has neither answered, in today's words, nor is asked."""
        asked = Q(model_version=live) | Q(status__in=PENDING)
        known = Prediction.objects.in_words_of_today().filter(asked, classifier=live.classifier_id, image=OuterRef("image"))
        return self.answered().filter(~Exists(known), classifier=live.classifier_id)

    def standing_answers(self, sha256: str) -> PredictionQuerySet:
        """What is known of a picture, newest first, from versions that are live: asked again, they would say the same."""
        known = self.filter(image__sha256=sha256, status=Status.SUCCEEDED, model_version__stage=Stage.LIVE)
        return known.in_words_of_today().newest_first().defer("image__pixels", "image__strokes")

    def newest_first(self) -> PredictionQuerySet:
        return self.order_by("-id")

    def in_line(self) -> PredictionQuerySet:
        """Those with a turn, in the order in which they are served: of each line one a round."""
        return self.filter(turn__isnull=False).order_by("turn", "id")

    def waiting(self) -> PredictionQuerySet:
        return self.in_line().filter(status=Status.QUEUED)

    def lapsed(self) -> PredictionQuerySet:
        """Rows whose worker has not come back within its lease."""
        return self.in_line().filter(status=Status.RUNNING, lease_until__lt=Now())

    def queue(
        self,
        person: Person,
        asked: Sequence[tuple[Image, Classifier]],
        idempotency_key: str | None = None,
        line: uuid.UUID | None = None,
    ) -> list[Prediction]:
        """New ones that wait to be answered; their ids sort as they are given here.

        One whose picture is still at an address stands in no line until it is here. The line is the person's own but where
        another is given.
        """
        account, line = person if isinstance(person, User) else None, line or person.line
        ids, turns = [uuid7() for _ in asked], count(self.next_turn(line))
        return self.bulk_create(
            Prediction(
                id=id, image=image, classifier=classifier, asked_by=account, idempotency_key=idempotency_key,
                line=line, turn=next(turns) if image.width else None,
            )
            for id, (image, classifier) in zip(ids, asked, strict=True)
        )  # fmt: skip

    def join_line(self, id: uuid.UUID) -> None:
        """Its picture has come."""
        joining = self.filter(pk=id, status=Status.QUEUED, turn=None)
        for line in joining.values_list("line", flat=True):
            joining.update(turn=self.next_turn(line))

    def next_turn(self, line: uuid.UUID | None) -> int:
        """After what this line has there, and with the round that comes next, whether or not the line had one before.

        Two that ask at the same moment may get the same turn: then their ids decide.
        """
        own = self.in_line().filter(line=line).order_by("-turn").values_list("turn", flat=True).first()
        first = self.waiting().values_list("turn", flat=True).first()
        return max(first or 0, Worker.objects.next_round(), 0 if own is None else own + 1)

    def fail(self, code: str, message: str) -> int:
        return self.update(status=Status.FAILED, error_code=code, error_message=message, **SETTLED)


class Prediction(Leased):
    """One answer about one image by one model version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="predictions")
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="predictions")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="predictions")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True, editable=False)  # noqa: DJ001  null is not unique
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    line = models.UUIDField(null=True, editable=False, help_text="Whose: an account's, or an address's. Forgotten at the end")
    turn = models.PositiveBigIntegerField(null=True, editable=False, help_text="The round in which it is served, if it can be")
    worker = models.CharField(max_length=200, blank=True)

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="predictions")
    guesses = models.JSONField(default=list, blank=True)
    label = models.CharField(max_length=100, blank=True, help_text="The best guess")
    probability = models.FloatField(null=True, blank=True, help_text="Of the best guess")
    unsure = models.BooleanField(null=True, blank=True)
    features = models.BinaryField(null=True, editable=False)  # float16: what the network's last layer read of the picture
    error_code = models.CharField(max_length=50, blank=True)
    error_message = models.TextField(blank=True)

    word: str | None  # these three come with PredictionQuerySet.with_words
    word_label: str | None
    corrected_label: str | None
    suggested_classifier: str | None  # this one with with_suggestion

    objects = PredictionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["status", "turn", "id"], condition=Q(turn__isnull=False), name="prediction_in_turn"),
            models.Index(fields=["line", "turn"], condition=Q(turn__isnull=False), name="prediction_in_line"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asked_by", "idempotency_key"], name="prediction_once_per_idempotency_key"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.label}".strip()

    @property
    def pending(self) -> bool:
        return self.status in PENDING

    @property
    def waits_for(self) -> Job | None:
        """Who is to act next, while nobody has begun to."""
        if self.status != Status.QUEUED:
            return None
        return Job.ANSWERING if self.image.width else Job.FETCHING

    def place_in_queue(self) -> int | None:
        """How many are served before it; None unless it waits with its picture."""
        if self.status != Status.QUEUED or self.turn is None:
            return None
        earlier = Q(turn__lt=self.turn) | Q(turn=self.turn, id__lt=self.id)
        return Prediction.objects.waiting().filter(earlier, turn__lte=self.turn).count()

    @property
    def ranked(self) -> list[Guess]:
        """The best three, which the person is told."""
        return self.likeliest[:TOLD]

    @property
    def likeliest(self) -> list[Guess]:
        """All that were kept, for who has to say what it is instead."""
        return [Guess(**guess) for guess in self.guesses]
