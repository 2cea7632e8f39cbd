"""The WebSocket: subscribe, catch up, follow; strangers are turned away."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from agents.executions.models import Event, Execution
from tests.support import runs
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.sockets import Socket, Sockets

pytestmark = pytest.mark.django_db(transaction=True)

run = sync_to_async(runs.run)
start = sync_to_async(runs.start)
run_to_end = sync_to_async(runs.run_to_end)
run_queued = sync_to_async(runs.run_queued)


@pytest.fixture
async def feed(socket: Sockets, alice: User) -> Socket:
    """Alice's open connection."""
    connection = await socket(user=alice)
    assert connection.accepted
    return connection


async def events(feed: Socket, last: int) -> list[dict[str, Any]]:
    """Return the messages up to the event with this number."""
    found: list[dict[str, Any]] = []
    while not found or found[-1]["seq"] < last:
        found.append(await feed.receive())
    return found


async def test_a_finished_run_is_told_from_its_beginning(feed: Socket, alice: User) -> None:
    execution = await run(alice, calculator(), Input=8)
    channel = f"{alice.pk}|graph_exec#{execution.pk}"

    answer = await feed.ask("subscribe_graph_execution", {"graph_exec_id": str(execution.pk)})

    assert answer == {
        "method": "subscribe_graph_execution",
        "data": None,
        "success": True,
        "channel": channel,
        "error": None,
    }
    told = await events(feed, 12)
    assert [one["seq"] for one in told] == list(range(1, 13))
    assert {one["channel"] for one in told} == {channel}
    assert told[-1]["method"] == "graph_execution_event"
    assert told[-1]["data"]["outputs"] == {"Output": [42.0]}
    recorded = Event.objects.filter(execution=execution).order_by("seq")
    moments = [moment async for moment in recorded.values_list("created", flat=True)]
    assert [datetime.fromisoformat(one["created"]) for one in told] == moments
    assert told[4]["method"] == "node_execution_event"
    assert told[4]["data"]["output_data"] == {"result": [8]}


async def test_since_resumes_where_the_client_was(feed: Socket, alice: User) -> None:
    execution = await run(alice, calculator(), Input=8)

    await feed.ask("subscribe_graph_execution", {"graph_exec_id": str(execution.pk), "since": 10})

    assert [one["seq"] for one in await events(feed, 12)] == [11, 12]


async def test_a_running_run_is_followed_live(feed: Socket, alice: User) -> None:
    execution = await start(alice, calculator(), Input=8)
    await feed.ask("subscribe_graph_execution", {"graph_exec_id": str(execution.pk)})
    assert [one["seq"] for one in await events(feed, 2)] == [1, 2]

    await run_queued()
    assert [one["seq"] for one in await events(feed, 6)] == [3, 4, 5, 6]
    await run_to_end(execution)

    told = await events(feed, 12)
    assert [one["seq"] for one in told] == [7, 8, 9, 10, 11, 12]
    assert told[-1]["data"]["status"] == "COMPLETED"


async def test_a_backlog_longer_than_a_page_comes_whole(feed: Socket, alice: User) -> None:
    graph = GraphBuilder()
    shown(graph, values(graph, *range(100)), "out")
    execution = await run(alice, graph)

    await feed.ask("subscribe_graph_execution", {"graph_exec_id": str(execution.pk)})

    seqs = [one["seq"] for one in await events(feed, execution.last_seq)]
    assert seqs == list(range(1, execution.last_seq + 1))
    assert len(seqs) > 200


async def test_all_runs_of_an_agent_are_told_of(feed: Socket, alice: User) -> None:
    version = await sync_to_async(runs.version_of)(alice, calculator())
    agent = str(version.agent_id)

    answer = await feed.ask("subscribe_graph_executions", {"graph_id": agent})
    execution = await sync_to_async(_start_version)(alice, version)
    told = [await feed.receive()]
    await run_to_end(execution)
    while told[-1]["data"]["status"] != "COMPLETED":
        told.append(await feed.receive())

    channel = f"{alice.pk}|graph#{agent}|executions"
    assert answer["channel"] == channel
    assert {(one["method"], one["channel"]) for one in told} == {("graph_execution_event", channel)}
    assert [one["data"]["status"] for one in told] == ["QUEUED", "RUNNING", "COMPLETED"]


def _start_version(owner: User, version: Any) -> Execution:
    from agents.executions import starting

    return starting.start(owner_id=owner.pk, version=version, inputs={"Input": 1})


async def test_two_subscriptions_share_a_connection(feed: Socket, alice: User) -> None:
    first = await run(alice, calculator(), Input=1)
    second = await run(alice, calculator(), Input=2)

    for execution in (first, second):
        await feed.ask("subscribe_graph_execution", {"graph_exec_id": str(execution.pk)})
        told = await events(feed, 12)
        assert {one["channel"] for one in told} == {f"{alice.pk}|graph_exec#{execution.pk}"}


