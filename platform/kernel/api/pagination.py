"""Pages of lists that grow while one reads them.

A link names the row at the edge of its page by the value it is sorted by and its key, and the
next page holds what lies beyond that row. So rows that come or go meanwhile shift nothing, and
rows that share a value are neither skipped nor told twice (DRF's own cursors count such rows,
and lose some on the way back).
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Q, QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from kernel.errors import Detail, TrellisError

SIZE = re.compile(r"[0-9]{1,4}")


class InvalidCursor(TrellisError):
    """This cursor belongs to no page. Follow the links `next` and `previous` as they are."""

    code = "invalid_cursor"


class InvalidPageSize(TrellisError):
    """The page size is not a whole number within the limits."""

    code = "invalid_page_size"


@dataclass(frozen=True)
class Edge:
    """The row beyond which a page lies: its sorted value and key, and on which side."""

    value: str
    key: str
    back: bool

    @classmethod
    def read(cls, cursor: str) -> "Edge":
        """Return the edge that a cursor names. Raises InvalidCursor."""
        try:
            match json.loads(urlsafe_b64decode(cursor.encode("ascii"))):
                case [str(value), str(key), bool(back)]:
                    return cls(value, key, back)
        except (ValueError, RecursionError):
            pass
        raise InvalidCursor

    def __str__(self) -> str:
        text = json.dumps([self.value, self.key, self.back])
        return urlsafe_b64encode(text.encode("ascii")).decode("ascii")


class NewestFirst(CursorPagination):
    """``{"next", "previous", "results"}``, newest first.

    A view with another order names one field that is never null: ``ordering = "-started"``.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-created"

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        """Return the page's rows. Raises InvalidCursor and InvalidPageSize."""
        self.url = request.build_absolute_uri()
        self.sorted_by: str = getattr(view, "ordering", None) or self.ordering
        size = self.get_page_size(request)
        cursor = request.query_params.get(self.cursor_query_param)
        edge = None if cursor is None else Edge.read(cursor)
        try:
            rows = list(self._beyond(queryset, edge)[: size + 1])
        except (ValidationError, DataError, ValueError):
            if edge is None:
                raise
            # It names a row, but in values that the sorted field cannot have.
            raise InvalidCursor from None
        return self._turn(rows, size, edge)

    def get_page_size(self, request: Request) -> int:
        """Return the page size asked for. Raises InvalidPageSize."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        size = int(asked) if SIZE.fullmatch(asked) else 0
        if not 1 <= size <= self.max_page_size:
            sentence = f"`page_size` is {asked[:40]!r}. Use 1 to {self.max_page_size}."
            raise InvalidPageSize(
                sentence, errors=[Detail("invalid_page_size", sentence, attr="page_size")]
            )
        return size

    def get_next_link(self) -> str | None:
        return self._link(self.page[-1], back=False) if self.page and self.has_next else None

    def get_previous_link(self) -> str | None:
        return self._link(self.page[0], back=True) if self.page and self.has_previous else None

    def _beyond(self, queryset: QuerySet[Any], edge: Edge | None) -> QuerySet[Any]:
        """Return the rows beyond the edge, the nearest first."""
        falling = self.sorted_by.startswith("-") != bool(edge and edge.back)
        field, sign, side = self.sorted_by.lstrip("-"), "-" * falling, "lt" if falling else "gt"
        rows = queryset.order_by(f"{sign}{field}", f"{sign}pk")
        if edge is None:
            return rows
        tie = Q(**{field: edge.value, f"pk__{side}": edge.key})
        return rows.filter(Q(**{f"{field}__{side}": edge.value}) | tie)

    def _turn(self, rows: list[Any], size: int, edge: Edge | None) -> list[Any]:
        """Return the page in reading order. The row beyond it only tells that there is more."""
        back = bool(edge and edge.back)
        more = len(rows) > size
        self.page = rows[:size][::-1] if back else rows[:size]
        self.has_next = more or back
        self.has_previous = more if back else edge is not None
        return self.page

    def _link(self, row: Any, *, back: bool) -> str:
        """Return the address of the page on one side of the row."""
        value = getattr(row, self.sorted_by.lstrip("-"))
        cursor = str(Edge(str(value), str(row.pk), back))
        return replace_query_param(self.url, self.cursor_query_param, cursor)
