"""Those who watch a run see a model's answer grow, and the database is not asked for it."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from agents.executions import publisher
from agents.executions.claims import Claim, claim
from agents.executions.models import Event
from agents.executions.words import Words
from kernel import messages
from tests.integration.llm.test_agents import asking
from tests.support import runs
from tests.support.sockets import Sockets

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What goes to Redis, piece by piece."""
    found: list[Any] = []
    monkeypatch.setattr(messages, "publish", lambda url, notices: found.extend(notices))
    return found


def held(alice: User) -> Claim:
    graph, node = asking()
    execution = runs.start(alice, graph)
    [row] = runs.rows(execution, node)
    found = claim(row.pk, worker="w", run=execution.pk)
    assert found is not None
    return found


def text_of(published: list[Any]) -> str:
    return "".join(piece_of(notice)["text"] for notice in published)


def piece_of(notice: Any) -> Any:
    return publisher._layer().deserialize(notice[1])["piece"]


def test_pieces_are_published_together_and_say_where_they_belong(
    alice: User, published: list[Any]
) -> None:
    holding = held(alice)
    words = Words(holding, "response", [])

    words.tell()
    for piece in ("Hel", "lo"):
        words.add(piece)
    words.tell()
    words.add(" there")
    words.tell()
    words.tell()

    assert [(piece_of(one)["offset"], piece_of(one)["text"]) for one in published] == [
        (0, "Hello"),
        (5, " there"),
    ]
    first = piece_of(published[0])
    assert first["graph_exec_id"] == str(holding.execution.pk)
    assert first["node_exec_id"] == str(holding.node_execution.pk)
    assert (first["pin"], first["attempt"]) == ("response", 1)


def test_a_secret_is_not_told_however_it_is_cut(alice: User, published: list[Any]) -> None:
    secret = "sk-very-secret"
    words = Words(held(alice), "response", [secret])
    answer = f"The key is {secret} and that was it. Anything else?"

    for sign in answer:
        words.add(sign)
        words.tell()

    told = text_of(published)
    assert told == "The key is [redacted] and that was it. Anything else?"[: len(told)]
    assert "sk-" not in told
    assert len(told) > len("The key is [redacted] and that")


def test_an_answer_without_end_is_not_told_without_end(alice: User, published: list[Any]) -> None:
    words = Words(held(alice), "response", [])

    for _ in range(5):
        words.add("x" * 600_000)
        words.tell()

    assert len(text_of(published)) == 1_200_000


def test_words_are_no_events(alice: User, published: list[Any]) -> None:
    words = Words(held(alice), "response", [])
    before = Event.objects.count()

    words.add("Hello")
    words.tell()

    assert len(published) == 1
    assert Event.objects.count() == before


def test_a_redis_that_is_away_does_not_end_an_answer(alice: User, settings: Any) -> None:
    holding = held(alice)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    words = Words(holding, "response", [])

    words.add("Hello")
    words.tell()


@pytest.mark.django_db(transaction=True)
async def test_who_follows_a_run_hears_its_words_and_nobody_else_does(
    socket: Sockets, alice: User, charlie: User
) -> None:
    holding = await sync_to_async(held)(alice)
    run = str(holding.execution.pk)
    feed, stranger = await socket(user=alice), await socket(user=charlie)
    await feed.ask("subscribe_graph_execution", {"graph_exec_id": run})
    refused = await stranger.ask("subscribe_graph_execution", {"graph_exec_id": run})
    words = Words(holding, "response", [])

    async def speak() -> None:
        while True:  # who listens a moment later misses what was said before: it is a preview
            words.add("so ")
            await sync_to_async(words.tell)()
            await asyncio.sleep(0.05)

    speaking = asyncio.create_task(speak())
    told = await feed.receive()
    while told["method"] != "node_execution_words":
        told = await feed.receive()
    speaking.cancel()

    assert refused["success"] is False
    assert "seq" not in told
    assert told["channel"] == f"{alice.pk}|graph_exec#{run}"
    assert told["data"]["text"].startswith("so ")
    assert told["data"]["offset"] % 3 == 0
    assert await stranger.ask("heartbeat") == {
        "method": "heartbeat",
        "data": "pong",
        "success": True,
        "channel": None,
        "error": None,
    }
