"""Lists in pages by number, as the AutoGPT Platform's clients ask for them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from kernel.api.numbered import DEEPEST, MOST_ON_A_PAGE, page_of

SIZE = 15


class PageQuerySerializer(serializers.Serializer[Any]):
    """Which page of a list is wanted."""

    page = serializers.IntegerField(default=1, min_value=1, max_value=DEEPEST)
    page_size = serializers.IntegerField(default=SIZE, min_value=1, max_value=MOST_ON_A_PAGE)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return what was asked for. Raises InvalidPage and InvalidPageSize, as every list does."""
        number, size = page_of(data, SIZE)
        return {**super().to_internal_value({**data.dict(), "page": number, "page_size": size})}


class NumberedSerializer(serializers.Serializer[Any]):
    """Where a page stands in its list."""

    total_items = serializers.IntegerField()
    total_pages = serializers.IntegerField()
    current_page = serializers.IntegerField()
    page_size = serializers.IntegerField()


@dataclass(frozen=True)
class Numbered:
    """A page of rows, and where it stands."""

    rows: list[Any]
    pagination: dict[str, int]


def numbered(rows: "QuerySet[Any, Any]", asked: dict[str, Any]) -> Numbered:
    """Return the page that was asked for; one beyond the last is empty."""
    number, size = asked["page"], asked["page_size"]
    total = rows.order_by().count()
    first = (number - 1) * size
    return Numbered(
        list(rows[first : first + size]),
        {
            "total_items": total,
            "total_pages": -(-total // size),
            "current_page": number,
            "page_size": size,
        },
    )
