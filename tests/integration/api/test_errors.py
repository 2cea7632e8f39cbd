"""Every way in which the API says no, through the whole stack."""

import io
import json
import logging
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from telemetry.logs import formatter

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.support.probe")]
PROBLEM = "application/problem+json"


@pytest.fixture
def client() -> Client:
    """A client that shows a 500 as callers see it."""
    return Client(raise_request_exception=False)


def problem(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == PROBLEM
    body: dict[str, Any] = json.loads(response.content)
    assert body["status"] == response.status_code
    return body


def test_a_refusal_has_one_shape(client: Client) -> None:
    response = client.get("/api/fail/conflict/", headers={"X-Request-ID": "r1"})

    assert problem(response) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "conflict",
        "detail": "It runs.",
        "instance": "/api/fail/conflict/",
        "request_id": "r1",
        "errors": [{"code": "busy", "detail": "It runs.", "node_id": "n"}],
    }
    assert response["X-Request-ID"] == "r1"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("missing", 404, "not_found"),
        ("denied", 403, "permission_denied"),
        ("data", 400, "invalid_value"),
        ("throttled", 429, "throttled"),
    ],
)
def test_exceptions_of_others_take_it_too(
    client: Client, kind: str, status: int, code: str
) -> None:
    body = problem(client.get(f"/api/fail/{kind}/"))

    assert (body["status"], body["code"]) == (status, code)


def test_a_throttled_answer_says_when_to_come_back(client: Client) -> None:
    assert client.get("/api/fail/throttled/")["Retry-After"] == "7"


def test_a_bug_is_logged_once_with_its_traceback_and_told_to_nobody(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter("json"))
    logging.getLogger().addHandler(handler)
    try:
        response = client.get("/api/fail/bug/")
    finally:
        logging.getLogger().removeHandler(handler)

    body = problem(response)
    assert (body["status"], body["code"]) == (500, "internal_error")
    assert body["request_id"] == response["X-Request-ID"]
    assert "secret" not in response.content.decode()
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info
    assert record.exc_info[0] is ZeroDivisionError
    line = json.loads(written.getvalue())
    assert line["request_id"] == response["X-Request-ID"]
    assert "ZeroDivisionError" in line["exception"]


def test_a_bug_reaches_those_who_listen_for_bugs() -> None:
    with pytest.raises(ZeroDivisionError):
        Client().get("/api/fail/bug/")


def test_an_answer_that_cannot_be_written_is_a_bug(client: Client) -> None:
    assert problem(client.get("/api/unrenderable/"))["code"] == "internal_error"


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head", "options"])
@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/v1/graphs/%00", "/api/ü/"])
def test_an_unknown_path_is_a_problem_for_every_method(
    client: Client, method: str, path: str
) -> None:
    response = getattr(client, method)(path)

    assert response.status_code == 404
    assert response["Content-Type"] == PROBLEM
    if method != "head":
        assert problem(response)["code"] == "not_found"


def test_an_unknown_path_is_named(client: Client) -> None:
    body = problem(client.get("/api/nothing/"))

    assert body["detail"] == "There is no `/api/nothing/`. See /api/docs/ for what there is."


def test_a_session_without_its_csrf_token_may_not_write(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    body = problem(client.post("/api/whoami/", "{}", content_type="application/json"))

    assert (body["status"], body["code"]) == (403, "permission_denied")
    assert body["detail"].startswith("CSRF Failed")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Accept": "text/html"}, 406, "not_acceptable"),
        ({"Host": "evil.example"}, 400, "host_not_allowed"),
        ({}, 401, "not_authenticated"),
    ],
)
def test_headers_can_be_refused(
    client: Client, headers: dict[str, str], status: int, code: str
) -> None:
    body = problem(client.get("/api/whoami/", headers=headers))

    assert (body["status"], body["code"]) == (status, code)


@pytest.mark.parametrize("debug", [False, True])
def test_what_django_itself_refuses_is_a_problem_below_api_only(
    client: Client, settings: Settings, debug: bool
) -> None:
    assert problem(client.get("/api/suspicious"))["code"] == "bad_request"
    page = client.get("/pages/suspicious")
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")


class TestBodies:
    def post(self, client: Client, body: bytes, **extra: Any) -> Any:
        return client.generic("POST", "/api/echo/", body, content_type="application/json", **extra)

    @pytest.mark.parametrize(
        "value", [{}, [], 1.0, "🙂 שלום", {"a": None}, "\0", 10**400, {"": ""}, True]
    )
    def test_a_value_comes_back_as_it_went(self, client: Client, value: Any) -> None:
        response = self.post(client, json.dumps(value).encode())

        assert response.status_code == 200
        assert json.loads(response.content) == value

    def test_half_a_surrogate_pair_comes_back(self, client: Client) -> None:
        assert self.post(client, b'"\\ud800"').content == b'"\\ud800"'

    @pytest.mark.parametrize("body", [b"{", b"NaN", b'"\xff"', b"[" * 10_000, b"1" * 5000])
    def test_what_is_not_json_is_refused(self, client: Client, body: bytes) -> None:
        answer = problem(self.post(client, body))

        assert (answer["status"], answer["code"]) == (400, "not_json")

    def test_a_body_beyond_the_limit_is_refused(self, client: Client, settings: Settings) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024

        assert self.post(client, b'"' + b"x" * 1022 + b'"').status_code == 200
        answer = problem(self.post(client, b'"' + b"x" * 1023 + b'"'))

        assert (answer["status"], answer["code"]) == (413, "too_large")

    def test_another_media_type_is_refused(self, client: Client) -> None:
        answer = problem(client.post("/api/echo/", {"a": "b"}))

        assert (answer["status"], answer["code"]) == (415, "unsupported_media_type")

    def test_an_unknown_charset_changes_nothing(self, client: Client) -> None:
        response = client.generic(
            "POST", "/api/echo/", '"ü"'.encode(), content_type="application/json; charset=latin-1"
        )

        assert response.json() == "ü"
