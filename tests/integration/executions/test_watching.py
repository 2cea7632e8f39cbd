"""One reader for all who watch the same: nothing missed, nothing twice, nobody waits for another."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, suppress
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from accounts.models import User
from agents.executions import watching
from agents.executions.models import Execution
from agents.executions.watching import Page, RunReader
from tests.support import runs
from tests.support.graphs import calculator
from tests.support.sockets import Socket, Sockets

pytestmark = pytest.mark.django_db(transaction=True)

run = sync_to_async(runs.run)
start = sync_to_async(runs.start)
run_to_end = sync_to_async(runs.run_to_end)

ALL = list(range(1, 13))  # the numbers of a calculation's events
read_page = watching.read_page


@pytest.fixture(autouse=True)
async def connections_closed() -> AsyncIterator[None]:
    """Close what the tests' own thread left open."""
    yield
    await sync_to_async(connections.close_all)()


def reading(
    read: Callable[..., Coroutine[Any, Any, Page | None]] = read_page,
) -> AbstractContextManager[AsyncMock]:
    """Count the reads, or do something else instead of them."""
    return patch.object(watching, "read_page", AsyncMock(side_effect=read))


async def told(user: User, execution: Execution, since: int = 0) -> list[int]:
    """Watch to the run's end; return the numbers of the events in the order they came."""
    found: list[int] = []
    async with RunReader.shared(user, execution.pk) as reader:
        while not reader.is_over(found[-1] if found else since):
            events = await reader.after(found[-1] if found else since)
            found += [event.seq for event in events]
            if not events:
                await reader.change()
    return found


async def subscribed(sockets: Sockets, user: User, execution: Execution, since: int = 0) -> Socket:
    socket = await sockets(user=user)
    data = {"graph_exec_id": str(execution.pk), "since": since}
    assert (await socket.ask("subscribe_graph_execution", data))["success"] is True
    return socket


async def numbers(socket: Socket, last: int = 12) -> list[int]:
    found: list[int] = []
    while not found or found[-1] < last:
        found.append((await socket.receive())["seq"])
    return found


@pytest.fixture
async def execution(alice: User, servers: None) -> Execution:
    """A run of which two events are recorded; its nodes wait."""
    return await start(alice, calculator(), Input=8)


async def test_a_hundred_watchers_cost_no_more_reads_than_one(
    alice: User, execution: Execution
) -> None:
    await run_to_end(execution)

    with reading() as reads:
        everyone = await asyncio.gather(*(told(alice, execution) for _ in range(100)))

    assert everyone == [ALL] * 100
    assert reads.await_count <= 3  # at the first one's coming, when the bell is heard, and between


async def test_fifty_clients_get_every_event_once_and_in_order(
    socket: Sockets, alice: User, execution: Execution
) -> None:
    clients = [await subscribed(socket, alice, execution) for _ in range(50)]

    await run_to_end(execution)

    assert await asyncio.gather(*(numbers(client) for client in clients)) == [ALL] * 50
    assert await clients[0].receive_nothing(0.2)


async def test_a_client_that_comes_back_goes_on_after_its_number_beside_others(
    socket: Sockets, alice: User, execution: Execution
) -> None:
    steady = await subscribed(socket, alice, execution)
    leaving = await subscribed(socket, alice, execution)
    assert await numbers(leaving, 2) == [1, 2]
    await leaving.close()
    socket.opened.remove(leaving)

    await run_to_end(execution)
    back = await subscribed(socket, alice, execution, since=2)

    assert await numbers(back) == ALL[2:]
    assert await numbers(steady) == ALL


async def test_who_joins_during_a_read_misses_nothing_that_it_is_too_early_for(
    alice: User, execution: Execution
) -> None:
    reading_on, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*args: Any) -> Page | None:
        page = await read_page(*args)
        reading_on.set()
        await go_on.wait()
        return page

    with reading(slowly):
        first = asyncio.create_task(told(alice, execution))
        await reading_on.wait()  # this read saw two events
        await run_to_end(execution)
        second = asyncio.create_task(told(alice, execution))
        await asyncio.sleep(0)
        go_on.set()

        assert (await first, await second) == (ALL, ALL)


async def test_bells_that_ring_during_a_read_mean_one_more(
    alice: User, execution: Execution
) -> None:
    reading_on, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*args: Any) -> Page | None:
        reading_on.set()
        await go_on.wait()
        return await read_page(*args)

    with reading(slowly) as reads, patch.object(watching, "bells", _silence):
        async with RunReader.shared(alice, execution.pk) as reader:
            await reading_on.wait()
            for _ in range(20):
                reader.rung.set()
            go_on.set()
            await reader.change()
            while reads.await_count < 2:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)

    assert reads.await_count == 2


