"""In what form an answer comes: by the `Accept` header, or by `?format=`."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer

FORMAT = "format"


class AsTable(BaseRenderer):
    """Stands for CSV among a list's forms; `classifier.api.lists` writes it row by row."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class AsLines(BaseRenderer):
    """Stands for JSON lines."""

    media_type = "application/x-ndjson"
    format = "jsonl"
    charset = "utf-8"


class AsPicture(BaseRenderer):
    """Lets a caller who accepts nothing but pictures have one; the view makes it."""

    media_type = "image/*"
    format = "picture"
    charset = None


class Negotiation(DefaultContentNegotiation):
    """A form that an address does not have is a 406, by `Accept`, or a 400, by `format`."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        if request.query_params.get(FORMAT) == "":
            self.filter_renderers(renderers, "")
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable as error:
            forms = ", ".join(renderer.media_type for renderer in renderers)
            raise NotAcceptable(f"This address answers with {forms}. Accept one of them, or */*.") from error

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        chosen = [renderer for renderer in renderers if renderer.format == format]
        if not chosen:
            forms = ", ".join(renderer.format for renderer in renderers)
            raise ValidationError({"format": [f"There is no form {format!r} of this. Choose from {forms}."]})
        return chosen


def errors_as_json(request: Any) -> None:
    """However the answer was to look: what goes wrong comes in the one shape."""
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
