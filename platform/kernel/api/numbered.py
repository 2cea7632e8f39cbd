"""Pages by number, as the AutoGPT Platform's clients ask for them."""

from collections.abc import Mapping

from kernel.api.pagination import InvalidPageSize
from kernel.errors import Detail, TrellisError

MOST_ON_A_PAGE = 100
DEEPEST = 1000


class InvalidPage(TrellisError):
    """`page` is not a whole number from 1 to 1000."""

    code = "invalid_page"


def page_of(given: Mapping[str, str], default: int = 20) -> tuple[int, int]:
    """Return the number and the size of the page asked for. Raises InvalidPage or InvalidPageSize."""
    number = _number(given, "page", 1, DEEPEST, InvalidPage)
    return number, _number(given, "page_size", default, MOST_ON_A_PAGE, InvalidPageSize)


def _number(
    given: Mapping[str, str], name: str, default: int, most: int, error: type[TrellisError]
) -> int:
    text = given.get(name)
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 1 <= number <= most:
        sentence = f"`{name}` is {text[:40]!r}. Use 1 to {most}."
        raise error(sentence, errors=[Detail(error.code, sentence, attr=name)])
    return number
