"""From bytes to a document: JSON or YAML, of anybody.

YAML's anchors are refused: ten lines of them can stand for more than any memory holds. Nothing of YAML
makes objects but texts, numbers, lists and mappings, dates neither.
"""

import json
from typing import Any

from blocks.openapi.errors import ApiTooLarge, InvalidApi

LARGEST = 5_000_000  # bytes
DEEPEST = 100
MOST_EVENTS = 1_000_000


def read(content: bytes) -> dict[str, Any]:
    """Return the document. Raises ApiTooLarge or InvalidApi."""
    if len(content) > LARGEST:
        raise ApiTooLarge(f"The document has {len(content):,} bytes; {LARGEST:,} are allowed.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidApi("The document is not text in UTF-8.") from None
    found = _json(text) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
    if not isinstance(found, dict):
        raise InvalidApi("The document is no mapping with the key `openapi`.")
    return found


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidApi(f"The document is no JSON: {str(error)[:200]}.") from None


def _yaml(text: str) -> Any:
    import yaml

    plain = _loader()
    try:
        depth = 0
        for number, event in enumerate(yaml.parse(text, Loader=plain)):
            if isinstance(event, yaml.AliasEvent):
                raise InvalidApi("The document has YAML anchors (`*name`). Write them out.")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST or number > MOST_EVENTS:
                raise InvalidApi("The document is nested too deeply, or too long.")
        loader = plain(text)
        try:
            return _with_text_keys(loader.get_single_data())
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        problem = getattr(error, "problem", None) or str(error)
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise InvalidApi(f"The document is no YAML{line}: {str(problem)[:200]}.") from None


def _loader() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Plain(base):  # type: ignore[misc]
        """Knows texts, numbers, booleans and nothing; a date stays the text that it is."""

    Plain.yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")
        ]
        for first, resolvers in base.yaml_implicit_resolvers.items()
    }
    return Plain


def _with_text_keys(value: Any) -> Any:
    """Return it as JSON would have it: `200:` is a key like any other."""
    if isinstance(value, dict):
        return {_key(key): _with_text_keys(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_with_text_keys(child) for child in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise InvalidApi("The document has a value that JSON does not know.")


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    if key is None or isinstance(key, str | int | float):
        return "" if key is None else str(key)
    raise InvalidApi("The document has a key that is no text.")


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")
