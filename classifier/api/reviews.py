"""`/api/v1/images/<id>/reviews/` and `reviews/<id>/undo/`: verdicts."""

from __future__ import annotations

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from classifier import policy
from classifier.actions.review_image import LONGEST_REASON, review_image
from classifier.actions.undo_review import undo_review
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Slug, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Listing
from classifier.api.predictions import classifier_of
from classifier.models import Image, Review, Sample
from classifier.models.opinions import shown_to
from classifier.models.verdicts import GIVEN

SEEN = "What the sample was when you looked: its `seen`. If it has changed since, the answer is 409."


class ReviewInput(Input):
    """A verdict: `corrected` needs a label, `unusable` has none, `confirmed` may name the label that it confirms."""

    classifier = Slug()
    verdict = serializers.ChoiceField(GIVEN)
    label = Text(required=False, max_length=100, default="")  # type: ignore[assignment]
    reason = Text(required=False, max_length=LONGEST_REASON, default="", allow_blank=True)
    seen = Text(required=False, max_length=200, default=None, help_text=SEEN)


class ReviewOutput(serializers.ModelSerializer[Review]):
    image = serializers.UUIDField(source="sample.image_id")
    classifier = serializers.SlugField(source="sample.classifier.slug")
    verdict = serializers.CharField(help_text="confirmed, corrected, unusable; or undone, which takes the review `undoes` back.")
    label = serializers.CharField(source="label.name", allow_null=True, default=None)  # type: ignore[assignment]
    role = serializers.SerializerMethodField()
    by = serializers.SerializerMethodField()
    old_state = serializers.CharField()
    old_label = serializers.CharField(source="old_label.name", allow_null=True, default=None)
    new_state = serializers.CharField()
    new_label = serializers.CharField(source="new_label.name", allow_null=True, default=None)
    model_version = serializers.UUIDField(source="model_version_id", allow_null=True)
    undoes = serializers.UUIDField(source="undoes_id", allow_null=True)
    undone = serializers.BooleanField()
    one_of = serializers.IntegerField(allow_null=True, help_text="An opinion: one of so many that decide together. Else null")
    seen = serializers.CharField(help_text="The sample's token after this event.")

    class Meta:
        model = Review
        fields = (
            "id", "image", "classifier", "verdict", "label", "reason", "role", "by", "old_state", "old_label", "new_state",
            "new_label", "model_version", "undoes", "undone", "one_of", "seen", "created_at",
        )  # fmt: skip

    @extend_schema_field(
        serializers.CharField(help_text="owner or reviewer; check: a reviewer was tried with a known answer, which stays.")
    )
    def get_role(self, review: Review) -> str:
        return review.role

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="Reviewers see every name, others only their own."))
    def get_by(self, review: Review) -> str | None:
        viewer = self.context["viewer"]
        named = review.by == viewer or policy.may_review(viewer)
        return review.by.username if review.by and named else None


class WordOutput(serializers.Serializer[Sample]):
    verdict = serializers.CharField(source="word")
    label = serializers.CharField(source="word_label.name", allow_null=True, default=None)  # type: ignore[assignment]


class SampleOutput(serializers.ModelSerializer[Sample]):
    """What holds of an image in a classifier, and its owner's word."""

    classifier = serializers.SlugField(source="classifier.slug")
    state = serializers.CharField(help_text="new, accepted, corrected or excluded")
    label = serializers.CharField(source="label.name", allow_null=True, default=None)  # type: ignore[assignment]
    word = serializers.SerializerMethodField()
    seen = serializers.CharField(help_text="Send it with your verdict.")

    class Meta:
        model = Sample
        fields = ("id", "classifier", "state", "label", "word", "seen", "changed_at")

    @extend_schema_field(WordOutput(allow_null=True))
    def get_word(self, sample: Sample) -> Any:
        return WordOutput(sample).data if sample.word else None


class ImageReviews(Idempotent, Listing[Review]):
    """What was said of an image, newest first: every verdict, and every one that took another back."""

    scope = "review"
    serializer_class = ReviewOutput
    filter_backends = ()
    queryset = Review.objects.none()

    def get_queryset(self) -> Any:
        image = get_object_or_404(policy.images_open_to(caller(self.request)).only("id"), pk=self.kwargs["id"])
        return shown_to(caller(self.request), Review.objects.filter(sample__image=image).for_showing())

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "viewer": self.request.user}

    @extend_schema(request=ReviewInput, parameters=[IDEMPOTENCY_KEY], responses={201: ReviewOutput, 409: ErrorAnswer})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Say that the label is right, what is right instead, or that the image is of no use.

        On an image of your own it is your word: it stays yours. A reviewer's verdict decides the sample, or is one of the
        opinions that do, where the classifier needs several; a maintainer's decides alone.
        """
        serializer = ReviewInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        classifier = classifier_of(fields.pop("classifier"))
        review = review_image(by=caller(request), image=Image(pk=id), classifier=classifier, **fields)
        return created(review, request)


class ReviewUndo(Idempotent):
    scope = "review"

    @extend_schema(request=None, parameters=[IDEMPOTENCY_KEY], responses={201: ReviewOutput, 409: ErrorAnswer})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take a verdict back: what was before it holds again, and both stay on record."""
        return created(undo_review(by=caller(request), review=Review(pk=id)), request)


def created(review: Review, request: Request) -> Response:
    shown = Review.objects.for_showing().get(pk=review.pk)
    return Response(ReviewOutput(shown, context={"viewer": caller(request)}).data, status.HTTP_201_CREATED)
