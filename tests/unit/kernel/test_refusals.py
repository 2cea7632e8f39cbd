"""Which refusal an exception stands for."""

from typing import Any

import pytest
from django.core import exceptions as django
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework_simplejwt.exceptions import InvalidToken

from kernel.api.refusals import flatten, refusal_of
from kernel.errors import Conflict, Detail, NotFound


class Broken(Conflict):
    """It is broken."""

    code = "broken"


def surrogate() -> UnicodeEncodeError:
    try:
        "\ud800".encode()
    except UnicodeEncodeError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("exc", "status", "code", "detail"),
    [
        (Broken(), 409, "broken", "It is broken."),
        (Broken("The graph 'x' is broken."), 409, "broken", "The graph 'x' is broken."),
        (Http404(), 404, "not_found", "There is no such thing, or it is not yours."),
        (Http404("No Graph matches."), 404, "not_found", "No Graph matches."),
        (Http404({"tried": []}), 404, "not_found", "There is no such thing, or it is not yours."),
        (django.PermissionDenied(), 403, "permission_denied", "You may not do this."),
        (django.BadRequest("x"), 400, "bad_request", "The request cannot be read."),
        (django.SuspiciousOperation("x"), 400, "bad_request", "The request cannot be read."),
        (IntegrityError("x"), 409, "conflict", None),
        (DataError("x"), 400, "invalid_value", None),
        (surrogate(), 400, "invalid_value", None),
        (OperationalError("x"), 503, "unavailable", None),
        (drf.NotAuthenticated(), 401, "not_authenticated", None),
        (drf.MethodNotAllowed("PUT"), 405, "method_not_allowed", 'Method "PUT" not allowed.'),
        (drf.UnsupportedMediaType("text/x"), 415, "unsupported_media_type", None),
        (drf.AuthenticationFailed("No.", code="user_gone"), 401, "user_gone", "No."),
        (InvalidToken(), 401, "token_not_valid", "Token is invalid or expired"),
        (django.ValidationError("Too long.", code="long"), 400, "invalid", "Too long."),
    ],
)
def test_an_exception_becomes_its_refusal(
    exc: Exception, status: int, code: str, detail: str | None
) -> None:
    refusal = refusal_of(exc)

    assert refusal
    assert (refusal.status, refusal.code) == (status, code)
    assert detail is None or refusal.detail == detail


def test_the_database_s_own_words_stay_inside() -> None:
    for kind in (IntegrityError, DataError, OperationalError):
        refusal = refusal_of(kind("secret host 10.1.2.3"))
        assert refusal
        assert "secret" not in refusal.detail


@pytest.mark.parametrize("exc", [ValueError("x"), KeyError("x"), TypeError("x")])
def test_what_nobody_foresaw_is_no_refusal(exc: Exception) -> None:
    assert refusal_of(exc) is None


def test_a_throttled_caller_learns_when_to_come_back() -> None:
    refusal = refusal_of(drf.Throttled(wait=2.5))

    assert refusal
    assert (refusal.code, refusal.headers) == ("throttled", {"Retry-After": "3"})


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (["Bad."], [Detail("invalid", "Bad.")]),
        ({"name": ["Bad."]}, [Detail("invalid", "Bad.", attr="name")]),
        ({"nodes": [{}, {"id": ["Bad."]}]}, [Detail("invalid", "Bad.", attr="nodes.1.id")]),
        ({"non_field_errors": ["Bad."]}, [Detail("invalid", "Bad.")]),
        ({"a": {"non_field_errors": ["Bad."]}}, [Detail("invalid", "Bad.", attr="a")]),
        ({"a": "Bad."}, [Detail("invalid", "Bad.", attr="a")]),
    ],
)
def test_nested_errors_are_listed_with_their_dotted_path(
    detail: Any, expected: list[Detail]
) -> None:
    assert list(flatten(drf.ValidationError(detail).detail)) == expected


def test_the_first_of_several_errors_is_the_sentence() -> None:
    refusal = refusal_of(drf.ValidationError({"a": ["Bad."], "b": ["Worse."]}))

    assert refusal
    assert refusal.detail == "`a`: Bad. In all there are 2 problems: see `errors`."


def test_a_problem_repeats_what_its_refusal_says() -> None:
    error = NotFound("There is no node 'n'.", errors=[Detail("x", "y", node_id="n", pin="p")])
    refusal = refusal_of(error)

    assert refusal
    assert refusal.as_json(instance="/api/x", request_id="r1") == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "There is no node 'n'.",
        "instance": "/api/x",
        "request_id": "r1",
        "errors": [{"code": "x", "detail": "y", "node_id": "n", "pin": "p"}],
    }
