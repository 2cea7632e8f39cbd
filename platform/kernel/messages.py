"""Task messages prepared once and sent many at a time, straight to Redis.

Celery builds an envelope for each message in half a millisecond, of which next to nothing differs
from the one before. Here it builds one for each task in each process, with marks where
ids belong; a message is that text with the marks filled in, and any number of them go to Redis in
one round trip, and notices to Redis channels with them. A worker cannot tell the difference; that
the texts are equal is tested. Signals of the sending side (``before_task_publish``) do not fire.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import redis
from celery import Celery
from kombu import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from kernel.broker import Channel

PATIENCE = 1.0  # seconds for Redis, twice: a connection may have died since it was last used
CONNECTIONS = 16  # at most, for each process; a message needs one for a tenth of a millisecond
MOST = 1000  # messages in one command

# Marks cannot be part of anything else, and look the same in JSON within JSON.
TASK, ROOT, TAG, QUEUE = (f"{number:032x}" for number in range(0xA0, 0xA4))
PARENT = f'"{0xA5:032x}"'  # with its quotes: it may become null
ARGUMENTS = [f"{number:032x}" for number in range(0xB0, 0xB4)]

Arguments = tuple[str, ...]  # of one task


@dataclass(frozen=True)
class Envelope:
    """The text of a message, with marks where its ids and its arguments belong."""

    text: str

    def fill(
        self,
        queue: str,
        arguments: Arguments,
        *,
        parent: str | None = None,
        root: str | None = None,
    ) -> str:
        """Return a message with a new task id."""
        task = str(uuid4())
        text = self.text
        for mark, argument in zip(ARGUMENTS, arguments, strict=False):
            text = text.replace(mark, argument)
        return (
            text.replace(QUEUE, queue)
            .replace(ROOT, root or task)
            .replace(PARENT, f'"{parent}"' if parent else "null")
            .replace(TAG, str(uuid4()))
            .replace(TASK, task)
        )


def send(
    app: Celery,
    url: str,
    task: str,
    wanted: Mapping[str, Sequence[Arguments]],
    notices: Iterable[tuple[str, bytes]] = (),
) -> None:
    """Send the task with each of the arguments to its queue, and each notice to its channel.

    The arguments of all are equally many. Raises ``redis.RedisError`` within moments.
    """
    sender = app.current_worker_task
    parent = sender.request.id if sender else None
    root = (sender.request.root_id or parent) if sender else None
    with client(url).pipeline(transaction=False) as pipe:
        for queue, tasks in wanted.items():
            envelope = prepared(app, task, len(tasks[0]), os.getpid())
            filled = [envelope.fill(queue, one, parent=parent, root=root) for one in tasks]
            for start in range(0, len(filled), MOST):
                pipe.lpush(key(app, queue), *filled[start : start + MOST])
        for channel, text in notices:
            pipe.publish(channel, text)
        pipe.execute()


def publish(url: str, notices: Iterable[tuple[str, bytes]]) -> None:
    """Send each notice to its channel. Raises ``redis.RedisError`` within moments."""
    with client(url).pipeline(transaction=False) as pipe:
        for channel, text in notices:
            pipe.publish(channel, text)
        pipe.execute()


def replace(
    app: Celery, url: str, task: str, wanted: Mapping[str, Arguments], *, seconds: int
) -> None:
    """Send the task to each queue in place of what waits there, to be gone after so long."""
    with client(url).pipeline(transaction=True) as pipe:
        for queue, arguments in wanted.items():
            envelope = prepared(app, task, len(arguments), os.getpid())
            pipe.delete(key(app, queue))
            pipe.lpush(key(app, queue), envelope.fill(queue, arguments))
            pipe.expire(key(app, queue), seconds)
        pipe.execute()


def waiting(app: Celery, url: str, queues: Sequence[str]) -> dict[str, int]:
    """Return how many messages wait in each queue. Raises ``redis.RedisError`` within moments."""
    with client(url).pipeline(transaction=False) as pipe:
        for queue in queues:
            pipe.llen(key(app, queue))
        return dict(zip(queues, pipe.execute(), strict=True))


def key(app: Celery, queue: str) -> str:
    """Return the name of the queue's list in Redis."""
    return f"{app.conf.broker_transport_options.get('global_keyprefix', '')}{queue}"


@cache
def client(url: str) -> redis.Redis:
    """Return this process's client for sending. It is safe in threads and after a fork."""
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=PATIENCE,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 1),
    )
    return redis.Redis(connection_pool=pool)


@cache
def prepared(app: Celery, task: str, arguments: int, _process: int) -> Envelope:
    """Return the envelope for so many arguments that Celery makes in this process.

    The process's name is in it.
    """
    headers, properties, body, _ = app.amqp.create_task_message(
        TASK,
        task,
        ARGUMENTS[:arguments],
        {},
        root_id=ROOT,
        parent_id=PARENT.strip('"'),
        ignore_result=None,
    )
    options = {"body_encoding": Channel.body_encoding}
    with Connection("memory://", transport_options=options) as connection:
        channel: Any = connection.default_channel
        app.amqp.Producer(connection).publish(
            body,
            exchange="",
            routing_key=QUEUE,
            serializer=app.conf.task_serializer,
            delivery_mode=app.conf.task_default_delivery_mode,
            headers=headers,
            **{**properties, "reply_to": app.thread_oid},
        )
        message = channel._get(QUEUE)
        channel._delete(QUEUE)
    message["properties"]["delivery_tag"] = TAG
    return Envelope(json.dumps(message))
