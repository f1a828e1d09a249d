"""Lists by cursor."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as BadValue
from django.db import DataError
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

BAD_CURSOR = "This cursor cannot be read. Take it from `next` or `previous` as it stands, or start without one."


class NewestFirst(CursorPagination):
    """Stable while rows are added: ids sort by time."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Raises ValidationError where the cursor or the page size cannot be."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, BadValue, DataError, OverflowError, TypeError, ValueError) as error:
            if "cursor" not in request.query_params:
                raise
            raise ValidationError({"cursor": [BAD_CURSOR]}) from error

    def get_page_size(self, request: Request) -> int:
        given = ",".join(request.query_params.getlist("page_size", [str(self.page_size)]))
        size = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0
        if not 1 <= size <= self.max_page_size:
            raise ValidationError({"page_size": [f"Give a whole number, 1 to {self.max_page_size}."]})
        return size

    def get_schema_operation_parameters(self, view: Any) -> Any:
        """With the limits, so that nobody has to find them out."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "page_size":
                size = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
                parameter["schema"] = {"type": "integer", **size}
        return parameters
