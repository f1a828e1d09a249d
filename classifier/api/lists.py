"""What every list offers: a page by cursor, only some fields, and all of it as CSV or JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import django_filters
from django.db.models import Model
from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework import generics, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from classifier.api import tables
from classifier.api.negotiation import AsLines, AsTable, errors_as_json
from classifier.api.pagination import NewestFirst

FETCHED_AT_ONCE = 500
READING = ("GET", "HEAD")
EMPTY = "Give a value, or leave `{}` out."
Row = TypeVar("Row", bound=Model)


class Filters(django_filters.FilterSet):
    """Filters that take no empty value for all values: a program that sends one has lost it on the way."""

    def is_valid(self) -> bool:
        valid: bool = super().is_valid()
        for name in self.filters:
            if self.form.data.get(name) == "":
                self.form.add_error(name, EMPTY.format(name))
                valid = False
        return valid


class Listing(generics.ListAPIView[Row]):
    """A list; `?fields=` keeps the named fields only.

    As CSV or JSON lines it comes whole, not a page of it, and is written while it is read: it may be of any length.
    """

    def get_renderers(self) -> Any:
        """Only what is listed comes in several forms."""
        return [JSONRenderer(), *([AsTable(), AsLines()] if self._reads() else [])]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        if request.accepted_renderer.format == JSONRenderer.format:
            return super().list(request, *args, **kwargs)
        return self._streamed(request)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        serializer = super().get_serializer(*args, **kwargs)
        if (child := getattr(serializer, "child", None)) and self._reads():
            _keep_only(child, self.request.query_params.get("fields"))
        return serializer

    def handle_exception(self, exc: Exception) -> Response:
        errors_as_json(self.request)
        return super().handle_exception(exc)

    def _reads(self) -> bool:
        """The description of the API is written without a request."""
        return bool(self.request and self.request.method in READING)

    def _streamed(self, request: Request) -> HttpResponseBase:
        child = self.get_serializer([], many=True).child
        rows = map(child.to_representation, self._in_order(request).iterator(chunk_size=FETCHED_AT_ONCE))
        if request.accepted_renderer.format == AsTable.format:
            return _attachment(request, tables.written(rows, list(tables.columns(child))))
        return _attachment(request, _json_lines(rows))

    def _in_order(self, request: Request) -> Any:
        """All that is found, as the pages have it. A page's size says nothing here, but is none that cannot be."""
        found, paginator = self.filter_queryset(self.get_queryset()), self.paginator
        if not isinstance(paginator, NewestFirst):
            return found
        paginator.get_page_size(request)
        return found.order_by(*paginator.get_ordering(request, found, self))


def _attachment(request: Request, lines: Iterator[str] | Iterator[bytes]) -> HttpResponseBase:
    form = request.accepted_renderer
    name = request.resolver_match.url_name if request.resolver_match else "list"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form.format}"', "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(lines, content_type=f"{form.media_type}; charset=utf-8", headers=headers)


def _keep_only(serializer: serializers.Serializer[Any], wanted: str | None) -> None:
    """Raises ValidationError where there is no such field."""
    if wanted is None:
        return
    names = {name.strip() for name in wanted.split(",")}
    if unknown := sorted(names - set(serializer.fields)):
        known = ", ".join(serializer.fields)
        raise serializers.ValidationError({"fields": [f"There is no field {unknown[0]!r}. Choose from {known}."]})
    for name in set(serializer.fields) - names:
        serializer.fields.pop(name)


def _json_lines(rows: Iterable[Any]) -> Iterator[bytes]:
    renderer = JSONRenderer()
    for row in rows:
        yield renderer.render(row) + b"\n"
