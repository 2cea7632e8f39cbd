"""A whole instance tells others of a run: a receiver that was down."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tests.acceptance.instances import Trellis, until
from tests.support.graphs import GraphBuilder
from tests.support.webhosts import Asked, WebHost, reply, web_host


@dataclass
class Receiver:
    """A host that is down until it is told to be up; one of its paths never answers."""

    up: threading.Event
    host: WebHost | None = None

    def answer(self, asked: Asked) -> bytes:
        if asked.path == "/silent":
            asked.host.closing.wait()
        return reply() if self.up.is_set() else reply(status="503 Service Unavailable")

    def at(self, path: str) -> list[Asked]:
        assert self.host is not None
        return [one for one in self.host.asked if one.path == path]


@dataclass
class Open(Trellis):
    """An instance that may call the receiver."""

    allowed: str = ""

    def environment(self) -> dict[str, str]:
        return super().environment() | {"EGRESS_ALLOW": self.allowed}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver(threading.Event())
    with web_host(found.answer) as host:
        found.host = host
        yield found


@pytest.fixture
def trellis(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Open]:
    assert receiver.host is not None
    place = receiver.host.url.removeprefix("http://")
    instance = Open(tmp_path_factory.mktemp("news") / "data", allowed=place)
    try:
        instance.start("--port", "0")
        yield instance
        instance.end()
    finally:
        instance.kill_everything()


def failing() -> dict[str, Any]:
    g = GraphBuilder("Tea")
    g.node("CalculatorBlock", operation="Divide", a=1, b=0)
    return g.file()


def test_a_receiver_that_was_down_hears_of_it_and_a_silent_one_holds_up_nobody(
    trellis: Open, receiver: Receiver
) -> None:
    assert receiver.host is not None
    headers = {"X-API-Key": trellis.command("token").stdout.strip()}
    with httpx.Client(base_url=f"{trellis.url}/api/v1", headers=headers, timeout=60) as api:

        def post(path: str, body: Any) -> Any:
            answer = api.post(path, json=body)
            assert answer.status_code in {201, 202}, answer.text
            return answer.json()

        events = ["execution.failed"]
        for _ in range(9):
            post("/webhooks/", {"url": f"{receiver.host.url}/silent", "events": events})
        hook = post("/webhooks/", {"url": f"{receiver.host.url}/in", "events": events})
        agent = post("/graphs/", {"graph": failing()})
        run = post(f"/graphs/{agent['id']}/execute/", {"inputs": {}})

        until(lambda: receiver.at("/in"), "the receiver that is down is called")
        receiver.up.set()
        log = f"/webhooks/{hook['id']}/deliveries/"

        def arrived() -> bool:
            return bool(api.get(log).json()["results"][0]["status"] == "DELIVERED")

        until(arrived, "the event arrives when the receiver is up")
        calls = receiver.at("/in")
        assert len({call.headers["webhook-id"] for call in calls}) == 1
        told = Webhook(hook["secret"]).verify(calls[-1].body, calls[-1].headers)
        assert (told["type"], told["data"]["id"]) == ("execution.failed", run["id"])
        told_on_the_bell = api.get("/notifications/").json()["results"]
        assert [one["title"] for one in told_on_the_bell] == ["Tea failed"]

        # Meanwhile, nothing of the instance waited for the silent ones.
        again = post(f"/graphs/{agent['id']}/execute/", {"inputs": {}})
        until(
            lambda: api.get(f"/executions/{again['id']}/").json()["status"] == "FAILED",
            "the next run ends",
        )
