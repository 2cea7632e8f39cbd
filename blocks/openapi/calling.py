"""Call an operation: put each value where the API wants it, and read the answer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from blocks.library.web_requests import content_of, form_file
from blocks.openapi.operation import CREDENTIALS, SERVER, Operation, Parameter, is_server
from blocks.sdk import (
    BlockError,
    FormFile,
    HttpResponse,
    RequestFailed,
    RequestFailedForNow,
    RunContext,
)
from blocks.sdk.credentials import ApiKeyCredentials, Credentials
from blocks.sdk.http import HeadersFor

LONGEST_REASON = 500
SEPARATORS = {"commas": ",", "blanks": " ", "pipes": "|"}
REPEATABLE = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
FOR_NOW = {408, 425, 429, 502, 503, 504}


class ApiRefused(RequestFailed):
    """The API answered with a status that is none of success."""

    code = "api_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, code=self.code)


class ApiRefusedForNow(RequestFailedForNow):
    """The API answered that it cannot now."""

    code = "api_refused"

    def __init__(self, message: str, *, retry_after: float | None) -> None:
        super().__init__(message, code=self.code, retry_after=retry_after)


def call(operation: Operation, values: Mapping[str, Any], context: RunContext) -> tuple[int, Any]:
    """Return the status and the content of a good answer.

    Raises ApiRefused with what the API says for any other one.
    """
    server = str(values.get(SERVER) or operation.server).rstrip("/")
    if not is_server(server):
        raise BlockError(f"`{SERVER}` is no address of the web: {server[:100]!r}.")
    url = server + _path(operation, values)
    query = list(_query(operation, values))
    headers = dict(_headers(operation, values))
    chosen = context.credentials.find(CREDENTIALS) if operation.security.kinds else None
    if chosen is None and operation.security.required:
        chosen = context.credentials.get(CREDENTIALS)
    secrets: HeadersFor | None = None
    if chosen is not None:
        chosen.check(url)
        query += _in_query(operation, chosen, url)
        secrets = _shown(operation, chosen)
    answer = context.http.request(
        operation.method,
        f"{url}?{urlencode(query)}" if query else url,
        headers={"Accept": "application/json, */*;q=0.5", **headers},
        secrets=secrets,
        **_body(operation, values, context),
    )
    if 200 <= answer.status < 300:
        return answer.status, content_of(_as_json(answer))
    raise _refused(operation, answer)


def _given(
    operation: Operation, values: Mapping[str, Any], place: str
) -> Iterator[tuple[Parameter, Any]]:
    for one in operation.parameters:
        if one.place == place and values.get(one.pin) is not None:
            yield one, values[one.pin]


def _path(operation: Operation, values: Mapping[str, Any]) -> str:
    path = operation.path
    for one, value in _given(operation, values, "path"):
        text = _simple(value)
        if text in ("", ".", ".."):
            raise BlockError(f"`{one.pin}` is a part of the address, and may not be {text!r}.")
        path = path.replace("{" + one.name + "}", quote(text, safe=""))
    return path


def _query(operation: Operation, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one, value in _given(operation, values, "query"):
        if one.style == "json":
            yield one.name, json.dumps(value)
        elif isinstance(value, dict):
            for key, member in value.items():
                yield f"{one.name}[{key}]" if one.style == "deep" else str(key), _simple(member)
        elif isinstance(value, list):
            if one.style in SEPARATORS:
                yield one.name, SEPARATORS[one.style].join(map(_simple, value))
            else:
                for item in value:
                    yield one.name, _simple(item)
        else:
            yield one.name, _simple(value)


def _headers(operation: Operation, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one, value in _given(operation, values, "header"):
        yield one.name, json.dumps(value) if one.style == "json" else _simple(value)
    cookies = [
        f"{quote(one.name, safe='')}={quote(_simple(value), safe='')}"
        for one, value in _given(operation, values, "cookie")
    ]
    if cookies:
        yield "Cookie", "; ".join(cookies)


def _body(operation: Operation, values: Mapping[str, Any], context: RunContext) -> dict[str, Any]:
    given = list(_given(operation, values, "body"))
    if operation.body == "none" or not (given or operation.body_required):
        return {}
    whole = given[0][1] if given and operation.body_whole else None
    members = (
        {} if operation.body_whole else {one.name: value for one, value in given if not one.file}
    )
    match operation.body:
        case "json":
            return {"json": whole if operation.body_whole else members}
        case "text":
            return {"content": _simple(whole if whole is not None else "").encode()}
        case "binary":
            return {"content": form_file("body", str(whole), context).content if whole else b""}
    fields = whole if operation.body_whole else members
    if not isinstance(fields, dict):
        raise BlockError("The body is a form: give its fields by name.")
    form = {name: _simple(value) for name, value in fields.items()}
    files: list[FormFile] = [
        form_file(one.name, str(value), context) for one, value in given if one.file
    ]
    return {"form": form, "files": files} if files else {"form": form}


def _in_query(operation: Operation, chosen: Credentials, url: str) -> list[tuple[str, str]]:
    """Return the key where the API wants it in the address."""
    if operation.security.shown == "query" and isinstance(chosen, ApiKeyCredentials):
        return [(operation.security.name, chosen.key_for(url))]
    return []


def _shown(operation: Operation, chosen: Credentials) -> HeadersFor:
    """Return what says which headers carry the credential to an address: none to other hosts."""
    shown, name = operation.security.shown, operation.security.name

    def headers(url: str) -> Mapping[str, str]:
        if not chosen.allows(url):
            return {}
        if isinstance(chosen, ApiKeyCredentials) and shown in ("header", "cookie", "query"):
            key = chosen.key_for(url)
            return {"header": {name: key}, "cookie": {"Cookie": f"{name}={key}"}}.get(shown, {})
        return chosen.headers_for(url)

    return headers


def _as_json(answer: HttpResponse) -> HttpResponse:
    """Return the answer with a kind of JSON named as such."""
    if not answer.media_type.endswith("+json"):
        return answer
    headers = {**answer.headers, "content-type": "application/json"}
    return HttpResponse(answer.status, answer.content, headers, answer.url)


def _refused(operation: Operation, answer: HttpResponse) -> RequestFailed | RequestFailedForNow:
    said = " ".join(answer.text[: 4 * LONGEST_REASON].split())[:LONGEST_REASON]
    sentence = f"{operation.api} answered with status {answer.status}: {said or 'nothing more'}"
    waiting = answer.status in FOR_NOW
    if answer.status == 429 or (waiting and operation.method in REPEATABLE):
        return ApiRefusedForNow(sentence, retry_after=answer.retry_after)
    return ApiRefused(sentence)


def _simple(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_simple, value))
    return json.dumps(value) if isinstance(value, dict) else str(value)
