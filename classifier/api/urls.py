from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from classifier.api import schema  # noqa: F401  describes how callers sign in
from classifier.api.appointments import UserGroups
from classifier.api.batches import PredictionBatch
from classifier.api.bulk import BatchCancel, BatchDetail, BatchList, BatchResults
from classifier.api.classifiers import ClassifierDetail, ClassifierList
from classifier.api.dataset_health import ClassifierHealth
from classifier.api.events import BatchEvents, PredictionEvents, TrainingRunEvents
from classifier.api.explanations import ImageExplanation, ImageHeatmap
from classifier.api.exports import Export
from classifier.api.images import ImageDetail, ImageFile, ImageSeen
from classifier.api.imports import ClassifierImports
from classifier.api.jobs import PredictionCancel, PredictionRetry, PredictionsAgain
from classifier.api.known import ImageKnown
from classifier.api.labels import ClassifierLabel, ClassifierLabelMerge, ClassifierLabels, LabelChanges
from classifier.api.next_to_label import ClassifierNextToLabel
from classifier.api.people import UserList
from classifier.api.predictions import PredictionDetail, PredictionList
from classifier.api.queue import ReviewBatch, ReviewBatchUndo, ReviewNext, ReviewQueue
from classifier.api.reviewers import ReviewerFigures
from classifier.api.reviews import ImageReviews, ReviewUndo
from classifier.api.samples import ClassifierSamples
from classifier.api.shadows import VersionShadow, VersionUnshadow
from classifier.api.tokens import TokenDetail, TokenList
from classifier.api.training import TrainingRunCancel, TrainingRunDetail, TrainingRunList
from classifier.api.versions import (
    VersionComparison,
    VersionConfusion,
    VersionDetail,
    VersionList,
    VersionPromotion,
    VersionRollBack,
)
from classifier.api.webhooks import Redelivery, WebhookDeliveries, WebhookDetail, WebhookList, WebhookRotation

app_name = "api"

PUBLIC = {"permission_classes": (AllowAny,), "authentication_classes": ()}

