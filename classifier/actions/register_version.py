"""Take in an artifact as a version of its classifier."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from classifier.ml.handover import CARD_FILE, BadCard, Card, sha256_of
from classifier.models import Classifier, Label, ModelVersion, Promotion
from classifier.models.images import PREPARED_AS


def register_version(*, artifact: Path) -> tuple[ModelVersion, bool]:
    """The bundled artifact's version and whether it is new; its classifier is made if it is missing.

    The artifact is copied, so that a later release cannot change a version. It goes live unless a version that was trained
    here is live. Raises handover.BadCard, also for a network that takes what the site cannot give it.
    """
    card = Card.load(artifact)
    card.check_weights(artifact)
    card.check_examples(artifact)
    if card.input not in PREPARED_AS:
        possible = " or ".join(PREPARED_AS)
        raise BadCard(f"{artifact}: the site cannot give a network its input as {card.input!r}. Train it on {possible}.")
    with transaction.atomic():
        classifier = _classifier_of(card)
        card_sha256 = sha256_of(artifact / CARD_FILE)
        known = classifier.versions.filter(card_sha256=card_sha256).first()
        if known:
            return known, False
        version = ModelVersion.objects.take_in(classifier, artifact, bundled=True)
        live = ModelVersion.objects.select_for_update().live_for(classifier)
        if live is None or live.bundled:
            Promotion.objects.put_live(version)
        return version, True


def _classifier_of(card: Card) -> Classifier:
    classifier, created = Classifier.objects.get_or_create(
        slug=card.classifier, defaults={"title": card.title, "kind": card.kind}
    )
    if created:
        Label.objects.bulk_create(
            Label(classifier=classifier, position=position, name=name) for position, name in enumerate(card.labels)
        )
    return classifier
