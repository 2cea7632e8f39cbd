"""Lists in pages by number, as the AutoGPT Platform's clients ask for them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

MOST_ON_A_PAGE = 100
LAST_PAGE = 10_000


class PageQuerySerializer(serializers.Serializer[Any]):
    """Which page of a list is wanted."""

    page = serializers.IntegerField(default=1, min_value=1, max_value=LAST_PAGE)
    page_size = serializers.IntegerField(default=15, min_value=1, max_value=MOST_ON_A_PAGE)


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
