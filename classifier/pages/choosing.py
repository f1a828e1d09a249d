"""The filters of the history, as a form: named and meant as those of `GET /api/v1/predictions/`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.http import urlencode

from classifier.models import Status
from classifier.models.selections import HistorySelection
from classifier.pages.reviewing import SOURCES

EITHER = ("", "any")
STATUSES = {Status.SUCCEEDED: "answered", Status.QUEUED: "waiting", Status.RUNNING: "being looked at", Status.FAILED: "failed"}
ALWAYS_SHOWN = ("classifier", "label", "status")
RENAMED = {"from": "since", "to": "until"}
TRUTH = {"true": True, "false": False}


def _probability(label: str) -> forms.FloatField:
    """Of the best guess."""
    widget = forms.NumberInput({"step": "any", "inputmode": "decimal", "placeholder": "0 to 1"})
    return forms.FloatField(label=label, min_value=0, max_value=1, widget=widget)


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, input_formats=["%Y-%m-%d"], widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))


class HistoryChoice(forms.Form):
    """What is wrong is told and selects nothing out."""

    classifier = forms.ChoiceField(label="Asked")
    label = forms.CharField(
        label="Answer", max_length=100, widget=forms.TextInput({"size": 12, "autocomplete": "off", "autocapitalize": "none"})
    )
    status = forms.ChoiceField(choices=[EITHER, *STATUSES.items()])
    source = forms.ChoiceField(label="Came by", choices=[EITHER, *((name, name) for name in SOURCES)])
    corrected = forms.ChoiceField(choices=[EITHER, ("true", "yes"), ("false", "no")])
    min_probability = _probability("Probability from")
    max_probability = _probability("Probability to")

    def __init__(self, given: QueryDict, slugs: Sequence[str]) -> None:
        super().__init__(given, use_required_attribute=False)
        choice: Any = self.fields["classifier"]
        choice.choices = [EITHER, *((slug, slug) for slug in slugs)]
        for field in self.fields.values():
            field.required = False

    def clean(self) -> None:
        for low, high in (("from", "to"), ("min_probability", "max_probability")):
            least, most = self.cleaned_data.get(low), self.cleaned_data.get(high)
            if least is not None and most is not None and least > most:
                self.add_error(high, f"Nothing is from {least} to {most}: change one of them.")

    def selection(self) -> HistorySelection:
        fields = {RENAMED.get(name, name): value for name, value in self._given().items()}
        return HistorySelection(**{**fields, "corrected": TRUTH.get(fields.get("corrected", ""))})

    def query(self) -> str:
        """What is chosen, for an address; nothing where nothing is."""
        return urlencode({name: self.data[name] for name in self._given()})

    def first(self) -> list[BoundField]:
        return [self[name] for name in ALWAYS_SHOWN]

    def more(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name not in ALWAYS_SHOWN]

    def more_is_chosen(self) -> bool:
        return any(field.data or field.errors for field in self.more())

    def _given(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


HistoryChoice.base_fields["from"] = _day("From")
HistoryChoice.base_fields["to"] = _day("Through")
