"""`/api/v1/classifiers/`: what can be asked about."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.change_classifier import change_classifier
from classifier.actions.create_classifier import create_classifier
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Listing
from classifier.models import Classifier, ModelVersion
from classifier.models.classifiers import MOST_KNOWN, MOST_OPINIONS

WAITING = "Those that the live version does not know: nothing is answered so before the next training run."


class ClassifierOutput(serializers.ModelSerializer[Classifier]):
    class Meta:
        model = Classifier
        fields = ("slug", "title", "kind", "created_at")


class ClassifierDetailOutput(ClassifierOutput):
    labels = serializers.SerializerMethodField()
    waiting_labels = serializers.SerializerMethodField()

    class Meta(ClassifierOutput.Meta):
        fields = (*ClassifierOutput.Meta.fields, "opinions", "known_share", "labels", "waiting_labels")  # type: ignore[assignment]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_labels(self, classifier: Classifier) -> list[str]:
        return [label.name for label in classifier.labels.all()]

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), help_text=WAITING))
    def get_waiting_labels(self, classifier: Classifier) -> list[str]:
        return ModelVersion.objects.waiting_labels(classifier)


class ClassifierInput(Input):
    slug = Text(help_text="Its name in addresses: letters, digits, - and _.")
    title = Text()
    kind = Text(help_text="drawing or photo")
    labels = serializers.ListField(child=Text(), help_text="What it can say, 2 to 1,000, each once.")


class ReviewingInput(Input):
    """How its pictures are reviewed; what is left out stays."""

    opinions = serializers.IntegerField(required=False, help_text=f"So many decide a sample together, 1 to {MOST_OPINIONS}.")
    known_share = serializers.IntegerField(
        required=False,
        help_text=f"Percent of what is given one after another that is known, to try reviewers: 0 to {MOST_KNOWN}.",
    )


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
    scope = "train"

    @extend_schema(responses={200: ClassifierDetailOutput, 401: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, slug: str) -> Response:
        """One classifier with its labels, in their order."""
        return Response(ClassifierDetailOutput(get_object_or_404(Classifier, slug=slug)).data)

    @extend_schema(
        request=ReviewingInput,
        responses={200: ClassifierDetailOutput, **dict.fromkeys((400, 401, 403, 404), ErrorAnswer)},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """For maintainers: how many reviewers' opinions decide a sample, and how often they are tried with known answers."""
        serializer = ReviewingInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        found = get_object_or_404(Classifier, slug=slug)
        change_classifier(by=caller(request), classifier=found, **serializer.validated_data)
        return Response(ClassifierDetailOutput(found).data)
