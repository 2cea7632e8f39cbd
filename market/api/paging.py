"""Where a page of public agents stands in its list."""

from typing import Any

from rest_framework import serializers


class PaginationSerializer(serializers.Serializer[Any]):
    """Where a page stands in its list."""

    total_items = serializers.IntegerField(
        read_only=True, help_text="Counted up to 1000; of a search, the best 500."
    )
    total_pages = serializers.IntegerField(read_only=True)
    current_page = serializers.IntegerField(read_only=True)
    page_size = serializers.IntegerField(read_only=True)


def pagination(found: Any) -> dict[str, int]:
    """Return where the page of what was found stands."""
    return {
        "total_items": found.total,
        "total_pages": found.pages,
        "current_page": found.number,
        "page_size": found.size,
    }
