"""`/api/v1/review/queue/`, `review/next/` and `review/batch/`: what waits for a reviewer, and verdicts on many at once."""

from __future__ import annotations

import base64
import json
import uuid
from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from classifier import policy
from classifier.actions.give_sample import give_next
from classifier.actions.review_image import LONGEST_REASON, MOST_AT_ONCE, Judged, Judgement, review_images
from classifier.actions.undo_review import undo_reviews
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Filters
from classifier.api.pagination import BAD_CURSOR, NewestFirst
from classifier.api.predictions import ImageOutput
from classifier.api.reviews import SEEN, ReviewOutput, SampleOutput
from classifier.models import Question, Review, Sample
from classifier.models.samples import Place
from classifier.models.selections import Selection
from classifier.models.verdicts import DISPUTES, GIVEN, Reason, State

PROBABILITY = "Of the label to be judged, as the network has it, 0 to 1."
CHOICE_OF_BOTH = [("true", "true"), ("false", "false")]


class QueuedOutput(SampleOutput):
    image = ImageOutput()
    reason = serializers.CharField(help_text="disputed, reported or suspected: why it is to be looked at; or empty")
    suspicion = serializers.SerializerMethodField()
    suggestion = serializers.SerializerMethodField()
    opinions = serializers.IntegerField(help_text="So many reviewers gave theirs, which you see once you gave yours")
    opinions_needed = serializers.IntegerField(source="classifier.opinions", help_text="So many decide together")
    probability = serializers.SerializerMethodField()
    doubt = serializers.CharField(help_text='The network\'s in words: "labelled cat; the model says dog 0.93, cat 0.01"')

    class Meta(SampleOutput.Meta):
        fields = (
            *SampleOutput.Meta.fields,
            "reason",
            "suspicion",
            "suggestion",
            "probability",
            "doubt",
            "opinions",
            "opinions_needed",
            "image",
        )  # type: ignore[assignment]

    @extend_schema_field(serializers.FloatField(allow_null=True, help_text="How probable a wrong label is, 0 to 1"))
    def get_suspicion(self, sample: Sample) -> float | None:
        return sample.suspicion if sample.is_scored else None

    @extend_schema_field(
        serializers.CharField(allow_null=True, help_text="The likeliest label where the given is probably wrong")
    )
    def get_suggestion(self, sample: Sample) -> str | None:
        return str(sample.suggested) if sample.suggested else None

    @extend_schema_field(
        serializers.FloatField(allow_null=True, help_text="What the network gives the label to be judged, 0 to 1")
    )
    def get_probability(self, sample: Sample) -> float | None:
        return sample.suspected_probability if sample.is_scored else None


class SampleFilter(Filters):
    classifier = django_filters.CharFilter()
    state = django_filters.ChoiceFilter(choices=[*State.choices, ("all", "all")])
    label = django_filters.CharFilter(help_text="Labelled so, or so in their owner's word; with `version`, so in its test.")
    suggested = django_filters.CharFilter(help_text="The label that the network suggests instead.")
    predicted = django_filters.CharFilter(help_text="What a network answered; that of `version` where it is given.")
    version = django_filters.UUIDFilter(help_text="With `label` and `predicted`: a cell of its confusion table.")
    source = django_filters.CharFilter()
    reason = django_filters.ChoiceFilter(choices=Reason.choices)
    min_probability = django_filters.NumberFilter(min_value=0, max_value=1, help_text=PROBABILITY)
    max_probability = django_filters.NumberFilter(min_value=0, max_value=1, help_text=PROBABILITY)
    disputed = django_filters.ChoiceFilter(choices=CHOICE_OF_BOTH)

    class Meta:
        model = Sample
        fields: ClassVar[list[str]] = []

    def filter_queryset(self, queryset: Any) -> Any:
        disputed = self.form.cleaned_data["disputed"]
        samples = self.selection.samples(caller(self.request)).for_showing()
        if disputed:
            samples = samples.filter(word__in=DISPUTES) if disputed == "true" else samples.exclude(word__in=DISPUTES)
        return samples

    @property
    def selection(self) -> Selection:
        given = {name: str(value) for name, value in self.form.cleaned_data.items() if value is not None}
        return Selection(**{name: value for name, value in given.items() if value and name != "disputed"})


