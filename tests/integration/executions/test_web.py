"""Blocks of a run ask other hosts: as the instance allows, and no longer than they are wanted."""

from collections.abc import Iterable
from typing import Any

import pytest

from accounts.models import User
from agents.executions import blockrun, claims
from agents.executions.context import WorkerContext
from agents.executions.leases import Pulse
from agents.executions.output import outputs
from agents.executions.web import RunHttp
from blocks.sdk import RequestFailed
from tests.support.cases import shown
from tests.support.graphs import GraphBuilder
from tests.support.runs import rows, run, start
from tests.support.webhosts import Asked, redirect, reply, web_host
from tests.support.webworlds import allowed_host

pytestmark = pytest.mark.django_db

JSON = {"Content-Type": "application/json"}


def asking(url: str, **pins: Any) -> tuple[GraphBuilder, str]:
    """Return an agent that asks the address."""
    g = GraphBuilder("Ask")
    node = g.node("SendWebRequestBlock", url=url, **pins)
    shown(g, node, "response", "answer")
    return g, node


def test_a_run_gets_the_answer(alice: User) -> None:
    with allowed_host(lambda asked: reply(b'{"n": 7}', headers=JSON)) as host:
        graph, _ = asking(host.url, method="GET")
        ended = run(alice, graph)

    assert (ended.status, outputs(ended)) == ("COMPLETED", {"answer": [{"n": 7}]})


def test_a_refusal_fails_the_node_with_its_code(alice: User) -> None:
    with (
        web_host(lambda asked: reply(b"inside")) as inside,
        allowed_host(lambda asked: redirect(inside.url)) as host,
    ):
        graph, node = asking(host.url)
        ended = run(alice, graph)

    [row] = rows(ended, node)
    assert (ended.status, row.error["code"]) == ("FAILED", "url_refused")
    assert inside.asked == []


def test_a_single_block_asks_too(alice: User) -> None:
    with allowed_host(lambda asked: reply(b"hello")) as host:
        given = blockrun.run_block(
            alice, "6595ae1f-b924-42cb-9a41-551a0611c4b4", {"url": host.url, "method": "GET"}
        )

    assert given == {"response": ["hello"]}


@pytest.mark.parametrize("sign", ["cancelled", "timed_out", "lost"])
def test_a_request_ends_with_what_asked_for_it(alice: User, sign: str) -> None:
    graph, node = asking("https://a.example")
    execution = start(alice, graph)
    [row] = rows(execution, node)
    claim = claims.claim(row.pk, worker="worker")
    assert claim is not None
    pulse = Pulse(execution.pk, row.pk, claim.attempt)

    def silent(asked: Asked) -> Iterable[bytes]:
        getattr(pulse, sign).set()
        asked.host.closing.wait(60)
        yield b""

    with allowed_host(silent) as host, pytest.raises(RequestFailed) as caught:
        WorkerContext(claim, pulse).http.request("GET", host.url)

    assert caught.value.code == "request_stopped"


def test_cookies_of_one_request_are_not_sent_with_the_next(alice: User) -> None:
    with allowed_host(lambda asked: reply(headers={"Set-Cookie": "id=1"})) as host:
        graph, _ = asking(host.url)
        run(alice, graph)
        run(alice, graph)

    assert [one.headers.get("cookie") for one in host.asked] == [None, None]


def test_secrets_are_asked_for_at_each_hop(alice: User) -> None:
    with (
        web_host(lambda asked: reply(b"there")) as other,
        allowed_host(lambda asked: redirect(other.url)) as host,
    ):
        told: list[str] = []

        def secrets(url: str) -> dict[str, str]:
            told.append(url)
            return {"X-Key": "mine"} if url.startswith(host.url) else {}

        with pytest.raises(RequestFailed):
            RunHttp().request("GET", host.url, secrets=secrets)

    assert [one.headers["x-key"] for one in host.asked] == ["mine"]
    assert [url.rstrip("/") for url in told] == [host.url, other.url]
