"""A run's events as a server-sent stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from accounts.models import User
from agents.executions.models import Execution
from apikeys.services import issue
from tests.support import runs
from tests.support.graphs import calculator

pytestmark = pytest.mark.django_db(transaction=True)

run = sync_to_async(runs.run)
start = sync_to_async(runs.start)
run_to_end = sync_to_async(runs.run_to_end)


@pytest.fixture(autouse=True)
async def connections_closed() -> AsyncIterator[None]:
    """Close what the client's thread left open: in tests, the end of a request does not."""
    yield
    await sync_to_async(connections.close_all)()


async def stream(user: User, execution: Execution, **headers: str) -> Any:
    key = await sync_to_async(issue)(user)
    return await AsyncClient().get(
        f"/api/v1/executions/{execution.pk}/events/",
        headers={"Accept": "text/event-stream", "X-API-Key": key, **headers},
    )


async def frames(content: AsyncIterator[bytes]) -> AsyncIterator[dict[str, str]]:
    """Yield each event's fields; comments have none."""
    rest = ""
    async for piece in content:
        rest += piece.decode()
        while "\n\n" in rest:
            frame, _, rest = rest.partition("\n\n")
            fields = dict(line.split(": ", 1) for line in frame.splitlines() if line[0] != ":")
            if fields:
                yield fields


async def test_a_finished_run_is_told_and_the_stream_ends(alice: User, servers: None) -> None:
    execution = await run(alice, calculator(), Input=8)

    response = await stream(alice, execution)

    assert response["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"
    told = [frame async for frame in frames(response.streaming_content)]
    assert [one["id"] for one in told] == [str(number) for number in range(1, 13)]
    assert told[0]["event"] == "graph_execution_event"
    assert json.loads(told[-1]["data"])["outputs"] == {"Output": [42.0]}


async def test_a_running_run_is_followed_to_its_end(alice: User, servers: None) -> None:
    execution = await start(alice, calculator(), Input=8)
    response = await stream(alice, execution)
    told = frames(response.streaming_content)
    first = [await anext(told) for _ in range(2)]

    await run_to_end(execution)

    rest = [frame async for frame in told]
    assert [one["id"] for one in [*first, *rest]] == [str(number) for number in range(1, 13)]


async def test_a_client_that_comes_back_misses_nothing(alice: User, servers: None) -> None:
    execution = await run(alice, calculator(), Input=8)

    response = await stream(alice, execution, **{"Last-Event-ID": "10"})

    told = [frame["id"] async for frame in frames(response.streaming_content)]
    assert told == ["11", "12"]


async def test_a_client_that_leaves_is_forgotten(alice: User, servers: None) -> None:
    execution = await start(alice, calculator(), Input=8)
    response = await stream(alice, execution)
    told = frames(response.streaming_content)
    await anext(told)

    await told.aclose()  # type: ignore[attr-defined]
    await asyncio.sleep(0)

    assert (await run_to_end(execution)).status == "COMPLETED"


async def test_a_stranger_meets_a_404(alice: User, bob: User, servers: None) -> None:
    execution = await run(alice, calculator(), Input=8)

    response = await stream(bob, execution)

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(response.content)["code"] == "not_found"
