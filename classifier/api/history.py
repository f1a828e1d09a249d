"""What `GET /api/v1/predictions/` filters by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import extend_schema_field

from classifier.api.lists import Filters
from classifier.models import Prediction, Status
from classifier.models.selections import HistorySelection

NO_TIME = "Enter a valid date/time, of the years 1 to 9999."
RENAMED = {"from": "since", "to": "until"}


class MomentField(IsoDateTimeField):
    """A time, or a day."""

    def to_python(self, value: Any) -> Any:
        try:
            day = parse_date(value or "")
        except ValueError:
            day = None
        return day or _in_utc(super().to_python(value))


def _in_utc(moment: datetime | None) -> datetime | None:
    """Raises ValidationError where no clock in UTC shows it, as in the first hours of the first year of an eastern zone."""
    try:
        return moment and moment.astimezone(UTC)
    except OverflowError as error:
        raise ValidationError(NO_TIME, code="invalid") from error


@extend_schema_field({"anyOf": [{"type": "string", "format": name} for name in ("date-time", "date")]})
class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class PredictionFilter(Filters):
    classifier = django_filters.CharFilter()
    label = django_filters.CharFilter(help_text="The best guess, by its name of today or of then.")
    status = django_filters.ChoiceFilter(choices=Status.choices)
    source = django_filters.CharFilter(help_text="How the image came: canvas, upload, archive, url, base64, …")
    min_probability = django_filters.NumberFilter(help_text="Of the best guess, 0 to 1.")
    max_probability = django_filters.NumberFilter()
    corrected = django_filters.ChoiceFilter(
        choices=[("true", "true"), ("false", "false")], help_text="Whether somebody says that it is something else."
    )

    class Meta:
        model = Prediction
        fields: ClassVar[list[str]] = []

    def filter_queryset(self, queryset: Any) -> Any:
        given = {RENAMED.get(name, name): value for name, value in self.form.cleaned_data.items() if value not in (None, "")}
        if "corrected" in given:
            given["corrected"] = given["corrected"] == "true"
        return HistorySelection(**given).among(queryset)


PredictionFilter.base_filters["from"] = MomentFilter(help_text="Asked then or later.")
PredictionFilter.base_filters["to"] = MomentFilter(help_text="Asked then or earlier; a day is meant to its end.")
