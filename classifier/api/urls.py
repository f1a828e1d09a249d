from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from classifier.api import schema  # noqa: F401  describes how callers sign in
from classifier.api.batches import PredictionBatch
from classifier.api.images import ImageDetail, ImageFile, ImageSeen
from classifier.api.people import UserList
from classifier.api.predictions import PredictionDetail, PredictionList
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
    path("images/<uuid:id>/", ImageDetail.as_view(), name="image-detail"),
    path("images/<uuid:id>/file/", ImageFile.as_view(), name="image-file"),
    path("images/<uuid:id>/seen/", ImageSeen.as_view(), name="image-seen"),
    path("schema/", SpectacularAPIView.as_view(**PUBLIC), name="schema"),
]

urlpatterns = [
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema", **PUBLIC), name="docs"),
    path("v1/", include(version_1)),
]