class QueueOrder(NewestFirst):
    """By the place in the queue, which a cursor keeps while the sample that had it moves on."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size = self.get_page_size(request)
        self._here = request.build_absolute_uri()
        place, back = _read(request.query_params.get("cursor"))
        if place:
            queryset = queryset.queued_before(place) if back else queryset.queued_after(place)
        rows = list(queryset[: size + 1])
        self.page = rows[:size][::-1] if back else rows[:size]
        self._more, self._back = len(rows) > size, back
        self._started = place is not None
        return self.page

    def get_next_link(self) -> str | None:
        return self._link(self.page[-1], back=False) if self.page and (self._more or self._back) else None

    def get_previous_link(self) -> str | None:
        more = self._more if self._back else self._started
        return self._link(self.page[0], back=True) if self.page and more else None

    def _link(self, sample: Sample, *, back: bool) -> str:
        rank, changed_at, id = sample.place
        cursor = json.dumps([back, rank, changed_at.isoformat(), str(id)]).encode()
        return replace_query_param(self._here, "cursor", base64.urlsafe_b64encode(cursor).decode())


def _read(cursor: str | None) -> tuple[Place | None, bool]:
    """Raises ValidationError."""
    if cursor is None:
        return None, False
    try:
        back, rank, changed_at, id = json.loads(base64.urlsafe_b64decode(cursor))
        return Place(float(rank), datetime.fromisoformat(changed_at).astimezone(UTC), uuid.UUID(id)), bool(back)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ValidationError({"cursor": [BAD_CURSOR]}) from error


class ReviewQueue(generics.ListAPIView[Sample]):
    """For reviewers: people's own "wrong" first, then by suspicion. Without `state`, what nobody stands by yet.

    Where several opinions decide, not what you gave yours on; ties are left to maintainers.
    """

    serializer_class = QueuedOutput
    filterset_class = SampleFilter
    pagination_class = QueueOrder
    queryset = Sample.objects.none()

    def get_queryset(self) -> Any:
        policy.require_reviewer(caller(self.request))
        return Sample.objects.all()


class NextInput(serializers.Serializer[Any]):
    after = serializers.UUIDField(required=False, help_text="A sample that you pass over: the next is what follows it.")


@extend_schema(
    request=None,
    parameters=[NextInput],
    filters=True,
    responses={200: QueuedOutput, 204: None, **dict.fromkeys((400, 401, 403), ErrorAnswer)},
)
class ReviewNext(generics.GenericAPIView[Sample]):
    scope = "review"
    serializer_class = QueuedOutput
    filterset_class = SampleFilter
    pagination_class = None
    queryset = Sample.objects.none()

    def post(self, request: Request) -> Response:
        """Be given the first sample of the queue that nobody else was given; the filters are those of the queue.

        It is yours for two minutes, or until you judge it: asking again gives the same one. 204 where there is none.
        """
        policy.require_reviewer(caller(request))
        queue: Any = self.filter_queryset(self.get_queryset())
        found = give_next(by=caller(request), among=queue, after=_passed(request), may_try=_is_plain(request))
        return Response(QueuedOutput(found).data) if found else Response(status=status.HTTP_204_NO_CONTENT)


def _passed(request: Request) -> Place | None:
    """The place of the sample that is passed over, if one is; what is not there is passed over anyway."""
    serializer = NextInput(data=request.query_params.dict())
    serializer.is_valid(raise_exception=True)
    passed = Sample.objects.in_queue_order().filter(pk=serializer.validated_data.get("after")).first()
    return Question.objects.seen_by(caller(request), passed).place if passed else None


def _is_plain(request: Request) -> bool:
    """Whether anything but the classifier is chosen."""
    return not set(request.query_params) - {"after", "classifier"}


class ChosenInput(Input):
    id = serializers.UUIDField()
    seen = Text(required=False, max_length=200, default=None, help_text=SEEN)
    label = Text(required=False, max_length=100, default="", help_text="Of this one alone.")  # type: ignore[assignment]


class ReviewBatchInput(Input):
    """One verdict on many samples; those that have changed since you looked are left as they are and listed as stale."""

    samples = serializers.ListField(child=ChosenInput(), min_length=1, max_length=MOST_AT_ONCE)
    verdict = serializers.ChoiceField(GIVEN)
    label = Text(required=False, max_length=100, default="")  # type: ignore[assignment]
    reason = Text(required=False, max_length=LONGEST_REASON, default="", allow_blank=True)


class RefusedOutput(serializers.Serializer[Any]):
    sample = serializers.UUIDField()
    message = serializers.CharField()


class ReviewBatchOutput(serializers.Serializer[Any]):
    together = serializers.UUIDField(help_text="Takes all of it back: POST review/batch/<together>/undo/")
    reviews = ReviewOutput(many=True)
    stale = SampleOutput(many=True, help_text="As they are now")
    refused = RefusedOutput(many=True)


class ReviewUndoOutput(serializers.Serializer[Any]):
    reviews = ReviewOutput(many=True, help_text="What took them back")
    left = ReviewOutput(many=True, help_text="Those judged again since, which stay")


class ReviewBatch(Idempotent):
    scope = "review"

    @extend_schema(request=ReviewBatchInput, parameters=[IDEMPOTENCY_KEY], responses={201: ReviewBatchOutput, 409: ErrorAnswer})
    def post(self, request: Request) -> Response:
        """Judge up to 200 samples at once. Samples that are not there to be judged are left out."""
        serializer = ReviewBatchInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = serializer.validated_data
        judgements = [
            Judgement(one["id"], fields["verdict"], one["label"] or fields["label"], one["seen"]) for one in fields["samples"]
        ]
        judged = review_images(by=caller(request), judgements=judgements, reason=fields["reason"])
        return Response(_outcome(request, judged), status.HTTP_201_CREATED)


class ReviewBatchUndo(Idempotent):
    scope = "review"

    @extend_schema(
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: ReviewUndoOutput, **dict.fromkeys((401, 403, 404, 409), ErrorAnswer)},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take back all that was said in one go, but what was judged again since."""
        undone, left = undo_reviews(by=caller(request), together=id)
        return Response({"reviews": _shown(request, undone), "left": _shown(request, left)}, status.HTTP_201_CREATED)


def _outcome(request: Request, judged: Judged) -> dict[str, Any]:
    return {
        "together": judged.together,
        "reviews": _shown(request, judged.reviews),
        "stale": SampleOutput(judged.stale, many=True).data,
        "refused": [{"sample": sample.pk, "message": why} for sample, why in judged.refused],
    }


def _shown(request: Request, reviews: list[Review]) -> Any:
    rows = Review.objects.for_showing().in_bulk([review.pk for review in reviews])
    listed = [rows[review.pk] for review in reviews]
    return ReviewOutput(listed, many=True, context={"viewer": caller(request)}).data