async def test_nothing_comes_after_an_unsubscribe(feed: Socket, alice: User) -> None:
    execution = await start(alice, calculator(), Input=8)
    run_id = {"graph_exec_id": str(execution.pk)}
    await feed.ask("subscribe_graph_execution", run_id)
    await events(feed, 2)

    answer = await feed.ask("unsubscribe", run_id)
    await run_to_end(execution)

    assert (answer["method"], answer["success"]) == ("unsubscribe", True)
    assert (await feed.ask("heartbeat", "ping"))["data"] == "pong"
    assert await feed.receive_nothing(0.3)


@pytest.mark.parametrize("method", ["subscribe_graph_execution", "subscribe_graph_executions"])
async def test_a_stranger_hears_nothing(
    method: str, socket: Sockets, alice: User, bob: User
) -> None:
    execution = await start(alice, calculator(), Input=8)
    agent = await sync_to_async(lambda: execution.graph_version.agent_id)()
    data = {"graph_exec_id": str(execution.pk), "graph_id": str(agent)}
    theirs = await socket(user=bob)

    answer = await theirs.ask(method, data)
    await run_to_end(execution)

    assert (answer["method"], answer["success"], answer["channel"]) == ("error", False, None)
    assert "or it is not yours" in answer["error"]
    assert await theirs.receive_nothing(0.3)


async def test_a_heartbeat_is_answered(feed: Socket) -> None:
    assert await feed.ask("heartbeat", "ping") == {
        "method": "heartbeat",
        "data": "pong",
        "success": True,
        "channel": None,
        "error": None,
    }


FORMAT = "Invalid message format. Review the schema and retry"
DATA = "Invalid message data. Refer to the API schema"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", FORMAT),
        ("not JSON", FORMAT),
        ("[]", FORMAT),
        ("NaN", FORMAT),
        ("[" * 100_000, FORMAT),
        ('{"method": 5}', FORMAT),
        ("{}", FORMAT),
        ('{"method": "unknown"}', "Message type is not processed by the server"),
        ('{"method": "subscribe_graph_execution"}', "Subscription data missing"),
        ('{"method": "subscribe_graph_execution", "data": 5}', DATA),
        ('{"method": "subscribe_graph_execution", "data": {}}', DATA),
        ('{"method": "subscribe_graph_execution", "data": {"graph_exec_id": 5}}', DATA),
        ('{"method": "subscribe_graph_execution", "data": {"graph_exec_id": "\\u0000"}}', DATA),
        ('{"method": "subscribe_graph_executions", "data": {"graph_id": "x"}}', DATA),
        ('{"method": "unsubscribe", "data": {}}', DATA),
        ('{"method": "unsubscribe"}', "Subscription data missing"),
    ],
)
async def test_what_cannot_be_read_is_refused_and_the_connection_stays(
    feed: Socket, text: str, error: str
) -> None:
    await feed.say(text)

    answer = await feed.receive()
    assert (answer["method"], answer["success"], answer["error"]) == ("error", False, error)
    assert (await feed.ask("heartbeat"))["success"] is True


@pytest.mark.parametrize("since", [-1, 1.5, "1", None, True, 2**62, 10**400])
async def test_a_since_that_is_no_number_is_refused(
    feed: Socket, alice: User, since: object
) -> None:
    execution = await start(alice, calculator(), Input=8)
    data = {"graph_exec_id": str(execution.pk), "since": since}

    answer = await feed.ask("subscribe_graph_execution", data)

    assert (answer["method"], answer["error"]) == ("error", DATA)


async def test_an_unknown_run_is_refused(feed: Socket) -> None:
    answer = await feed.ask("subscribe_graph_execution", {"graph_exec_id": str(uuid4())})

    assert answer["error"].startswith("There is no execution ")


async def test_who_brings_no_credentials_is_told_so(socket: Sockets) -> None:
    assert await (await socket()).closing_code() == 4001


@pytest.mark.parametrize("query", ["?token=nonsense", "?token=%00", "?token=a.b.c"])
async def test_who_brings_bad_credentials_is_told_so(socket: Sockets, query: str) -> None:
    assert await (await socket(f"/ws/v1/{query}")).closing_code() == 4003


async def test_a_token_opens_the_feed(socket: Sockets, alice: User) -> None:
    token = await sync_to_async(AccessToken.for_user)(alice)

    feed = await socket(f"/ws/v1/?token={token}")

    assert (await feed.ask("heartbeat"))["data"] == "pong"


async def test_bytes_are_no_message(feed: Socket) -> None:
    await feed.send_input({"type": "websocket.receive", "bytes": json.dumps({}).encode()})

    assert (await feed.receive())["error"] == FORMAT
