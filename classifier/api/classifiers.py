"""`/api/v1/classifiers/`: what can be asked about, and the labels to choose from."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.create_classifier import create_classifier
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Filters, Listing
from classifier.api.pagination import NewestFirst
from classifier.models import Classifier, Label


class ClassifierOutput(serializers.ModelSerializer[Classifier]):
    class Meta:
        model = Classifier
        fields = ("slug", "title", "kind", "created_at")


class ClassifierDetailOutput(ClassifierOutput):
    labels = serializers.SerializerMethodField()

    class Meta(ClassifierOutput.Meta):
        fields = (*ClassifierOutput.Meta.fields, "labels")  # type: ignore[assignment]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_labels(self, classifier: Classifier) -> list[str]:
        return [label.name for label in classifier.labels.all()]


class ClassifierInput(Input):
    slug = Text(help_text="Its name in addresses: letters, digits, - and _.")
    title = Text()
    kind = Text(help_text="drawing or photo")
    labels = serializers.ListField(child=Text(), help_text="What it can say, 2 to 1,000, each once.")


class LabelOutput(serializers.ModelSerializer[Label]):
    class Meta:
        model = Label
        fields = ("position", "name")


class InOrder(NewestFirst):
    """As the classifier's networks number them."""

    ordering = "position"


class ClassifierList(Idempotent, Listing[Classifier]):
    """The classifiers, newest first."""

    scope = "train"
    serializer_class = ClassifierOutput
    filter_backends = ()
    queryset = Classifier.objects.all()

    @extend_schema(
        request=ClassifierInput,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: ClassifierDetailOutput, **dict.fromkeys((400, 401, 403, 409), ErrorAnswer)},
    )
    def post(self, request: Request) -> Response:
        """Name a new problem and its labels, for maintainers. It answers once pictures were added, and a version promoted."""
        serializer = ClassifierInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = create_classifier(by=caller(request), **serializer.validated_data)
        return Response(ClassifierDetailOutput(made).data, status.HTTP_201_CREATED)


class ClassifierDetail(APIView):
    @extend_schema(responses={200: ClassifierDetailOutput, 401: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, slug: str) -> Response:
        """One classifier with its labels, in the order in which its networks number them."""
        return Response(ClassifierDetailOutput(get_object_or_404(Classifier, slug=slug)).data)


class LabelFilter(Filters):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", help_text="A part of the name, in any case.")

    class Meta:
        model = Label
        fields: ClassVar[list[str]] = []


class ClassifierLabels(Listing[Label]):
    """A classifier's labels, those with `q` in their name."""

    serializer_class = LabelOutput
    pagination_class = InOrder
    filterset_class = LabelFilter
    queryset = Label.objects.none()

    def get_queryset(self) -> Any:
        return get_object_or_404(Classifier, slug=self.kwargs["slug"]).labels.all()
