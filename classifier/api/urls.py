from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from classifier.api import schema  # noqa: F401  describes how callers sign in
from classifier.api.batches import PredictionBatch
from classifier.api.classifiers import ClassifierDetail, ClassifierLabels, ClassifierList
from classifier.api.images import ImageDetail, ImageFile, ImageSeen
from classifier.api.jobs import PredictionCancel, PredictionRetry
from classifier.api.people import UserList
from classifier.api.predictions import PredictionDetail, PredictionList
from classifier.api.reviews import ImageReviews, ReviewQueue, ReviewUndo
from classifier.api.tokens import TokenDetail, TokenList

app_name = "api"

PUBLIC = {"permission_classes": (AllowAny,), "authentication_classes": ()}

version_1 = [
    path("users/", UserList.as_view(), name="user-list"),
    path("tokens/", TokenList.as_view(), name="token-list"),
    path("tokens/<uuid:id>/", TokenDetail.as_view(), name="token-detail"),
    path("predictions/", PredictionList.as_view(), name="prediction-list"),
    path("predictions/batch/", PredictionBatch.as_view(), name="prediction-batch"),
    path("predictions/<uuid:id>/", PredictionDetail.as_view(), name="prediction-detail"),
    path("predictions/<uuid:id>/cancel/", PredictionCancel.as_view(), name="prediction-cancel"),
    path("predictions/<uuid:id>/retry/", PredictionRetry.as_view(), name="prediction-retry"),
    path("images/<uuid:id>/", ImageDetail.as_view(), name="image-detail"),
    path("images/<uuid:id>/file/", ImageFile.as_view(), name="image-file"),
    path("images/<uuid:id>/seen/", ImageSeen.as_view(), name="image-seen"),
    path("images/<uuid:id>/reviews/", ImageReviews.as_view(), name="image-reviews"),
    path("reviews/<uuid:id>/undo/", ReviewUndo.as_view(), name="review-undo"),
    path("review/queue/", ReviewQueue.as_view(), name="review-queue"),
    path("classifiers/", ClassifierList.as_view(), name="classifier-list"),
    path("classifiers/<slug:slug>/", ClassifierDetail.as_view(), name="classifier-detail"),
    path("classifiers/<slug:slug>/labels/", ClassifierLabels.as_view(), name="classifier-labels"),
    path("schema/", SpectacularAPIView.as_view(**PUBLIC), name="schema"),
]

urlpatterns = [
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema", **PUBLIC), name="docs"),
    path("v1/", include(version_1)),
]
