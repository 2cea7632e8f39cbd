"""What pydantic finds wrong with JSON from outside, as details of a refusal."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kernel.errors import Detail

CODES = {
    "missing": "missing_key",
    "extra_forbidden": "unknown_key",
    "null_character": "null_character",
    "string_too_long": "too_long",
    "string_unicode": "not_unicode",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
}
SENTENCES = {"missing": "is required", "extra_forbidden": "is not known here"}


def misfits(error: ValidationError, *, whole: str) -> list[Detail]:
    """Return everything that is wrong, by dotted path; ``whole`` is the name of the document."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [_misfit(item, whole) for item in found]


def _misfit(item: ErrorDetails, whole: str) -> Detail:
    where = ".".join(str(part) for part in item["loc"])
    text = item["msg"].removeprefix("Input should be").strip()
    text = text if text.startswith("must") else f"must be {text}" if text != item["msg"] else text
    sentence = SENTENCES.get(item["type"], text)
    return Detail(
        CODES.get(item["type"], "wrong_type"), f"`{where or whole}` {sentence}.", where or None
    )
