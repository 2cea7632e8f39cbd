"""Class 16: what a call's body is, its type says and nothing else; it claims no files."""

import json
from typing import Any

import pytest

from accounts.models import User
from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.triggers import beginning
from agents.triggers.models import Arrival
from tests.support.hooks import call, hooked, refused, taken
from tests.support.runs import run_to_end

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


def payload_of(token: str, body: bytes, kind: str) -> Any:
    """Return what the run of such a call gets."""
    told = taken(call(token, body, {"content-type": kind}))
    beginning.begin()
    assert told.execution_id is not None
    execution = run_to_end(Execution.objects.with_graph().get(pk=told.execution_id))
    return outputs(execution)["payload"][0]


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/vnd.example.event+json",
        "application/cloudevents+json; charset=utf-8",
    ],
)
def test_json_is_taken(alice: User, kind: str) -> None:
    assert payload_of(hooked(alice).token, b'{"a": 1}', kind) == {"a": 1}


def test_forms_are_texts(alice: User) -> None:
    body = b"a=1&b=%7B%22c%22%3A1%7D&empty="

    assert payload_of(hooked(alice).token, body, FORM) == {"a": "1", "b": '{"c":1}', "empty": ""}


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "",
            "text/plain",
            "text/html",
            "text/json",
            "application/xml",
            "application/octet-stream",
        ),
        *("multipart/form-data; boundary=x", "multipart/mixed", "application/x-pickle", "nonsense"),
        *("application/json, multipart/form-data; boundary=x"),
        *("application/json; charset=utf-16", "application/json; charset=utf-7"),
    ],
)
def test_other_types_are_refused(alice: User, kind: str) -> None:
    error = refused(call(hooked(alice).token, b'{"a": 1}', {"content-type": kind}))

    assert (error.code, error.status) == ("call_type_refused", 415)
    assert not Arrival.objects.waiting().exists()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"null", b"7", b'"text"', b"[1]", b"NaN", b'{"a": NaN}', b'{"a": 1e999}'),
        *(b"\xff", b"a=1", b"<a/>", b'{"a": 1}{"b": 2}', b"[" * 100_000, b'{"a":' * 300 + b"1"),
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"\\uDFFF": 1}',
    ],
)
def test_what_is_no_json_object_is_refused(alice: User, body: bytes) -> None:
    error = refused(call(hooked(alice).token, body))

    assert (error.code, error.status) == ("call_not_readable", 400)
    assert not Arrival.objects.waiting().exists()


@pytest.mark.parametrize(
    "body", [b"\xff=1", b"a=%ff", b"a=1&a=2", b"&".join([b"a%d=1" % n for n in range(1001)])]
)
def test_forms_with_two_readings_are_refused(alice: User, body: bytes) -> None:
    error = refused(call(hooked(alice).token, body, {"content-type": FORM}))

    assert (error.code, error.status) == ("call_not_readable", 400)


def test_a_body_claims_no_file(alice: User) -> None:
    claim = {
        "filepath": "/etc/passwd",
        "file": {"path": "/etc/passwd", "mimetype": "text/plain", "name": "x", "size": 1},
        "files": [{"filepath": "/proc/self/environ"}],
        "__class__": "UploadedFile",
    }

    found = payload_of(hooked(alice).token, json.dumps(claim).encode(), "application/json")

    assert found == claim, "it is data, and stays what it was"


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "{{ payload }}", "$(id)", "\u202e"])
def test_unusual_texts_arrive_as_they_are(alice: User, text: str) -> None:
    body = json.dumps({"text": text, text: 1}).encode()

    assert payload_of(hooked(alice).token, body, "application/json") == {"text": text, text: 1}


def test_unusual_bytes_of_headers_spoil_nothing(alice: User) -> None:
    odd = {"user-agent": "a\x00b\ud800", "x-\x00": "1", "content-type": "application/json"}

    taken(call(hooked(alice).token, b"{}", odd))

    shown = Arrival.objects.get().headers
    assert shown["user-agent"] == "ab?"


def test_what_is_kept_of_a_call_is_bounded(alice: User) -> None:
    body = json.dumps({"text": "x" * 100_000}).encode()
    headers = {f"x-{number}": "y" * 5_000 for number in range(300)} | {"user-agent": "z" * 5_000}

    taken(call(hooked(alice).token, body, headers))

    arrival = Arrival.objects.get()
    assert (len(arrival.body), arrival.size) == (8_192, len(body))
    assert len(json.dumps(arrival.headers)) < 30_000
