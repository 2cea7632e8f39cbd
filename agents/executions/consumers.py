"""The execution feed: a WebSocket that tells what was recorded.

Envelope, both ways: ``{"method", "data", "success", "channel", "error"}``, as the AutoGPT Platform
has it; events also carry ``seq``. The channel layer only rings: at each bell, and on a slow timer
in case one was lost, the feed sends whatever was recorded after the last number it sent.
"""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils.timezone import now

from agents.executions.events import PAGE, describe, messages_after
from agents.executions.models import Event, Execution
from agents.executions.publisher import agent_group, execution_group
from agents.graphs.models import Agent
from kernel.jsontypes import NotJSON, dumps, loads

MISSING_TOKEN, INVALID_TOKEN = 4001, 4003
TIMER = 5.0  # seconds
MOST_SUBSCRIPTIONS = 100


class BadMessage(Exception):
    """The client's message cannot be carried out; the text goes back to it."""


class ExecutionFeed(AsyncWebsocketConsumer):
    """One person's watch over runs."""

    async def connect(self) -> None:
        self.seen: dict[UUID, int] = {}  # run → number of the last event sent
        self.agents: dict[UUID, dict[UUID, int]] = {}  # agent → the same, for its runs
        self.since = now()
        self.lock = asyncio.Lock()
        self.timer: asyncio.Task[None] | None = None
        self.user: Any = self.scope.get("user")
        await self.accept()
        if self.user is None or not self.user.is_authenticated:
            invalid = self.scope.get("auth_error") == "invalid"
            await self.close(INVALID_TOKEN if invalid else MISSING_TOKEN)
            return
        self.timer = asyncio.create_task(self._keep_catching_up())

    async def disconnect(self, code: int) -> None:
        if self.timer is not None:
            self.timer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.timer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        method: Any = "error"
        try:
            message = _read(text_data)
            method = message["method"]
            await self._carry_out(method, message.get("data"))
        except BadMessage as error:
            await self._send(method="error", success=False, error=str(error))

    async def _carry_out(self, method: str, data: Any) -> None:
        if method == "heartbeat":
            await self._send(method="heartbeat", data="pong", success=True)
        elif method == "subscribe_graph_execution":
            await self._subscribe_run(_id(data, "graph_exec_id"), _since(data))
        elif method == "subscribe_graph_executions":
            await self._subscribe_agent(_id(data, "graph_id"))
        elif method == "unsubscribe":
            await self._unsubscribe(data)
        else:
            raise BadMessage("Message type is not processed by the server")

    async def _subscribe_run(self, run: UUID, since: int) -> None:
        if await _visible_run(self.user, run) is None:
            raise BadMessage(f"There is no execution {str(run)!r}, or it is not yours.")
        self._check_room()
        await self.channel_layer.group_add(execution_group(run), self.channel_name)
        async with self.lock:
            self.seen[run] = since
        await self._acknowledge("subscribe_graph_execution", self._run_channel(run))
        await self._catch_up_run(run)

    async def _subscribe_agent(self, agent: UUID) -> None:
        if not await _visible_agent(self.user, agent):
            raise BadMessage(f"There is no agent {str(agent)!r}, or it is not yours.")
        self._check_room()
        await self.channel_layer.group_add(agent_group(agent), self.channel_name)
        self.agents.setdefault(agent, {})
        await self._acknowledge("subscribe_graph_executions", self._agent_channel(agent))

    async def _unsubscribe(self, data: Any) -> None:
        if isinstance(data, dict) and "graph_id" in data:
            agent = _id(data, "graph_id")
            self.agents.pop(agent, None)
            await self.channel_layer.group_discard(agent_group(agent), self.channel_name)
            await self._acknowledge("unsubscribe", self._agent_channel(agent))
            return
        run = _id(data, "graph_exec_id")
        self.seen.pop(run, None)
        await self.channel_layer.group_discard(execution_group(run), self.channel_name)
        await self._acknowledge("unsubscribe", self._run_channel(run))

    async def execution_bell(self, message: dict[str, Any]) -> None:
        """Something was recorded for a run that this feed may watch."""
        run = UUID(message["execution"])
        if run in self.seen:
            await self._catch_up_run(run)
        if self.agents:
            await self._catch_up_agents(run)

    async def _keep_catching_up(self) -> None:
        while True:
            await asyncio.sleep(TIMER)
            for run in list(self.seen):
                await self._catch_up_run(run)

    async def _catch_up_run(self, run: UUID) -> None:
        """Send, in order, what was recorded since the last event sent."""
        async with self.lock:
            while run in self.seen:
                messages = await _messages(self.user, run, self.seen[run])
                for message in messages:
                    await self._send_event(message, self._run_channel(run))
                    self.seen[run] = message["seq"]
                if len(messages) < PAGE:
                    return

    async def _catch_up_agents(self, run: UUID) -> None:
        async with self.lock:
            agent = await _agent_of(self.user, run)
            runs = self.agents.get(agent) if agent else None
            if agent is None or runs is None:
                return
            for message in await _graph_messages(run, runs.get(run, 0), self.since):
                await self._send_event(message, self._agent_channel(agent))
                runs[run] = message["seq"]

    def _check_room(self) -> None:
        if len(self.seen) + len(self.agents) >= MOST_SUBSCRIPTIONS:
            raise BadMessage(f"One connection may hold {MOST_SUBSCRIPTIONS} subscriptions.")

    def _run_channel(self, run: UUID) -> str:
        return f"{self.user.pk}|graph_exec#{run}"

    def _agent_channel(self, agent: UUID) -> str:
        return f"{self.user.pk}|graph#{agent}|executions"

    async def _acknowledge(self, method: str, channel: str) -> None:
        await self._send(method=method, success=True, channel=channel)

    async def _send_event(self, message: dict[str, Any], channel: str) -> None:
        await self._send(
            method=message["type"], channel=channel, seq=message["seq"], data=message["data"]
        )

    async def _send(self, *, method: str, **members: Any) -> None:
        envelope = {"method": method, "data": None, "success": None, "channel": None, "error": None}
        await self.send(text_data=dumps(envelope | members))


