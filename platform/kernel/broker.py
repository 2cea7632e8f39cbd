"""A lean Redis transport for Celery: ``trellis+redis://…``, ``trellis+rediss://…``, ``trellis+unix://…``.

kombu's Redis transport writes every message that a worker holds into an index in Redis, so that it
can be found again when the worker dies. That is most of what a message costs, and here it buys
nothing: PostgreSQL holds the lease of what runs, and the sweep sends again what nobody took. So
this one remembers in the worker's memory alone which messages are not acknowledged, puts them back
when the worker ends in order, and forgets them when it is killed. It keeps one client for its
commands instead of making two for each message. docs/decisions/0008-a-lean-transport.md has the
figures, tests/integration/kernel/test_broker.py what it expects of kombu.

The part of the URL after ``trellis+`` is ``REDIS_URL``, read by redis-py itself: TLS, passwords,
sockets and database numbers mean the same as everywhere else.
"""

import logging
from typing import Any, cast

import redis
from kombu.transport import redis as stock
from kombu.transport import virtual
from redis.connection import parse_url

TCP_ONLY = ("socket_keepalive", "socket_keepalive_options")

logger = logging.getLogger(__name__)


class QoS(virtual.QoS):  # type: ignore[misc]
    """Knows in memory which messages are not acknowledged."""

    def restore_unacked(self) -> list[Any]:
        """Put them back as far as Redis answers. What that loses, the sweep sends again."""
        lost = super().restore_unacked()
        if lost:
            logger.warning("%d messages could not be put back: %s", len(lost), lost[0][0])
        return []  # kombu would dump them into a file


class Channel(stock.Channel):  # type: ignore[misc]
    """A Redis channel without an index of unacknowledged messages."""

    QoS = QoS
    body_encoding = "utf-8"  # bodies are JSON; base64 would only make them longer
    _commands: redis.Redis | None = None

    def _create_client(self, asynchronous: bool = False) -> redis.Redis:
        """Return the one client for commands, or a new one that the event loop may own."""
        if asynchronous:
            return cast(redis.Redis, super()._create_client(asynchronous=True))
        if self._commands is None:
            self._commands = super()._create_client()
        return self._commands

    def _disconnect_pools(self) -> None:
        self._commands = None
        super()._disconnect_pools()

    def close(self) -> None:
        """Close the channel; its messages went back over connections that are made anew."""
        super().close()
        self._disconnect_pools()

    def _restore(self, message: Any, leftmost: bool = False) -> None:
        """Put a message back into its queue: to be taken next, or last (``leftmost``)."""
        info = message.delivery_info
        self._do_restore_message(
            message._raw,
            info["exchange"],
            info["routing_key"],
            self._create_client(),
            leftmost,
        )

    @property
    def connection_class(self) -> Any:
        """The class of connections that the URL asks for: TCP, TLS or a socket."""
        return self._address.get("connection_class", redis.Connection)

    @property
    def _address(self) -> dict[str, Any]:
        return dict(parse_url(self.connection.client.hostname))  # type: ignore[no-untyped-call]

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        """Return redis-py's arguments: kombu's own from the options, and those of the URL."""
        address = self._address
        address.pop("connection_class", None)
        params = super()._connparams(asynchronous=asynchronous) | address
        return {
            name: value
            for name, value in params.items()
            if not ("path" in address and name in TCP_ONLY)
        }


class Transport(stock.Transport):  # type: ignore[misc]
    """kombu's Redis transport with lean channels."""

    Channel = Channel
