"""Pages of lists that grow while one reads them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from kernel.errors import Detail, TrellisError


class InvalidCursor(TrellisError):
    """This cursor belongs to no page. Follow the links `next` and `previous` as they are."""

    code = "invalid_cursor"


class InvalidPageSize(TrellisError):
    """The page size is not a whole number within the limits."""

    code = "invalid_page_size"


class NewestFirst(CursorPagination):
    """``{"next", "previous", "results"}``, newest first; what arrives meanwhile shifts nothing.

    A view with another order names it: ``ordering = "-started"``. The key is added, so that rows
    of the same moment keep one order.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-created"

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> tuple[str, ...]:
        wanted = getattr(view, "ordering", None) or self.ordering
        fields = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        key = "-pk" if fields[0].startswith("-") else "pk"
        return fields if fields[-1].lstrip("-") in {"pk", "id"} else (*fields, key)

    def get_page_size(self, request: Request) -> int:
        """Return the page size asked for. Raises InvalidPageSize."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return type(self).page_size
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:4]) <= self.max_page_size):
            sentence = f"`page_size` is {asked[:40]!r}. Use 1 to {self.max_page_size}."
            raise InvalidPageSize(
                sentence, errors=[Detail("invalid_page_size", sentence, attr="page_size")]
            )
        return int(asked)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the page asked for, None for the first. Raises InvalidCursor."""
        try:
            return super().decode_cursor(request)
        except NotFound:
            raise InvalidCursor from None

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, DataError, ValueError):
            if self.cursor_query_param not in request.query_params:
                raise
            # The cursor could be decoded, but its position is no value of the ordering field.
            raise InvalidCursor from None