version_1 = [
    path("users/", UserList.as_view(), name="user-list"),
    path("users/<str:username>/groups/", UserGroups.as_view(), name="user-groups"),
    path("tokens/", TokenList.as_view(), name="token-list"),
    path("tokens/<uuid:id>/", TokenDetail.as_view(), name="token-detail"),
    path("predictions/", PredictionList.as_view(), name="prediction-list"),
    path("predictions/batch/", PredictionBatch.as_view(), name="prediction-batch"),
    path("predictions/again/", PredictionsAgain.as_view(), name="predictions-again"),
    path("predictions/<uuid:id>/", PredictionDetail.as_view(), name="prediction-detail"),
    path("predictions/<uuid:id>/cancel/", PredictionCancel.as_view(), name="prediction-cancel"),
    path("predictions/<uuid:id>/retry/", PredictionRetry.as_view(), name="prediction-retry"),
    path("predictions/<uuid:id>/events/", PredictionEvents.as_view(), name="prediction-events"),
    path("batches/", BatchList.as_view(), name="batch-list"),
    path("batches/<uuid:id>/", BatchDetail.as_view(), name="batch-detail"),
    path("batches/<uuid:id>/results/", BatchResults.as_view(), name="batch-results"),
    path("batches/<uuid:id>/cancel/", BatchCancel.as_view(), name="batch-cancel"),
    path("batches/<uuid:id>/events/", BatchEvents.as_view(), name="batch-events"),
    path("training-runs/<uuid:id>/events/", TrainingRunEvents.as_view(), name="training-run-events"),
    path("images/<uuid:id>/", ImageDetail.as_view(), name="image-detail"),
    path("images/<uuid:id>/file/", ImageFile.as_view(), name="image-file"),
    path("images/<uuid:id>/seen/", ImageSeen.as_view(), name="image-seen"),
    path("images/<uuid:id>/heatmap/", ImageHeatmap.as_view(), name="image-heatmap"),
    path("images/<uuid:id>/explanation/", ImageExplanation.as_view(), name="image-explanation"),
    path("images/<uuid:id>/reviews/", ImageReviews.as_view(), name="image-reviews"),
    path("images/<uuid:id>/known/", ImageKnown.as_view(), name="image-known"),
    path("reviews/<uuid:id>/undo/", ReviewUndo.as_view(), name="review-undo"),
    path("review/queue/", ReviewQueue.as_view(), name="review-queue"),
    path("review/next/", ReviewNext.as_view(), name="review-next"),
    path("review/batch/", ReviewBatch.as_view(), name="review-batch"),
    path("review/batch/<uuid:id>/undo/", ReviewBatchUndo.as_view(), name="review-batch-undo"),
    path("review/reviewers/", ReviewerFigures.as_view(), name="review-reviewers"),
    path("export/", Export.as_view(), name="export"),
    path("classifiers/", ClassifierList.as_view(), name="classifier-list"),
    path("classifiers/<slug:slug>/", ClassifierDetail.as_view(), name="classifier-detail"),
    path("classifiers/<slug:slug>/health/", ClassifierHealth.as_view(), name="classifier-health"),
    path("classifiers/<slug:slug>/imports/", ClassifierImports.as_view(), name="classifier-imports"),
    path("classifiers/<slug:slug>/labels/", ClassifierLabels.as_view(), name="classifier-labels"),
    path("classifiers/<slug:slug>/labels/<path:name>/merge/", ClassifierLabelMerge.as_view(), name="classifier-label-merge"),
    path("classifiers/<slug:slug>/labels/<path:name>/", ClassifierLabel.as_view(), name="classifier-label"),
    path("classifiers/<slug:slug>/label-changes/", LabelChanges.as_view(), name="label-change-list"),
    path("classifiers/<slug:slug>/next-to-label/", ClassifierNextToLabel.as_view(), name="classifier-next-to-label"),
    path("classifiers/<slug:slug>/samples/", ClassifierSamples.as_view(), name="classifier-samples"),
    path("training-runs/", TrainingRunList.as_view(), name="training-run-list"),
    path("training-runs/<uuid:id>/", TrainingRunDetail.as_view(), name="training-run-detail"),
    path("training-runs/<uuid:id>/cancel/", TrainingRunCancel.as_view(), name="training-run-cancel"),
    path("model-versions/", VersionList.as_view(), name="model-version-list"),
    path("model-versions/<uuid:id>/", VersionDetail.as_view(), name="model-version-detail"),
    path("model-versions/<uuid:id>/comparison/", VersionComparison.as_view(), name="model-version-comparison"),
    path("model-versions/<uuid:id>/confusion/", VersionConfusion.as_view(), name="model-version-confusion"),
    path("model-versions/<uuid:id>/promote/", VersionPromotion.as_view(), name="model-version-promote"),
    path("model-versions/<uuid:id>/roll-back/", VersionRollBack.as_view(), name="model-version-roll-back"),
    path("model-versions/<uuid:id>/shadow/", VersionShadow.as_view(), name="model-version-shadow"),
    path("model-versions/<uuid:id>/unshadow/", VersionUnshadow.as_view(), name="model-version-unshadow"),
    path("webhooks/", WebhookList.as_view(), name="webhook-list"),
    path("webhooks/<uuid:id>/", WebhookDetail.as_view(), name="webhook-detail"),
    path("webhooks/<uuid:id>/rotate/", WebhookRotation.as_view(), name="webhook-rotate"),
    path("webhooks/<uuid:id>/deliveries/", WebhookDeliveries.as_view(), name="webhook-deliveries"),
    path("deliveries/<uuid:id>/redeliver/", Redelivery.as_view(), name="delivery-redeliver"),
    path("schema/", SpectacularAPIView.as_view(**PUBLIC), name="schema"),
]

urlpatterns = [
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema", **PUBLIC), name="docs"),
    path("v1/", include(version_1)),
]
