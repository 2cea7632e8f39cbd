"""From an OpenAPI document, 3.0 or 3.1, to its operations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from pydantic import ValidationError

from blocks.openapi import bodies
from blocks.openapi.errors import ApiTooLarge, InvalidApi
from blocks.openapi.naming import Names
from blocks.openapi.operation import LARGEST, Operation, Parameter, Style, is_server
from blocks.openapi.schemas import Schemas
from blocks.openapi.security import security_of
from kernel.jsontypes import dumps

MOST_OPERATIONS = 500
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
NOT_OURS = {"accept", "content-type", "authorization", "host", "content-length"}
VARIABLE = re.compile(r"\{([^{}]*)\}")
STYLES: dict[str, Style] = {
    "spaceDelimited": "blanks",
    "pipeDelimited": "pipes",
    "deepObject": "deep",
}


@dataclass
class Found:
    """What a document has: its name, its operations, and what could not be made a block."""

    title: str
    version: str
    operations: list[Operation] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def operations_of(
    document: dict[str, Any], *, source: str = "", server: str = "", name: str = ""
) -> Found:
    """Return the operations of a document that came from ``source``.

    ``server`` and ``name`` come before what the document says. Raises InvalidApi, ApiTooLarge.
    """
    _check_version(document)
    schemas = Schemas(document)
    info = schemas.resolved(document.get("info"))
    title = (name or _text(info.get("title")) or "API")[:100]
    found = Found(title, _text(info.get("version"))[:50])
    paths = schemas.resolved(document.get("paths"))
    total = sum(
        method in METHODS for item in paths.values() if isinstance(item, dict) for method in item
    )
    if total > MOST_OPERATIONS:
        raise ApiTooLarge(
            f"The document has {total:,} operations; {MOST_OPERATIONS} are allowed. Take those that "
            "you need into a document of their own."
        )
    for path, item in paths.items():
        shared = schemas.resolved(item)
        for method in METHODS:
            operation = shared.get(method)
            if isinstance(operation, dict):
                _read(
                    _Place(document, schemas, source, server, found, path, method),
                    shared,
                    operation,
                )
    if not found.operations:
        reasons = f" {found.left_out[0]}" if found.left_out else ""
        raise InvalidApi(f"The document has no operation that a block can be made of.{reasons}")
    return found


@dataclass
class _Place:
    document: dict[str, Any]
    schemas: Schemas
    source: str
    server: str
    found: Found
    path: str
    method: str

    @property
    def key(self) -> str:
        return f"{self.method.upper()} {self.path}"[:200]


def _read(place: _Place, shared: dict[str, Any], operation: dict[str, Any]) -> None:
    """Add the operation, or why there is none."""
    try:
        made = _operation(place, shared, operation)
        if len(dumps(made.as_json())) > LARGEST:
            made = made.model_copy(update={"response": {}})
        if len(dumps(made.as_json())) > LARGEST:
            raise ValueError("it takes too many values")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"][:3]))
        place.found.left_out.append(f"{place.key}: {where} {first['msg']}"[:300])
    except ValueError as error:
        place.found.left_out.append(f"{place.key}: {error}"[:300])
    else:
        place.found.operations.append(made)


def _operation(place: _Place, shared: dict[str, Any], operation: dict[str, Any]) -> Operation:
    server = place.server or _server(place, shared, operation)
    names = Names()
    parameters = list(_parameters(place, shared, operation, names))
    for variable in VARIABLE.findall(place.path):
        if not any(one.place == "path" and one.name == variable for one in parameters):
            parameters.append(
                Parameter(
                    pin=names.take(variable, "path"),
                    name=variable,
                    place="path",
                    value={"type": "string"},
                    required=True,
                )
            )
    body = bodies.read(operation.get("requestBody"), place.schemas, names)
    parameters.sort(key=lambda one: not one.required)
    title = _text(operation.get("summary")) or _words(operation.get("operationId")) or place.key
    return Operation(
        api=place.found.title,
        title=title[:120],
        description=_text(operation.get("description"))[:2000],
        method=place.method.upper(),  # type: ignore[arg-type]
        path=place.path,
        server=server.rstrip("/"),
        parameters=(*parameters, *body.parameters),
        body=body.kind,
        media_type=body.media_type,
        body_required=body.required,
        body_whole=body.whole,
        security=security_of(place.document, operation, place.schemas, server),
        response=_response(place, operation),
    )


def _parameters(
    place: _Place, shared: dict[str, Any], operation: dict[str, Any], names: Names
) -> Iterator[Parameter]:
    declared: dict[tuple[str, str], dict[str, Any]] = {}
    for source in (shared.get("parameters"), operation.get("parameters")):
        for one in source if isinstance(source, list) else ():
            value = place.schemas.resolved(one)
            declared[str(value.get("in")), _text(value.get("name"))] = value
    for (where, name), value in declared.items():
        if where == "header" and name.lower() in NOT_OURS:
            continue
        if where not in ("path", "query", "header", "cookie") or not name:
            raise ValueError(f"its parameter {name[:50]!r} is nowhere")
        content = value.get("content")
        schema: Any = value.get("schema")
        if isinstance(content, dict) and content:
            schema = place.schemas.resolved(next(iter(content.values()))).get("schema")
        yield Parameter(
            pin=names.take(name, where),
            name=name,
            place=where,  # type: ignore[arg-type]
            value=place.schemas.plain(schema),
            required=where == "path" or value.get("required") is True,
            description=_text(value.get("description"))[:500],
            style="json" if content else _style(value, where),
        )


def _style(value: dict[str, Any], where: str) -> Style:
    style = value.get("style")
    if style in STYLES:
        return STYLES[str(style)]
    explode = value.get("explode", where in ("query", "cookie"))
    return "repeated" if explode and where in ("query", "cookie") else "commas"


def _server(place: _Place, shared: dict[str, Any], operation: dict[str, Any]) -> str:
    """Return the first server that the document names; of its variables, the defaults."""
    for holder in (operation, shared, place.document):
        servers = holder.get("servers")
        if isinstance(servers, list) and servers:
            first = place.schemas.resolved(servers[0])
            url = _filled(_text(first.get("url")), first.get("variables"), place.schemas)
            break
    else:
        url = "/"
    url = urljoin(place.source, url) if place.source else url
    if not is_server(url):
        raise ValueError(f"its server {url[:100]!r} is no whole address: say it (`server_url`)")
    return url


def _filled(url: str, variables: Any, schemas: Schemas) -> str:
    declared = schemas.resolved(variables)

    def default(match: re.Match[str]) -> str:
        return _text(schemas.resolved(declared.get(match[1])).get("default"))

    return VARIABLE.sub(default, url)


def _response(place: _Place, operation: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the first answer that is a good one."""
    responses = place.schemas.resolved(operation.get("responses"))
    for status in sorted(responses):
        if status.startswith("2"):
            content = place.schemas.resolved(
                place.schemas.resolved(responses[status]).get("content")
            )
            for media_type, value in content.items():
                if bodies.is_json(media_type):
                    return place.schemas.plain(place.schemas.resolved(value).get("schema"))
    return {}


def _check_version(document: dict[str, Any]) -> None:
    if "swagger" in document:
        raise InvalidApi(
            "This is a document of Swagger 2. Convert it to OpenAPI 3 first, for example with "
            "`npx swagger2openapi`."
        )
    version = str(document.get("openapi", ""))
    if not re.fullmatch(r"3\.[01](\.\d+)?(-.*)?", version):
        raise InvalidApi(
            f"The document says `openapi: {version[:20] or 'nothing'}`; 3.0 and 3.1 are understood."
        )


def _words(value: Any) -> str:
    """Return an operation's id as words: `listPets` and `list_pets` are `List pets`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_./-]+", " ", _text(value)[:200]).strip()
    return spaced[:1].upper() + spaced[1:].lower()


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
