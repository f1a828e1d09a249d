"""From labelled pictures to a new version: what a network is trained on, and the queue of those that train."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import ClassVar, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from classifier.ml import catalog
from classifier.ml.handover import Card
from classifier.models.classifiers import Classifier, Label
from classifier.models.identifiers import uuid7
from classifier.models.leases import Leased, LeasedQuerySet
from classifier.models.people import Person, User
from classifier.models.versions import ModelVersion

LEASE = timedelta(seconds=30)  # a trainer renews it every second or two, however long the run
MOST_CRASHES = 3
CRASHED = "Three trainers did not survive this run. Ask the people who run the site to look at their log, then start a new one."

FEWEST_PICTURES = 10
"""Of each label, before a classifier can be trained."""

BASES = {"doodle": ("quickdraw", "quickdraw/simplified"), "photo": ("cifar10", "cifar-10-batches-py")}
"""The data sets that the built-in classifiers come from, and their folders where a copy is at hand."""


class TrainingBase(NamedTuple):
    """A data set's name and folder, and of each of its classes what it is called here today."""

    dataset: str
    folder: Path
    labels: Mapping[str, str]


def training_base(classifier: Classifier) -> TrainingBase | None:
    """The data set that is trained on with what people labelled, if the site has it. Labels that people added it has not."""
    dataset, folder = BASES.get(classifier.slug, ("", ""))
    root = settings.DOODLE_TRAINING_DATA
    path = Path(root) / folder
    if not (dataset and root and path.is_dir()):
        return None
    known = Label.every.filter(classifier=classifier).values_list("name", "became__name")
    today = {name: became or name for name, became in known}
    return TrainingBase(dataset, path, {name: today[name] for name in _classes_of(classifier.slug) if name in today})


@cache
def _classes_of(slug: str) -> tuple[str, ...]:
    """Of the data set that a bundled network was trained on: those that it knows."""
    return Card.load(catalog.PRETRAINED / slug).labels


def with_too_few(held: Iterable[tuple[str, int]], base: TrainingBase | None) -> list[tuple[str, int]]:
    """Of labels with their pictures from people those that cannot be trained: too few, and none in the base."""
    others = set(base.labels.values()) if base else set()
    return [(name, pictures) for name, pictures in held if pictures < FEWEST_PICTURES and name not in others]


def default_recipe(classifier: Classifier) -> str:
    return catalog.RECIPE_FOR[classifier.kind]


class RunStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING)


class TrainingSet(models.Model):
    """A frozen, hashed folder of labelled pictures. The same pictures with the same labels are the same set."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="training_sets")
    sha256 = models.CharField(max_length=64, editable=False, help_text="Of the manifest")
    split_by = models.CharField(max_length=10, help_text="person, or picture where too few people gave pictures")
    counts = models.JSONField(help_text="Pictures by label and part: train, validation, test")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["classifier", "sha256"], name="training_set_once_per_content"),
        ]

    def __str__(self) -> str:
        return f"{self.classifier.slug} {self.sha256[:12]}"

    @property
    def folder(self) -> Path:
        """With `manifest.json` and the pictures."""
        return Path(settings.TRAINING_ROOT) / "sets" / str(self.id)


class TrainingRunQuerySet(LeasedQuerySet["TrainingRun"]):
    def visible_to(self, person: Person) -> TrainingRunQuerySet:
        """All for a maintainer; for others those of the classifiers that they made."""
        if not isinstance(person, User):
            return self.none()
        return self if person.is_maintainer else self.filter(classifier__made_by=person)

    def for_showing(self) -> TrainingRunQuerySet:
        related = ("classifier", "training_set", "requested_by", "start_from__classifier", "model_version__classifier")
        return self.select_related(*related).defer("start_from__card", "model_version__card")

    def active(self) -> TrainingRunQuerySet:
        return self.filter(status__in=ACTIVE)

    def waiting(self) -> TrainingRunQuerySet:
        """The oldest first."""
        return self.filter(status=RunStatus.QUEUED).order_by("id")

    def left_behind(self) -> TrainingRunQuerySet:
        """Those whose trainer has not come back within its lease."""
        return self.filter(status=RunStatus.RUNNING, lease_until__lt=Now())

    def give_back(self, *, crashed: bool) -> int:
        """Let them wait for another trainer. One that goes away in order has done them no harm."""
        return self.update(status=RunStatus.QUEUED, lease_until=None, crashes=F("crashes") + int(crashed))

    def held(self, run: TrainingRun) -> TrainingRunQuerySet:
        """The run, if whoever claimed it so still has it: it was neither cancelled nor given to another."""
        return self.filter(pk=run.pk, attempt=run.attempt, status=RunStatus.RUNNING)

    def settle(self, status: str, reason: str = "") -> int:
        return self.update(status=status, reason=reason, finished_at=Now(), lease_until=None)


class TrainingRun(Leased):
    """A classifier's network being trained: recipe, progress, curves, outcome."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="training_runs")
    recipe = models.CharField(max_length=100, help_text="Its name in the catalog")
    requested_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="training_runs")
    start_from = models.ForeignKey(
        ModelVersion, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", help_text="Whose weights it began with"
    )
    training_set = models.ForeignKey(TrainingSet, on_delete=models.RESTRICT, null=True, blank=True, related_name="runs")
    model_version = models.OneToOneField(
        ModelVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="training_run", help_text="What came of it"
    )

    status = models.CharField(max_length=10, choices=RunStatus.choices, default=RunStatus.QUEUED)
    reason = models.TextField(blank=True, help_text="Why it stopped, where it did not succeed")
    progress = models.FloatField(default=0, help_text="0 to 1")
    epoch = models.PositiveIntegerField(default=0, help_text="The last that is complete")
    epochs = models.PositiveIntegerField(default=0)
    history = models.JSONField(default=list, blank=True, help_text="The curves: for each epoch its losses and accuracies")
    log = models.TextField(blank=True, help_text="The last of what the trainer said")

    worker = models.CharField(max_length=200, blank=True)
    crashes = models.PositiveSmallIntegerField(default=0, help_text="How many trainers did not come back with it")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["classifier"], condition=Q(status__in=ACTIVE), name="one_active_run_per_classifier"),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="run_progress_from_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.classifier.slug}, {self.recipe}: {self.status}"

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def folder(self) -> Path:
        """Where it is trained: checkpoints, progress, and at last the artifact."""
        return Path(settings.TRAINING_ROOT) / "runs" / str(self.id)
