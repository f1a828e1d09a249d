"""The trained networks that answer."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from classifier.ml.handover import CARD_FILE, BadCard, Card, sha256_of
from classifier.ml.wording import Wording
from classifier.models.classifiers import BUILT_IN, Classifier, Kind
from classifier.models.identifiers import uuid7

HISTORY_FILE = "history.json"
OF_THE_TRAINING = shutil.ignore_patterns("checkpoint", "progress.json")
USUAL_INPUT = {Kind.DRAWING.value: "bitmap", Kind.PHOTO.value: "photo"}


class Stage(models.TextChoices):
    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def live_for(self, classifier: Classifier) -> ModelVersion | None:
        return self.filter(classifier=classifier, stage=Stage.LIVE).first()

    def waiting_labels(self, classifier: Classifier) -> list[str]:
        """Those that the live version does not know: nothing is answered so before a training run."""
        live = self.live_for(classifier)
        names = classifier.labels.values_list("name", flat=True) if live else ()
        known = set(live.says if live else ())
        return [name for name in names if name not in known]

    def input_of(self, classifier: Classifier) -> str:
        """The form in which the classifier's live network takes a picture, or its kind's usual one while there is none."""
        live = self.live_for(classifier)
        return live.input if live else USUAL_INPUT[classifier.kind]

    def to_start_from(self, classifier: Classifier) -> ModelVersion | None:
        """Whose weights a new version may begin with: the live one's, or that of the built-in classifier of its kind."""
        usual = self.filter(classifier__slug=BUILT_IN[Kind(classifier.kind)], stage=Stage.LIVE)
        return self.live_for(classifier) or usual.filter(classifier__kind=classifier.kind).first()

    def bundled_for(self, kind: str) -> ModelVersion | None:
        """The newest that came with the project and knows no picture of anybody's here."""
        return self.filter(classifier__slug=BUILT_IN[Kind(kind)], bundled=True).order_by("-number").first()

    def take_in(self, classifier: Classifier, artifact: Path, *, bundled: bool = False) -> ModelVersion:
        """The classifier's next version, a candidate, with a copy of the artifact: whole or not at all. Raises BadCard."""
        latest = self.filter(classifier=classifier).order_by("-number").first()
        version = self.create(
            classifier=classifier,
            number=latest.number + 1 if latest else 1,
            bundled=bundled,
            card_sha256=sha256_of(artifact / CARD_FILE),
            card=asdict(Card.load(artifact)),
        )
        partial = version.artifact.with_suffix(".partial")
        shutil.copytree(artifact, partial, ignore=OF_THE_TRAINING)
        partial.rename(version.artifact)
        return version

    def live(self) -> ModelVersionQuerySet:
        return self.filter(stage=Stage.LIVE).select_related("classifier").order_by("classifier__slug")

    def for_showing(self) -> ModelVersionQuerySet:
        return self.select_related("classifier", "training_run").defer("training_run__history", "training_run__log")

    def once_live(self, classifier: Classifier) -> ModelVersionQuerySet:
        """Those that have answered and do no more, the last of them first."""
        return self.ever_live().filter(classifier=classifier, stage=Stage.RETIRED).order_by("-promoted_at")

    def ever_live(self) -> ModelVersionQuerySet:
        return self.filter(Q(stage=Stage.LIVE) | Q(promoted_at__isnull=False))

    def shadowing(self) -> ModelVersionQuerySet:
        """Candidates that answer unseen what the live versions of their classifiers answer, one of a classifier."""
        return self.filter(shadows_since__isnull=False).select_related("classifier")

    def damaged(self) -> ModelVersionQuerySet:
        return self.exclude(damage="")

    def able_to_answer(self) -> ModelVersionQuerySet:
        """Live ones, and for as long as a live one is damaged those that answered before it."""
        in_need = ModelVersion.objects.live().damaged().filter(classifier=OuterRef("classifier"))
        return self.ever_live().filter(Q(stage=Stage.LIVE) | Exists(in_need), damage="")

    def note_damage(self, version: ModelVersion, damage: str) -> None:
        """What a worker found when it loaded the files; empty where they are whole. What is damaged shadows no more."""
        stopped = {"shadows_since": None} if damage else {}
        self.filter(pk=version.pk).exclude(damage=damage).update(damage=damage, **stopped)


class ModelVersion(models.Model):
    """One trained network with its card. Never changes once made, but for its stage and whether it shadows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.CANDIDATE)
    bundled = models.BooleanField(default=False, help_text="Came with the project rather than from a training run here")
    card_sha256 = models.CharField(max_length=64)
    card = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True, blank=True)
    damage = models.TextField(blank=True, editable=False, help_text="Why a worker could not load it, if it could not")
    shadows_since = models.DateTimeField(null=True, blank=True, help_text="Answers unseen beside the live version since then")

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["classifier", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["classifier", "number"], name="version_number_unique_in_classifier"),
            models.UniqueConstraint(fields=["classifier"], condition=Q(stage=Stage.LIVE), name="one_live_version_per_classifier"),
            models.UniqueConstraint(
                fields=["classifier"], condition=Q(shadows_since__isnull=False), name="one_shadow_per_classifier"
            ),
            models.CheckConstraint(
                condition=Q(shadows_since=None) | Q(stage=Stage.CANDIDATE, damage=""), name="only_whole_candidates_shadow"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.classifier.slug} {self.number}"

    @property
    def input(self) -> str:
        """The form in which the network takes a picture."""
        form: str = self.card["input"]
        return form

    @property
    def artifact(self) -> Path:
        """The folder with the card and the weights."""
        return Path(settings.ARTIFACTS_ROOT) / str(self.id)

    @property
    def figures(self) -> dict[str, Any]:
        """How good it is on test pictures, or else on those held out while it was trained; empty where its card does not say."""
        metrics = self.card.get("metrics", {})
        found: dict[str, Any] = metrics.get("test") or metrics.get("validation") or {}
        return found

    @property
    def says(self) -> tuple[str, ...]:
        """The labels that it knows, in today's words."""
        return self.wording.names

    @property
    def wording(self) -> Wording:
        """How its own words are read today."""
        return Wording.of(self.card["labels"], self.classifier.words())

    @property
    def accuracy_percent(self) -> str:
        return f"{100 * self.figures['accuracy']:.1f}" if "accuracy" in self.figures else ""

    @property
    def curves(self) -> list[dict[str, float]]:
        """Of each epoch its losses and accuracies; empty where the artifact came without."""
        path = self.artifact / HISTORY_FILE
        found: list[dict[str, float]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
        return found

    def check_files(self) -> None:
        """Raises BadCard where the card, the weights or the examples are not those that the version was made of."""
        card = Card.load(self.artifact)
        if sha256_of(self.artifact / CARD_FILE) != self.card_sha256:
            raise BadCard(f"{self.artifact / CARD_FILE} was altered: its sha256 is not the one on record.")
        card.check_weights(self.artifact)
        card.check_examples(self.artifact)
