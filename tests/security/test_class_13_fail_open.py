"""Class 13: no call passes a trigger without its secret, whatever is missing."""

import json
from typing import Any

import pytest

from accounts.models import User
from agents.triggers import kinds, services, signing
from agents.triggers.calls import Call
from agents.triggers.errors import CallRefused, InvalidTrigger
from agents.triggers.kinds.base import Called
from agents.triggers.models import Arrival, Trigger
from audit.models import Entry
from tests.support.graphs import GraphBuilder
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

BODY = b'{"action": "opened"}'
WAYS: dict[str, dict[str, Any]] = {
    "header": {"kind": "generic_webhook", "config": {"auth": "header"}},
    "hmac": {"kind": "generic_webhook", "config": {"auth": "hmac"}},
    "standard": {"kind": "generic_webhook", "config": {"auth": "standard"}},
    "github": {"kind": "github", "config": {}},
}


def proof(way: str, secret: str) -> dict[str, str]:
    """Return the headers that show that the caller has this secret."""
    match way:
        case "header":
            return {"x-webhook-secret": secret}
        case "hmac":
            return signed(BODY, secret)
        case "standard":
            found: dict[str, str] = standard(BODY, secret)
            return found
    return by_github(BODY, secret)


def made(owner: User, way: str, **more: Any) -> services.Made:
    graph, node = github_graph() if way == "github" else hook_graph()
    return hooked(owner, graph, node, **WAYS[way], **more)


def attempt(token: str, headers: dict[str, str]) -> Call:
    return call(token, BODY, headers, secret=None)


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_whoever_has_the_secret_gets_in(alice: User, way: str) -> None:
    assert taken(attempt(made(alice, way).token, proof(way, SECRET))).execution_id


def test_whoever_has_none_does_not(alice: User, way: str) -> None:
    error = refused(attempt(made(alice, way).token, {}))

    assert (error.code, error.status) == ("call_refused", 401)
    assert list(Arrival.objects.values_list("verdict", flat=True)) == ["refused"]


@pytest.mark.parametrize(
    "wrong", ["", " ", "null", "undefined", "the-secret-of-the-caller", SECRET.upper()]
)
def test_another_secret_does_not_get_in(alice: User, way: str, wrong: str) -> None:
    assert refused(attempt(made(alice, way).token, proof(way, wrong))).status == 401
    assert not Arrival.objects.waiting().exists()


def test_each_header_of_the_proof_is_needed(alice: User, way: str) -> None:
    token = made(alice, way).token
    whole = proof(way, SECRET)
    needed = {"x-webhook-secret", "x-webhook-timestamp", "x-webhook-signature", "webhook-id"}
    needed |= {"webhook-timestamp", "webhook-signature", "x-hub-signature-256"}

    for name in needed & set(whole):
        for value in ("", None):
            rest = {key: one for key, one in whole.items() if key != name}
            error = refused(attempt(token, rest if value is None else {**rest, name: value}))
            assert error.status == 401, (name, value)
    assert not Arrival.objects.waiting().exists()


@pytest.mark.parametrize("kept", ["none", "empty", "blank", "unreadable"])
@pytest.mark.parametrize("shown", ["", " ", SECRET])
def test_a_trigger_without_a_secret_opens_to_nobody(
    alice: User, way: str, kept: str, shown: str
) -> None:
    trigger, token = (one := made(alice, way)).trigger, one.token
    match kept:
        case "none":
            Trigger.objects.filter(pk=trigger.pk).update(sealed=None, key_id="")
        case "unreadable":
            Trigger.objects.filter(pk=trigger.pk).update(sealed=b"\x01nothing of ours")
        case _:
            trigger.put({"token": token, "secret": "" if kept == "empty" else "  "})
            trigger.save()

    error = refused(attempt(token, proof(way, shown)))

    assert (error.code, error.status) == ("call_refused", 401)
    assert not Arrival.objects.waiting().exists()


def test_no_kind_that_is_called_judges_without_a_secret() -> None:
    called = [one for one in kinds.every() if isinstance(one, Called)]
    assert len(called) >= 2

    for kind in called:
        for headers in ({}, proof("header", ""), proof("hmac", ""), proof("github", "")):
            one = Call("x", headers={**headers}, body=BODY, time=NOW)
            with pytest.raises(CallRefused):
                kind.judge(one, "", kind.config(), None)


@pytest.mark.parametrize("auth", ["none", "", None, "HEADER"])
def test_there_is_no_setting_that_asks_for_nothing(alice: User, auth: Any) -> None:
    with pytest.raises(InvalidTrigger):
        hooked(alice, config={"auth": auth})

    assert Trigger.objects.count() == 0


@pytest.mark.parametrize("secret", ["short", " " * 20, "with\nline ends and more", "x" * 600])
def test_a_secret_that_protects_nothing_is_not_taken(alice: User, secret: str) -> None:
    with pytest.raises(InvalidTrigger, match="secret"):
        hooked(alice, secret=secret)


def test_left_out_it_is_made(alice: User) -> None:
    one = hooked(alice, secret="")

    assert len(one.secret) >= 40
    assert taken(call(one.token, secret=one.secret)).execution_id


def test_the_secret_of_the_node_counts_where_none_is_given(alice: User) -> None:
    graph, node = hook_graph(secret_token="the-authors-own-secret")

    assert hooked(alice, graph, node, secret="").secret == "the-authors-own-secret"


def test_a_short_secret_of_the_node_is_refused(alice: User) -> None:
    graph, node = hook_graph(secret_token="abc")

    with pytest.raises(InvalidTrigger, match="16 to 512"):
        hooked(alice, graph, node, secret="")


def test_what_is_refused_is_told_to_the_owner(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    one = hooked(alice)

    for _ in range(30):
        refused(call(one.token, secret="a-guess-of-a-secret"))

    [line] = Entry.objects.filter(action="trigger.call_refused")
    assert (line.owner_id, line.outcome, line.via) == (alice.pk, "refused", "nobody")
    assert (line.address, line.object_id) == ("192.0.2.1", str(one.trigger.pk))
    told = [record for record in caplog.records if "was refused" in record.message]
    assert len(told) == 30
    assert "a-guess-of-a-secret" not in caplog.text
    assert one.token not in caplog.text
    assert Arrival.objects.count() == 10, "whoever guesses fills no table"


def test_the_secret_must_be_there_before_anything_is_compared() -> None:
    for check in (
        lambda: signing.check_shown("", ""),
        lambda: signing.check_hex("", "sha256=", b"", header="X"),
        lambda: signing.check_standard("", "v1,", b""),
    ):
        with pytest.raises(CallRefused, match="has no secret"):
            check()


def test_json_is_not_read_before_it_is_believed(alice: User) -> None:
    deep = b"[" * 100_000
    one = hooked(alice)

    assert refused(call(one.token, deep, secret="a-guess-of-a-secret")).status == 401
    assert refused(call(one.token, json.dumps([1]).encode())).code == "call_not_readable"


def test_an_agent_without_a_node_for_it_takes_no_calls_of_github(alice: User) -> None:
    graph = GraphBuilder("Other")
    node = graph.node("GenericWebhookTriggerBlock")

    with pytest.raises(InvalidTrigger, match="not for triggers of the kind"):
        hooked(alice, graph, node, kind="github")
