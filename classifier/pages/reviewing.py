"""What the pages of a reviewer have in common: who may see them, and which samples their address chooses."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from classifier import policy
from classifier.models import Classifier, ModelVersion
from classifier.models.selections import STATES, WAITING, Selection
from classifier.models.verdicts import Reason
from classifier.pages.visitors import only_where

SOURCES = ("canvas", "upload", "archive", "url", "base64", "array", "import")
KEPT = {"source": 20, "version": 36, "min_probability": 10, "max_probability": 10}
reviewers_only = only_where(policy.require_reviewer)
maintainers_only = only_where(policy.require_maintainer)


def selection_of(query: QueryDict) -> Selection:
    """What the address says; what it says wrongly selects nothing out."""
    given = {one.name: query.get(one.name, "").replace("\0", "").strip()[: KEPT.get(one.name, 100)] for one in fields(Selection)}
    state = given.pop("state")
    return Selection(**given, state=state if state in STATES else WAITING)


def query_of(selection: Selection, **more: object) -> str:
    return urlencode({name: value for name, value in {**asdict(selection), **more}.items() if value})


def choices_for(selection: Selection) -> dict[str, Any]:
    """What partials/review_filters.html needs."""
    return {
        "selection": selection,
        "query": query_of(selection),
        "states": STATES,
        "reasons": Reason.choices,
        "sources": SOURCES,
        "classifiers": Classifier.objects.all(),
        "versions": _versions_of(selection.classifier) if selection.classifier else [],
    }


def _versions_of(slug: str) -> Iterable[ModelVersion]:
    return ModelVersion.objects.filter(classifier__slug=slug).select_related("classifier").defer("card")


def number_of(samples: int) -> str:
    return f"{samples:,} sample{'' if samples == 1 else 's'}"


def id_in(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