def _read(text: str | None) -> dict[str, Any]:
    try:
        message = loads(text or "")
    except NotJSON:
        message = None
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        raise BadMessage("Invalid message format. Review the schema and retry")
    return message


def _id(data: Any, name: str) -> UUID:
    if data is None:
        raise BadMessage("Subscription data missing")
    try:
        return UUID(data[name])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadMessage("Invalid message data. Refer to the API schema") from None


def _since(data: Any) -> int:
    since = data.get("since", 0)
    if isinstance(since, bool) or not isinstance(since, int) or not 0 <= since < 2**62:
        raise BadMessage("Invalid message data. Refer to the API schema")
    return int(since)


@database_sync_to_async
def _visible_run(user: Any, run: UUID) -> Execution | None:
    return Execution.objects.visible_to(user).filter(pk=run).first()


@database_sync_to_async
def _visible_agent(user: Any, agent: UUID) -> bool:
    return Agent.objects.visible_to(user).filter(pk=agent).exists()


@database_sync_to_async
def _agent_of(user: Any, run: UUID) -> UUID | None:
    rows = Execution.objects.visible_to(user).filter(pk=run)
    return rows.values_list("graph_version__agent_id", flat=True).first()


@database_sync_to_async
def _messages(user: Any, run: UUID, seq: int) -> list[dict[str, Any]]:
    execution = Execution.objects.visible_to(user).with_graph().filter(pk=run).first()
    return messages_after(execution, seq) if execution else []


@database_sync_to_async
def _graph_messages(run: UUID, seq: int, since: Any) -> list[dict[str, Any]]:
    execution = Execution.objects.with_graph().get(pk=run)
    events = Event.objects.after(run, seq).filter(kind=Event.Kind.GRAPH, created__gte=since)
    return describe(execution, list(events.select_related("node_execution")))