async def _silence(group: str) -> Any:
    await asyncio.Event().wait()
    yield group


async def test_a_slow_watcher_catches_up_and_holds_up_nobody(
    alice: User, execution: Execution
) -> None:
    with patch.object(watching, "MOST_KEPT", 3):
        async with RunReader.shared(alice, execution.pk) as reader:
            await reader.change()
            first = await reader.after(0)
            await run_to_end(execution)
            assert await told(alice, execution) == ALL  # while the slow one does nothing

            assert [event.seq for event in reader.kept] == ALL[-3:]
            assert [event.seq for event in first] == [1, 2]
            assert [event.seq for event in await reader.after(2)] == ALL[2:]
            assert [event.seq for event in await reader.after(10)] == ALL[10:]


async def test_a_reader_keeps_no_more_text_than_allowed(alice: User, execution: Execution) -> None:
    await run_to_end(execution)

    with patch.object(watching, "MOST_CHARACTERS", 0):
        async with RunReader.shared(alice, execution.pk) as reader:
            await reader.change()
            assert reader.kept == []
            assert [event.seq for event in await reader.after(0)] == ALL


async def test_what_is_quiet_is_forgotten_and_can_still_be_read(
    alice: User, execution: Execution
) -> None:
    await run_to_end(execution)

    with patch.object(watching, "TIMER", 0.1):
        async with RunReader.shared(alice, execution.pk) as reader:
            while reader.kept or reader.known is None:
                await asyncio.sleep(0.05)
            assert [event.seq for event in await reader.after(0)] == ALL


async def test_a_lost_bell_is_made_up_for(alice: User, execution: Execution) -> None:
    with patch.object(watching, "TIMER", 0.1), patch.object(watching, "bells", _silence):
        watcher = asyncio.create_task(told(alice, execution))
        await asyncio.sleep(0.2)
        await run_to_end(execution)

        assert await watcher == ALL


async def test_a_reader_ends_with_its_last_watcher(
    socket: Sockets, alice: User, execution: Execution
) -> None:
    one, other = [await subscribed(socket, alice, execution) for _ in range(2)]
    [reader] = watching._readers[asyncio.get_running_loop()].values()
    assert [await numbers(client, 2) for client in (one, other)] == [[1, 2]] * 2
    assert reader.watchers == 2

    await one.ask("unsubscribe", {"graph_exec_id": str(execution.pk)})
    assert not any(task.done() for task in reader.tasks)
    await other.close()
    socket.opened.remove(other)

    assert all(task.done() for task in reader.tasks)
    assert watching._readers[asyncio.get_running_loop()] == {}


async def test_a_reader_ends_also_where_something_swallows_that_it_should(
    alice: User, execution: Execution
) -> None:
    with patch.object(watching, "bells", _deaf):
        async with asyncio.timeout(10), RunReader.shared(alice, execution.pk) as reader:
            await reader.change()

    assert all(task.done() for task in reader.tasks)


async def _deaf(group: str) -> Any:
    """Do as redis-py sometimes does: the first request to end is not heard."""
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()
    yield group


async def test_readers_are_not_shared_between_persons(
    alice: User, bob: User, execution: Execution
) -> None:
    await run_to_end(execution)

    assert await told(alice, execution) == ALL
    async with RunReader.shared(alice, execution.pk):
        assert await told(bob, execution) == []


async def test_all_who_watch_an_agent_share_each_read_of_a_run(
    socket: Sockets, alice: User, execution: Execution
) -> None:
    agent = await sync_to_async(lambda: execution.graph_version.agent_id)()
    read_changes = watching.read_changes
    with patch.object(watching, "read_changes", AsyncMock(side_effect=read_changes)) as reads:
        clients = [await socket(user=alice) for _ in range(10)]
        for client in clients:
            await client.ask("subscribe_graph_executions", {"graph_id": str(agent)})
        await run_to_end(execution)
        told = []
        for client in clients:
            told.append([await client.receive()])
            while told[-1][-1]["data"]["status"] != "COMPLETED":
                told[-1].append(await client.receive())

    assert told == [told[0]] * 10
    assert [one["data"]["status"] for one in told[0]] == ["RUNNING", "COMPLETED"]
    assert reads.await_count <= 8  # not twenty
