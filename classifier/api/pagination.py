from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Stable while rows are added: ids sort by time."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
