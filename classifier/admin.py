"""The administrator's view on every row."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from classifier.models import (
    ApiToken,
    Batch,
    BatchFile,
    Classifier,
    Delivery,
    Explanation,
    Fetch,
    Image,
    KeyedCall,
    Label,
    LabelChange,
    ModelVersion,
    Prediction,
    Promotion,
    Question,
    Review,
    Sample,
    ShadowAnswer,
    TrainingRun,
    TrainingSet,
    Unpacking,
    User,
    Webhook,
    Worker,
)

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

admin.site.site_header = admin.site.site_title = "Doodle Site"


class Untouchable:
    """Rows that the site writes and people only read or delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class Recorded(Untouchable):
    """Rows that not even an administrator deletes, but with the image or the classifier that they are about."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        kept_here = (reverse(f"admin:classifier_{name}_changelist") for name in ("sample", "review", "label", "labelchange"))
        return not request.path.startswith(tuple(kept_here))


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    list_display = ("username", "email", "is_active", "is_staff", "date_joined", "last_login")
    ordering = ("-date_joined",)


@admin.register(ApiToken)
class ApiTokenAdmin(Untouchable, admin.ModelAdmin[ApiToken]):
    list_display = ("name", "user", "scopes", "created_at", "expires_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "scopes", "created_at", "expires_at", "last_used_at")


@admin.register(Classifier)
class ClassifierAdmin(admin.ModelAdmin[Classifier]):
    list_display = ("slug", "title", "kind", "opinions", "known_share", "created_at")
    search_fields = ("slug", "title")


@admin.register(Label)
class LabelAdmin(Recorded, admin.ModelAdmin[Label]):
    list_display = ("name", "classifier", "position", "became")
    list_filter = ("classifier",)
    search_fields = ("name",)
    list_select_related = ("classifier", "became")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Label]:
        return Label.every.all()


@admin.register(LabelChange)
class LabelChangeAdmin(Recorded, admin.ModelAdmin[LabelChange]):
    list_display = ("created_at", "classifier", "kind", "old", "new", "samples", "by")
    list_filter = ("kind", "classifier")
    list_select_related = ("classifier", "by")
    search_fields = ("old", "new")
    date_hierarchy = "created_at"


@admin.register(Image)
class ImageAdmin(Untouchable, admin.ModelAdmin[Image]):
    list_display = ("id", "thumbnail", "owner", "source", "width", "height", "created_at")
    list_filter = ("source", "created_at")
    list_select_related = ("owner",)
    search_fields = ("id", "sha256", "owner__username")
    date_hierarchy = "created_at"
    fields = ("id", "thumbnail", "owner", "visitor", "source", "width", "height", "content_type", "sha256", "created_at")

    @admin.display(description="picture")
    def thumbnail(self, image: Image) -> SafeString | str:
        if not image.width:
            return ""
        content = base64.b64encode(image.picture).decode()
        return format_html('<img src="data:{};base64,{}" alt="" height="64">', image.content_type, content)

    def delete_model(self, request: HttpRequest, obj: Image) -> None:
        obj.discard()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> None:
        for image in queryset:
            image.discard()


@admin.register(ModelVersion)
class ModelVersionAdmin(Untouchable, admin.ModelAdmin[ModelVersion]):
    list_display = ("__str__", "stage", "bundled", "accuracy", "created_at", "promoted_at")
    list_filter = ("classifier", "stage", "bundled")
    list_select_related = ("classifier",)

    @admin.display(description="validation accuracy")
    def accuracy(self, version: ModelVersion) -> str:
        return str(version.card.get("metrics", {}).get("validation", {}).get("accuracy", ""))


@admin.register(ShadowAnswer)
class ShadowAnswerAdmin(Untouchable, admin.ModelAdmin[ShadowAnswer]):
    list_display = ("prediction", "version", "label", "probability", "differs", "created_at")
    list_filter = ("differs", "version__classifier")
    list_select_related = ("prediction", "version__classifier")
    search_fields = ("prediction__id", "label")
    date_hierarchy = "created_at"


@admin.register(Prediction)
class PredictionAdmin(Untouchable, admin.ModelAdmin[Prediction]):
    list_display = ("id", "status", "label", "probability", "unsure", "asked_by", "model_version", "attempt", "created_at")
    list_filter = ("status", "classifier", "unsure", "created_at", "error_code")
    list_select_related = ("asked_by", "model_version__classifier")
    search_fields = ("id", "label", "asked_by__username")
    date_hierarchy = "created_at"


@admin.register(Sample)
class SampleAdmin(Recorded, admin.ModelAdmin[Sample]):
    list_display = (
        "id", "classifier", "state", "label", "word", "word_label", "suspicion", "suggestion", "opinions", "events", "changed_at",
    )  # fmt: skip
    list_filter = ("state", "word", "judged", "tied", "known", "classifier")
    list_select_related = ("classifier", "label", "word_label", "suggestion")
    search_fields = ("id", "image__id", "label__name", "word_label__name")
    date_hierarchy = "changed_at"


@admin.register(Review)
class ReviewAdmin(Recorded, admin.ModelAdmin[Review]):
    list_display = (
        "id", "verdict", "label", "by", "own", "decides", "one_of", "checks", "old_state", "new_state", "reason", "created_at",
    )  # fmt: skip
    list_filter = ("verdict", "own", "decides", "one_of", "checks", "sample__classifier")
    list_select_related = ("label", "by")
    search_fields = ("id", "sample__image__id", "label__name", "by__username", "reason")
    date_hierarchy = "created_at"


@admin.register(Explanation)
class ExplanationAdmin(Untouchable, admin.ModelAdmin[Explanation]):
    list_display = ("prediction", "label", "status", "attempt", "asked_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("prediction",)
    search_fields = ("prediction__id", "label")
    exclude = ("nearest", "of_label", "of_rival")


@admin.register(Question)
class QuestionAdmin(Untouchable, admin.ModelAdmin[Question]):
    list_display = ("sample", "reviewer", "asked_at")
    list_filter = ("sample__classifier",)
    list_select_related = ("reviewer", "sample__label")
    search_fields = ("sample__id", "reviewer__username")


@admin.register(Fetch)
class FetchAdmin(Untouchable, admin.ModelAdmin[Fetch]):
    list_display = ("prediction", "url", "attempt", "lease_until", "settled_at")
    list_select_related = ("prediction",)
    search_fields = ("prediction__id", "url")


@admin.register(Batch)
class BatchAdmin(Untouchable, admin.ModelAdmin[Batch]):
    list_display = ("id", "owner", "created_at")
    list_select_related = ("owner",)
    search_fields = ("id", "owner__username")
    date_hierarchy = "created_at"


@admin.register(BatchFile)
class BatchFileAdmin(Untouchable, admin.ModelAdmin[BatchFile]):
    list_display = ("name", "batch", "place", "prediction", "refusal")
    list_select_related = ("batch", "prediction")
    search_fields = ("name",)


@admin.register(KeyedCall)
class KeyedCallAdmin(Untouchable, admin.ModelAdmin[KeyedCall]):
    list_display = ("key", "user", "status", "created_at")
    search_fields = ("key",)


@admin.register(Worker)
class WorkerAdmin(Untouchable, admin.ModelAdmin[Worker]):
    list_display = ("name", "started_at", "seen_at")


@admin.register(TrainingSet)
class TrainingSetAdmin(Untouchable, admin.ModelAdmin[TrainingSet]):
    list_display = ("__str__", "classifier", "split_by", "created_at")
    list_filter = ("classifier", "split_by")
    list_select_related = ("classifier",)
    search_fields = ("sha256",)


@admin.register(TrainingRun)
class TrainingRunAdmin(Untouchable, admin.ModelAdmin[TrainingRun]):
    list_display = ("id", "classifier", "recipe", "status", "progress", "requested_by", "model_version", "attempt", "created_at")
    list_filter = ("status", "classifier", "recipe")
    list_select_related = ("classifier", "requested_by", "model_version__classifier")
    search_fields = ("id", "requested_by__username")
    date_hierarchy = "created_at"


@admin.register(Promotion)
class PromotionAdmin(Recorded, admin.ModelAdmin[Promotion]):
    list_display = ("id", "version", "replaced", "by", "rolls_back", "note", "created_at")
    list_filter = ("rolls_back", "version__classifier")
    list_select_related = ("version__classifier", "replaced__classifier", "by")
    date_hierarchy = "created_at"


@admin.register(Webhook)
class WebhookAdmin(Untouchable, admin.ModelAdmin[Webhook]):
    list_display = ("url", "owner", "events", "disabled_because", "created_at")
    list_select_related = ("owner",)
    search_fields = ("url", "owner__username")
    fields = ("url", "owner", "events", "disabled_because", "created_at")


@admin.register(Delivery)
class DeliveryAdmin(Untouchable, admin.ModelAdmin[Delivery]):
    list_display = ("webhook", "event", "status", "attempt", "last_status", "next_at", "created_at")
    list_select_related = ("webhook",)
    list_filter = ("status", "event")
    search_fields = ("webhook__url",)


@admin.register(Unpacking)
class UnpackingAdmin(Untouchable, admin.ModelAdmin[Unpacking]):
    list_display = ("batch", "total", "next_place", "attempt", "problem", "worked_at", "settled_at")
    list_select_related = ("batch",)
    search_fields = ("batch__owner__username",)
    fields = ("batch", "classifier", "total", "next_place", "attempt", "crashes", "problem", "worked_at", "settled_at")
