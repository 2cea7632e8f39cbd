"""Class 14: signatures are over the bytes that came, hold for minutes, and are good once."""

import hmac
import json
from typing import Any

import pytest

from accounts.models import User
from agents.triggers import signing
from agents.triggers.models import Arrival
from tests.support.hooks import (
    NOW,
    SECRET,
    by_github,
    call,
    github_graph,
    hook_graph,
    hooked,
    refused,
    signed,
    standard,
    taken,
)

pytestmark = pytest.mark.django_db

BODY = b'{"a": 1, "b": [1, 2]}'
SAME_JSON = [
    b'{"a":1,"b":[1,2]}',
    b'{"b": [1, 2], "a": 1}',
    b'{"a": 1.0, "b": [1, 2]}',
    BODY + b" ",
    BODY + b"\n",
    b"\xef\xbb\xbf" + BODY,
    BODY.replace(b"a", b"\\u0061"),
]


@pytest.fixture
def hmac_token(alice: User) -> str:
    return hooked(alice, config={"auth": "hmac"}).token


@pytest.fixture
def standard_token(alice: User) -> str:
    return hooked(alice, config={"auth": "standard"}).token


@pytest.fixture
def github_token(alice: User) -> str:
    graph, node = github_graph()
    return hooked(alice, graph, node, kind="github").token


def attempt(token: str, body: bytes, headers: dict[str, str], *, now: float = NOW) -> Any:
    return call(token, body, headers, secret=None, now=now)


@pytest.mark.parametrize("other", SAME_JSON)
def test_the_signature_is_over_the_bytes(hmac_token: str, other: bytes) -> None:
    assert refused(attempt(hmac_token, other, signed(BODY))).status == 401
    assert taken(attempt(hmac_token, BODY, signed(BODY))).execution_id


@pytest.mark.parametrize("other", SAME_JSON)
def test_github_s_and_the_standard_s_too(
    github_token: str, standard_token: str, other: bytes
) -> None:
    assert refused(attempt(github_token, other, by_github(BODY))).status == 401
    assert refused(attempt(standard_token, other, standard(BODY))).status == 401


def test_the_time_is_signed(hmac_token: str, standard_token: str) -> None:
    moved = {**signed(BODY), "x-webhook-timestamp": str(int(NOW) + 1)}
    also = {**standard(BODY), "webhook-timestamp": str(int(NOW) + 1)}

    assert refused(attempt(hmac_token, BODY, moved)).status == 401
    assert refused(attempt(standard_token, BODY, also)).status == 401


def test_the_boundary_between_time_and_body_cannot_be_moved(hmac_token: str) -> None:
    """`1.23` signed as time 1 and body 23 is not time 12 … and so on: the dot is signed."""
    at = str(int(NOW))
    shown = {**signed(b"5" + BODY), "x-webhook-timestamp": f"{at}.5"}

    assert refused(attempt(hmac_token, BODY, shown)).status == 401


@pytest.mark.parametrize("skew", [-299, 299])
def test_clocks_may_differ_by_minutes(hmac_token: str, standard_token: str, skew: int) -> None:
    at = NOW + skew

    assert taken(attempt(hmac_token, BODY, signed(BODY, at=at))).execution_id
    assert taken(attempt(standard_token, BODY, standard(BODY, at=at))).execution_id


@pytest.mark.parametrize("skew", [-302, 302, -86_400, 10**9])
def test_but_not_by_more(hmac_token: str, standard_token: str, skew: int) -> None:
    at = NOW + skew

    for token, headers in (
        (hmac_token, signed(BODY, at=at)),
        (standard_token, standard(BODY, at=at)),
    ):
        error = refused(attempt(token, BODY, headers))
        assert error.status == 401
        assert "more than 300 seconds" in error.message
    assert not Arrival.objects.waiting().exists()


@pytest.mark.parametrize(
    "time", ["-1", "1e9", "1800000000.0", " 1800000000", "١٨", "0x1", "9" * 40]
)
def test_a_time_is_whole_seconds(hmac_token: str, time: str) -> None:
    message = time.encode() + b"." + BODY
    made = hmac.new(SECRET.encode(), message, "sha256").hexdigest()
    headers = {"x-webhook-timestamp": time, "x-webhook-signature": f"sha256={made}"}

    assert refused(attempt(hmac_token, BODY, headers)).status == 401


