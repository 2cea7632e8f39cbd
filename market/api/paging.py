"""Pages by number, as the AutoGPT Platform's clients ask for them."""

from typing import Any

from rest_framework import serializers

from kernel.api.pagination import InvalidPageSize
from kernel.errors import Detail, TrellisError

MOST_ON_A_PAGE = 100
DEEPEST = 1000


class InvalidPage(TrellisError):
    """`page` is not a whole number from 1 to 1000."""

    code = "invalid_page"


class PaginationSerializer(serializers.Serializer[Any]):
    """Where a page stands in its list."""

    total_items = serializers.IntegerField(
        read_only=True, help_text="Counted up to 1000; of a search, the best 500."
    )
    total_pages = serializers.IntegerField(read_only=True)
    current_page = serializers.IntegerField(read_only=True)
    page_size = serializers.IntegerField(read_only=True)


def page_of(given: Any, default: int = 20) -> tuple[int, int]:
    """Return the number and the size of the page asked for. Raises InvalidPage or InvalidPageSize."""
    number = _number(given, "page", 1, DEEPEST, InvalidPage)
    return number, _number(given, "page_size", default, MOST_ON_A_PAGE, InvalidPageSize)


def pagination(found: Any) -> dict[str, int]:
    """Return where the page of what was found stands."""
    return {
        "total_items": found.total,
        "total_pages": found.pages,
        "current_page": found.number,
        "page_size": found.size,
    }


def _number(given: Any, name: str, default: int, most: int, error: type[TrellisError]) -> int:
    text = given.get(name)
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 1 <= number <= most:
        sentence = f"`{name}` is {text[:40]!r}. Use 1 to {most}."
        raise error(sentence, errors=[Detail(error.code, sentence, attr=name)])
    return number
