"""`/api/v1/classifiers/<slug>/labels/`: what can be chosen, and how that changes.

A label stands in an address percent-encoded whole, its slashes too: `labels/b%26w%2Fgrey/`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier import policy
from classifier.actions.add_label import add_label
from classifier.actions.merge_labels import merge_labels
from classifier.actions.rename_label import rename_label
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Filters, Listing
from classifier.api.pagination import NewestFirst
from classifier.models import Classifier, Label, LabelChange

NAME = OpenApiParameter(
    "name", str, OpenApiParameter.PATH, description="The label, percent-encoded whole: a slash in it is `%2F`, a space `%20`."
)
REFUSALS = dict.fromkeys((400, 401, 403, 404), ErrorAnswer)


class LabelOutput(serializers.ModelSerializer[Label]):
    position = serializers.IntegerField(
        min_value=0, help_text="Its place among the labels; where one was merged away, none has its number."
    )

    class Meta:
        model = Label
        fields = ("position", "name")


class LabelInput(Input):
    name = Text(help_text="1 to 100 characters, on one line. None that another label of the classifier has, or had.")


class MergeInput(Input):
    into = Text(help_text="The label that all of them have then.")


class LabelChangeOutput(serializers.ModelSerializer[LabelChange]):
    kind = serializers.CharField(help_text="added, renamed or merged")
    old = serializers.CharField(help_text="The name that is no choice any more, empty for a label that was added.")
    by = serializers.SerializerMethodField()

    class Meta:
        model = LabelChange
        fields = ("id", "kind", "old", "new", "samples", "by", "created_at")

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="Shown to those who may change the labels, too."))
    def get_by(self, change: LabelChange) -> str | None:
        return change.by.username if change.by and self.context["named"] else None


class LabelFilter(Filters):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", help_text="A part of the name, in any case.")

    class Meta:
        model = Label
        fields: ClassVar[list[str]] = []


class InOrder(NewestFirst):
    ordering = "position"


class ClassifierLabels(Idempotent, Listing[Label]):
    """A classifier's labels, those with `q` in their name."""

    scope = "train"
    serializer_class = LabelOutput
    pagination_class = InOrder
    filterset_class = LabelFilter
    queryset = Label.objects.none()

    def get_queryset(self) -> Any:
        return found(self.kwargs["slug"]).labels.all()

    @extend_schema(request=LabelInput, parameters=[IDEMPOTENCY_KEY], responses={201: LabelOutput, **REFUSALS, 409: ErrorAnswer})
    def post(self, request: Request, slug: str) -> Response:
        """Add one at the end, for maintainers and whoever made the classifier.

        It can be given to pictures at once. It is answered by the first version that is trained and promoted after that.
        """
        classifier = found(slug)
        change = add_label(by=caller(request), classifier=classifier, name=checked(LabelInput, request)["name"])
        return Response(LabelOutput(classifier.labels.get(name=change.new)).data, status.HTTP_201_CREATED)


class ClassifierLabel(APIView):
    scope = "train"

    @extend_schema(request=LabelInput, parameters=[NAME], responses={200: LabelOutput, **REFUSALS})
    def patch(self, request: Request, slug: str, name: str) -> Response:
        """Rename a label, for maintainers and whoever made the classifier. All that is labelled so has the new name.

        Versions that were trained before answer by the new name from now on. The old one goes on to mean this label: no other
        can be called so. Answers that were given keep it, and are found by either.
        """
        classifier, to = found(slug), checked(LabelInput, request)["name"]
        change = rename_label(by=caller(request), classifier=classifier, name=name, to=to)
        return Response(LabelOutput(classifier.labels.get(name=change.new)).data)


class ClassifierLabelMerge(Idempotent):
    scope = "train"

    @extend_schema(
        request=MergeInput,
        parameters=[NAME, IDEMPOTENCY_KEY],
        responses={200: LabelChangeOutput, **REFUSALS, 409: ErrorAnswer},
    )
    def post(self, request: Request, slug: str, name: str) -> Response:
        """Merge a label into another, for maintainers and whoever made the classifier. This cannot be undone.

        All that is labelled so is labelled `into` then; `samples` says how many those were. Versions that were trained before
        give the probabilities of both to `into`. Reviews stay as they were given.
        """
        classifier, into = found(slug), checked(MergeInput, request)["into"]
        change = merge_labels(by=caller(request), classifier=classifier, name=name, into=into)
        return Response(LabelChangeOutput(change, context={"named": True}).data)


class LabelChanges(Listing[LabelChange]):
    """How a classifier's labels changed, the last first."""

    serializer_class = LabelChangeOutput
    filter_backends = ()
    queryset = LabelChange.objects.none()

    def get_queryset(self) -> Any:
        return found(self.kwargs["slug"]).label_changes.for_showing()

    def get_serializer_context(self) -> dict[str, Any]:
        may = "slug" in self.kwargs and policy.may_train(self.request.user, found(self.kwargs["slug"]))
        return {**super().get_serializer_context(), "named": may}


def found(slug: str) -> Classifier:
    """Raises Http404."""
    return get_object_or_404(Classifier, slug=slug)


def checked(fields: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What was sent. Raises ValidationError."""
    serializer = fields(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