def test_a_signed_call_is_good_once(hmac_token: str, standard_token: str) -> None:
    for token, headers in ((hmac_token, signed(BODY)), (standard_token, standard(BODY))):
        first = taken(attempt(token, BODY, headers))
        again = taken(attempt(token, BODY, headers, now=NOW + 200))
        assert (again.replayed, again.execution_id) == (True, first.execution_id)
    assert Arrival.objects.waiting().count() == 2


def test_nor_under_another_name(hmac_token: str, github_token: str) -> None:
    """Ids are not signed with HMAC and GitHub: who replays a call may give it a new one."""
    taken(attempt(hmac_token, BODY, {**signed(BODY), "idempotency-key": "1"}))
    event = json.dumps({"action": "opened"}).encode()
    taken(attempt(github_token, event, by_github(event, id="1")))

    for again in (
        attempt(hmac_token, BODY, {**signed(BODY), "idempotency-key": "2"}),
        attempt(github_token, event, by_github(event, id="2")),
    ):
        error = refused(again)
        assert (error.status, error.code) == (401, "call_refused")
        assert "came before" in error.message
    assert Arrival.objects.waiting().count() == 2


def test_nor_with_another_spelling_of_its_signature(standard_token: str) -> None:
    first = taken(attempt(standard_token, BODY, standard(BODY)))
    headers = standard(BODY)
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']} v2,x"

    again = taken(attempt(standard_token, BODY, headers))

    assert (again.replayed, again.execution_id) == (True, first.execution_id)


def test_a_signature_for_one_trigger_opens_no_other(alice: User) -> None:
    config = {"auth": "hmac"}
    one = hooked(alice, config=config, secret="the-secret-of-the-first")
    other = hooked(alice, config=config, secret="the-secret-of-the-other")
    headers = signed(BODY, "the-secret-of-the-first")

    assert taken(attempt(one.token, BODY, headers)).execution_id
    assert refused(attempt(other.token, BODY, headers)).status == 401


@pytest.mark.parametrize(
    "shape",
    ["{hex}", "sha1={hex}", "SHA256={hex}", "sha256={upper}", "sha256={half}", "sha256=", "é"],
)
def test_signatures_have_one_shape(hmac_token: str, shape: str) -> None:
    right = signed(BODY)["x-webhook-signature"].removeprefix("sha256=")
    shown = shape.format(hex=right, upper=right.upper(), half=right[:32])

    error = refused(attempt(hmac_token, BODY, {**signed(BODY), "x-webhook-signature": shown}))

    assert error.status == 401


def test_a_header_that_comes_twice_is_no_proof(alice: User) -> None:
    from agents.triggers.calls import headers_of

    found = headers_of([(b"X-Webhook-Secret", SECRET.encode()), (b"x-webhook-secret", b"x")])

    assert found == {"x-webhook-secret": f"{SECRET}, x"}
    assert refused(call(hooked(alice).token, headers=found, secret=None)).status == 401


def test_everything_is_compared_in_constant_time(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    real = hmac.compare_digest

    def watched(a: Any, b: Any) -> bool:
        compared.append(1)
        return real(a, b)

    monkeypatch.setattr(signing.hmac, "compare_digest", watched)  # type: ignore[attr-defined]
    graph, node = github_graph()
    ways: list[tuple[str, dict[str, str]]] = [
        (hooked(alice, *hook_graph()).token, {"x-webhook-secret": "wrong"}),
        (hooked(alice, config={"auth": "hmac"}).token, signed(BODY, "wrong")),
        (hooked(alice, config={"auth": "standard"}).token, standard(BODY, "wrong")),
        (hooked(alice, graph, node, kind="github").token, by_github(BODY, "wrong")),
    ]

    for number, (token, headers) in enumerate(ways, 1):
        assert refused(attempt(token, BODY, headers)).status == 401
        assert len(compared) == number


def test_secrets_of_the_standard_are_read_in_base64(alice: User) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    token = hooked(alice, config={"auth": "standard"}, secret=secret).token

    assert taken(attempt(token, BODY, standard(BODY, secret))).execution_id
