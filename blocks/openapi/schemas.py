"""Schemas of an OpenAPI document, small enough for a pin: no references, few levels, few members.

What a schema refers to is put in its place, down to a few levels; below them, and where it refers to
itself, any value is fine. Regular expressions are left out: the API checks them, and no text of
a stranger may keep a worker busy. Nothing is ever fetched.
"""

from typing import Any

from blocks.openapi.errors import InvalidApi

DEEPEST = 5
MOST_MEMBERS = 60  # of one object
MOST_PARTS = 400  # of one schema
MOST_STEPS = 300_000  # of a whole document
MOST_CHOICES = 100
LONGEST_TEXT = 300
KEPT = ("format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "const")
TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})


class Schemas:
    """The schemas of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._steps = 0

    def resolved(self, value: Any) -> dict[str, Any]:
        """Return an object of the document, by its reference if it is one. Raises InvalidApi."""
        for _ in range(50):
            if not isinstance(value, dict):
                return {}
            self._count()
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return value
            value = self._target(reference)
        raise InvalidApi("The document has references that lead in a circle.")

    def plain(self, value: Any) -> dict[str, Any]:
        """Return a schema as a pin has it."""
        return _Plain(self).of(value, 0, ())

    def _target(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            raise InvalidApi(
                f"The document refers to another one: {reference[:100]!r}. Put all of it into one "
                "file; others are not fetched."
            )
        found: Any = self._document
        for part in reference[2:].split("/"):
            self._count()
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isdecimal() and int(key[:9]) < len(found):
                found = found[int(key[:9])]
            else:
                raise InvalidApi(f"The document refers to {reference[:100]!r}, which it lacks.")
        return found

    def _count(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise InvalidApi("The document's references are too many to follow.")


class _Plain:
    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._parts = 0

    def of(self, value: Any, depth: int, seen: tuple[int, ...]) -> dict[str, Any]:
        found = self._schemas.resolved(value)
        self._parts += 1
        if depth > DEEPEST or self._parts > MOST_PARTS or id(found) in seen:
            return {}
        seen = (*seen, id(found))
        found = self._merged(found, seen)
        plain = _simple(found)
        kind = plain.get("type")
        if isinstance(found.get("properties"), dict) and kind in (None, "object"):
            plain |= {"type": "object"} | self._object(found, depth, seen)
        elif kind == "object" and isinstance(found.get("additionalProperties"), dict):
            plain["additionalProperties"] = self.of(found["additionalProperties"], depth + 1, seen)
        if "items" in found and kind in (None, "array"):
            plain |= {"type": "array", "items": self.of(found["items"], depth + 1, seen)}
        for word in ("anyOf", "oneOf"):
            if isinstance(found.get(word), list) and "type" not in plain:
                some = [self.of(one, depth + 1, seen) for one in found[word][:10]]
                plain["anyOf"] = some
        if found.get("nullable") is True and isinstance(plain.get("type"), str):
            plain["type"] = [plain["type"], "null"]
        return plain

    def _object(self, found: dict[str, Any], depth: int, seen: tuple[int, ...]) -> dict[str, Any]:
        members = list(found["properties"].items())[:MOST_MEMBERS]
        properties = {
            str(name)[:200]: self.of(part, depth + 1, seen)
            for name, part in members
            if not self._schemas.resolved(part).get("writeOnly") or depth == 0
        }
        required = found.get("required")
        names = [n for n in required if n in properties] if isinstance(required, list) else []
        return {"properties": properties} | ({"required": names} if names else {})

    def _merged(self, found: dict[str, Any], seen: tuple[int, ...]) -> dict[str, Any]:
        """Return the schema with what `allOf` adds to it."""
        parts = found.get("allOf")
        if not isinstance(parts, list):
            return found
        merged = {key: value for key, value in found.items() if key != "allOf"}
        for part in parts[:20]:
            inner = self._schemas.resolved(part)
            if id(inner) in seen:
                continue
            inner = self._merged(inner, (*seen, id(inner)))
            properties = {**_mapping(inner, "properties"), **_mapping(merged, "properties")}
            required = [*_list(merged, "required"), *_list(inner, "required")]
            merged = {**inner, **merged}
            merged |= {"properties": properties} if properties else {}
            merged |= {"required": required} if required else {}
        return merged


def _simple(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema says without any other one."""
    plain: dict[str, Any] = {}
    kinds = found.get("type")
    if isinstance(kinds, str) and kinds in TYPES:
        plain["type"] = kinds
    elif isinstance(kinds, list) and (known := [one for one in kinds if one in TYPES]):
        plain["type"] = known[0] if len(known) == 1 else known
    for word in KEPT:
        if isinstance(found.get(word), str | int | float | bool):
            value = found[word]
            plain[word] = value[:LONGEST_TEXT] if isinstance(value, str) else value
    for word in ("title", "description"):
        if isinstance(found.get(word), str) and found[word].strip():
            plain[word] = found[word].strip()[:LONGEST_TEXT]
    choices = found.get("enum")
    if isinstance(choices, list) and 0 < len(choices) <= MOST_CHOICES:
        texts = [one for one in choices if one is None or isinstance(one, str | int | float | bool)]
        if len(texts) == len(choices):
            plain["enum"] = [t[:LONGEST_TEXT] if isinstance(t, str) else t for t in texts]
    return plain


def _mapping(found: dict[str, Any], word: str) -> dict[str, Any]:
    value = found.get(word)
    return value if isinstance(value, dict) else {}


def _list(found: dict[str, Any], word: str) -> list[Any]:
    value = found.get(word)
    return value if isinstance(value, list) else []
