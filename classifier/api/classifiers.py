"""`/api/v1/classifiers/`: what can be asked about, and the labels to choose from."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.api.errors import ErrorAnswer
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


class LabelOutput(serializers.ModelSerializer[Label]):
    class Meta:
        model = Label
        fields = ("position", "name")


class InOrder(NewestFirst):
    """As the classifier's networks number them."""

    ordering = "position"


class ClassifierList(generics.ListAPIView[Classifier]):
    """The classifiers, newest first."""

    serializer_class = ClassifierOutput
    filter_backends = ()
    queryset = Classifier.objects.all()


class ClassifierDetail(APIView):
    @extend_schema(responses={200: ClassifierDetailOutput, 401: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, slug: str) -> Response:
        """One classifier with its labels, in the order in which its networks number them."""
        return Response(ClassifierDetailOutput(get_object_or_404(Classifier, slug=slug)).data)


class LabelFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", help_text="A part of the name, in any case.")

    class Meta:
        model = Label
        fields: ClassVar[list[str]] = []


class ClassifierLabels(generics.ListAPIView[Label]):
    """A classifier's labels, those with `q` in their name."""

    serializer_class = LabelOutput
    pagination_class = InOrder
    filterset_class = LabelFilter
    queryset = Label.objects.none()

    def get_queryset(self) -> Any:
        return get_object_or_404(Classifier, slug=self.kwargs["slug"]).labels.all()
