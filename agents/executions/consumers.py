"""The execution feed: a WebSocket that tells what was recorded.

Envelope, both ways: ``{"method", "data", "success", "channel", "error"}``, as the AutoGPT Platform
has it; events also carry ``seq`` and ``created``. Each subscription is a task that sends at its
client's speed what a reader, shared with others, knows after the last number sent.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils.timezone import now

from agents.executions.models import Event, Execution
from agents.executions.watching import WORDS, AgentReader, RunReader, Told, in_thread
from agents.graphs.models import Agent
from kernel.access import Scope
from kernel.api.access import SIGNED_IN, Access, needs
from kernel.errors import TrellisError
from kernel.jsontypes import NotJSON, dumps, loads

logger = logging.getLogger(__name__)

MISSING_TOKEN, INVALID_TOKEN = 4001, 4003
INTERNAL_ERROR = 1011  # RFC 6455
MOST_SUBSCRIPTIONS = 100


class BadMessage(Exception):
    """The client's message cannot be carried out; the text goes back to it."""


class ExecutionFeed(AsyncWebsocketConsumer):
    """One person's watch over runs."""

    channel_layer_alias = ""  # none: readers listen to bells
    # Who may use which method; what is not here is not understood. docs/access.md has a line for each.
    access: Mapping[str, Access] = {
        "heartbeat": SIGNED_IN,
        "subscribe_graph_execution": needs(Scope.READ_GRAPH),
        "subscribe_graph_executions": needs(Scope.READ_GRAPH),
        "unsubscribe": SIGNED_IN,
    }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # By what is watched: ("run", id) or ("agent", id).
        self.subscriptions: dict[tuple[str, UUID], asyncio.Task[None]] = {}
        try:
            await super().__call__(scope, receive, send)
        finally:
            await _end(*self.subscriptions.values())

    async def connect(self) -> None:
        self.since = now()
        self.user: Any = self.scope.get("user")
        await self.accept()
        if self.user is None or not self.user.is_authenticated:
            invalid = self.scope.get("auth_error") == "invalid"
            await self.close(INVALID_TOKEN if invalid else MISSING_TOKEN)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.user is None or not self.user.is_authenticated:
            return  # it has been closed, and spoke before it heard
        method: Any = "error"
        try:
            message = _read(text_data)
            method = message["method"]
            await self._carry_out(method, message.get("data"))
        except BadMessage as error:
            await self._send(method="error", success=False, error=str(error))

    async def _carry_out(self, method: str, data: Any) -> None:
        self._check_access(method)
        if method == "heartbeat":
            await self._send(method="heartbeat", data="pong", success=True)
        elif method == "subscribe_graph_execution":
            await self._subscribe_run(_id(data, "graph_exec_id"), _since(data))
        elif method == "subscribe_graph_executions":
            await self._subscribe_agent(_id(data, "graph_id"))
        elif method == "unsubscribe":
            await self._unsubscribe(data)

    def _check_access(self, method: str) -> None:
        if method not in self.access:
            raise BadMessage("Message type is not processed by the server")
        try:
            self.access[method].check(self.user)
        except TrellisError as error:
            raise BadMessage(error.message) from None

    async def _subscribe_run(self, run: UUID, since: int) -> None:
        if not await _visible_run(self.user, run):
            raise BadMessage(f"There is no execution {str(run)!r}, or it is not yours.")
        self._check_room()
        await self._unwatch("run", run)
        await self._acknowledge("subscribe_graph_execution", self._run_channel(run))
        self._watch("run", run, self._tell_run(run, since))

    async def _subscribe_agent(self, agent: UUID) -> None:
        if not await _visible_agent(self.user, agent):
            raise BadMessage(f"There is no agent {str(agent)!r}, or it is not yours.")
        self._check_room()
        if ("agent", agent) in self.subscriptions:
            await self._acknowledge("subscribe_graph_executions", self._agent_channel(agent))
            return
        answered = asyncio.Event()
        self._watch("agent", agent, self._tell_agent(agent, answered))
        await answered.wait()

    async def _unsubscribe(self, data: Any) -> None:
        if isinstance(data, dict) and "graph_id" in data:
            agent = _id(data, "graph_id")
            await self._unwatch("agent", agent)
            await self._acknowledge("unsubscribe", self._agent_channel(agent))
            return
        run = _id(data, "graph_exec_id")
        await self._unwatch("run", run)
        await self._acknowledge("unsubscribe", self._run_channel(run))

    def _watch(self, kind: str, subject: UUID, telling: Coroutine[Any, Any, None]) -> None:
        self.subscriptions[kind, subject] = asyncio.create_task(self._keep_telling(telling))

    async def _unwatch(self, kind: str, subject: UUID) -> None:
        task = self.subscriptions.pop((kind, subject), None)
        if task is not None:
            await _end(task)

    async def _keep_telling(self, telling: Coroutine[Any, Any, None]) -> None:
        """Tell what is watched. A client that cannot be told is cut off, and may come back."""
        try:
            await telling
        except OSError:
            return  # the client left
        except Exception:
            logger.exception("A subscription ended")
            await self.close(INTERNAL_ERROR)

    async def _tell_run(self, run: UUID, since: int) -> None:
        envelope = _envelope(self._run_channel(run))
        async with RunReader.shared(self.user, run) as reader:
            heard = reader.spoken
            while True:
                events = await reader.after(since)
                for event in events:
                    await self.send(text_data=envelope(event))
                    since = event.seq
                words, heard = reader.said(heard), reader.spoken
                for piece in words:
                    await self.send(text_data=self._words(run, piece))
                if not (events or words):
                    await reader.change()

    def _words(self, run: UUID, piece: str) -> str:
        """Return a piece of what a model says, which has no number, as a message."""
        channel = dumps(self._run_channel(run))
        return (
            f'{{"method":"{WORDS}","data":{piece},"success":null,"channel":{channel},"error":null}}'
        )

    async def _tell_agent(self, agent: UUID, answered: asyncio.Event) -> None:
        channel = self._agent_channel(agent)
        envelope = _envelope(channel)
        seen: dict[UUID, int] = {}  # run → number of the last event sent
        try:
            async with AgentReader.shared(self.user, agent) as reader:
                with reader.changes() as changes:
                    await reader.ready()
                    await self._acknowledge("subscribe_graph_executions", channel)
                    answered.set()
                    while True:
                        run = await changes.next()
                        for event in await reader.after(run, seen.get(run, 0)):
                            seen[run] = event.seq
                            if datetime.fromisoformat(event.created) >= self.since:
                                await self.send(text_data=envelope(event))
        finally:
            answered.set()

    def _check_room(self) -> None:
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS:
            raise BadMessage(f"One connection may hold {MOST_SUBSCRIPTIONS} subscriptions.")

    def _run_channel(self, run: UUID) -> str:
        return f"{self.user.pk}|graph_exec#{run}"

    def _agent_channel(self, agent: UUID) -> str:
        return f"{self.user.pk}|graph#{agent}|executions"

    async def _acknowledge(self, method: str, channel: str) -> None:
        await self._send(method=method, success=True, channel=channel)

    async def _send(self, *, method: str, **members: Any) -> None:
        envelope = {"method": method, "data": None, "success": None, "channel": None, "error": None}
        await self.send(text_data=dumps(envelope | members))


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _envelope(channel: str) -> Callable[[Told], str]:
    """Return what makes an event the text that goes to the channel's subscribers.

    By hand, because the data is text already, and there may be many subscribers.
    """
    heads = {str(kind): f'{{"method":{dumps(str(kind))},"data":' for kind in Event.Kind}
    rest = f',"success":null,"channel":{dumps(channel)},"error":null,"seq":'
    return lambda event: (
        f'{heads[event.type]}{event.data}{rest}{event.seq},"created":"{event.created}"}}'
    )


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


@in_thread
def _visible_run(user: Any, run: UUID) -> bool:
    return Execution.objects.visible_to(user).filter(pk=run).exists()


@in_thread
def _visible_agent(user: Any, agent: UUID) -> bool:
    return Agent.objects.visible_to(user).filter(pk=agent).exists()
