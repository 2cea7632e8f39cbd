"""The request's id and the probes, in the sync and the async chain."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from telemetry.context import clear, current
from telemetry.middleware import HealthMiddleware, RequestIdMiddleware

MODES = pytest.mark.parametrize("mode", ["sync", "async"])


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    """Do what Django does when a request is finished."""
    yield
    clear()


def answer(middleware: type[Any], mode: str, request: HttpRequest) -> HttpResponse:
    """Return what the middleware answers before a view that says the bound request id."""

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(current().get("request_id", ""))

    async def later(request: HttpRequest) -> HttpResponse:
        return view(request)

    async def ask() -> HttpResponse:
        response: HttpResponse = await middleware(later)(request)
        return response

    if mode == "async":
        return asyncio.run(ask())
    response: HttpResponse = middleware(view)(request)
    return response


@MODES
def test_a_request_gets_an_id_in_the_log_context_and_on_its_response(mode: str) -> None:
    request = RequestFactory().get("/")

    response = answer(RequestIdMiddleware, mode, request)

    name = response["X-Request-ID"]
    assert len(name) == 32
    assert response.content.decode() == name
    assert vars(request)["request_id"] == name


@MODES
def test_a_caller_s_own_id_is_kept(mode: str) -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": "trace/1.a:b"})

    assert answer(RequestIdMiddleware, mode, request)["X-Request-ID"] == "trace/1.a:b"


@pytest.mark.parametrize("asked", ["", "two words", "x" * 129, "a\nb", "ü"])
def test_an_id_that_would_spoil_a_log_line_is_replaced(asked: str) -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": asked})

    response = answer(RequestIdMiddleware, "sync", request)

    assert response["X-Request-ID"] != asked
    assert len(response["X-Request-ID"]) == 32


@MODES
def test_a_process_that_lives_says_so_without_any_server(mode: str) -> None:
    request = RequestFactory().get("/healthz", headers={"Host": "anything.example"})

    response = answer(HealthMiddleware, mode, request)

    assert response.status_code == 200
    assert json.loads(response.content) == {"status": "ok", "checks": {}}
    assert response["Cache-Control"] == "no-store"


@MODES
def test_the_version_is_told(mode: str) -> None:
    response = answer(HealthMiddleware, mode, RequestFactory().get("/version"))

    assert json.loads(response.content)["name"] == "trellis"


@MODES
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version"])
def test_a_probe_answers_get_and_head_only(mode: str, path: str) -> None:
    response = answer(HealthMiddleware, mode, RequestFactory().post(path))

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@MODES
def test_other_paths_are_passed_on(mode: str) -> None:
    assert answer(HealthMiddleware, mode, RequestFactory().get("/healthz/x")).content == b""
