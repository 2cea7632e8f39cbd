"""What an operation sends along: a pin for each member of the body, or one for all of it."""

from dataclasses import dataclass
from typing import Any

from blocks.openapi.naming import Names
from blocks.openapi.operation import WHOLE_BODY, Body, Parameter
from blocks.openapi.schemas import Schemas

MOST_PINS = 40
BINARY = {"type": "string", "format": "file"}


@dataclass(frozen=True)
class RequestBody:
    """The body of an operation's requests."""

    kind: Body = "none"
    media_type: str = ""
    required: bool = False
    parameters: tuple[Parameter, ...] = ()
    whole: bool = False
    """Whether one pin has all of it."""


def read(value: Any, schemas: Schemas, names: Names) -> RequestBody:
    """Return the body that the document declares. Raises ValueError for what nobody can send."""
    declared = schemas.resolved(value)
    content = schemas.resolved(declared.get("content"))
    if not content:
        return RequestBody()
    required = declared.get("required") is True
    for kind, media_type in _choices(content):
        schema = schemas.resolved(content[media_type]).get("schema")
        parameters = _members(schema, kind, schemas, names)
        if parameters:
            return RequestBody(kind, media_type, required, parameters)
        whole = _whole(schema, kind, schemas, names, required=required)
        return RequestBody(kind, media_type, required, (whole,), whole=True)
    raise ValueError(f"it sends {', '.join(list(content)[:3])[:100]}, which no block does")


def is_json(media_type: str) -> bool:
    """Return whether it is JSON, or a kind of it."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain in ("application/json", "*/*", "application/*") or plain.endswith("+json")


def _choices(content: dict[str, Any]) -> list[tuple[Body, str]]:
    """Return the media types that blocks can send, better ones first."""
    order: list[Body] = ["json", "multipart", "form", "text", "binary"]
    found = [(kind, name) for name in content if (kind := _kind(name))]
    return sorted(found, key=lambda one: order.index(one[0]))


def _kind(name: str) -> Body | None:
    plain = name.partition(";")[0].strip().lower()
    if is_json(name):
        return "json"
    if plain == "application/x-www-form-urlencoded":
        return "form"
    if plain == "multipart/form-data":
        return "multipart"
    if plain.startswith("text/") or plain.endswith("+xml") or plain == "application/xml":
        return "text"
    return "binary" if plain.count("/") == 1 and "*" not in plain else None


def _members(schema: Any, kind: Body, schemas: Schemas, names: Names) -> tuple[Parameter, ...]:
    """Return a parameter for each member of an object; none where it is no plain object."""
    if kind not in ("json", "form", "multipart"):
        return ()
    found = schemas.plain(schema)
    properties = found.get("properties")
    if not isinstance(properties, dict) or not 0 < len(properties) <= MOST_PINS:
        return ()
    declared = _declared(schema, schemas)
    required = found.get("required", ())
    made = []
    for name, part in properties.items():
        own = schemas.resolved(declared.get(name))
        if own.get("readOnly") is True or not name:
            continue
        made.append(
            Parameter(
                pin=names.take(name, "body"),
                name=name,
                place="body",
                value=BINARY if (file := kind == "multipart" and _is_file(own)) else part,
                required=name in required,
                description=str(part.get("description", ""))[:500],
                file=file,
            )
        )
    return tuple(made)


def _whole(schema: Any, kind: Body, schemas: Schemas, names: Names, *, required: bool) -> Parameter:
    value: dict[str, Any] = {"type": "string"} if kind == "text" else schemas.plain(schema)
    if kind in ("form", "multipart"):
        value = {"type": "object"}
    return Parameter(
        pin=names.take(WHOLE_BODY, "request"),
        name=WHOLE_BODY,
        place="body",
        value=BINARY if kind == "binary" else value,
        required=required,
        description="What is sent",
        file=kind == "binary",
    )


def _declared(schema: Any, schemas: Schemas) -> dict[str, Any]:
    """Return the members as the document declares them, those of `allOf` too."""
    found = schemas.resolved(schema)
    members: dict[str, Any] = {}
    for part in found.get("allOf", ()) if isinstance(found.get("allOf"), list) else ():
        members |= schemas.resolved(schemas.resolved(part).get("properties"))
    return members | schemas.resolved(found.get("properties"))


def _is_file(own: dict[str, Any]) -> bool:
    return own.get("format") == "binary" or "contentMediaType" in own
