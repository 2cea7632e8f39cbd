"""Prepared messages are what Celery would have sent."""

import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, Task
from pytest_django import Settings

from agents.executions import dispatch
from agents.executions.dispatch import Wanted
from config.celery import app
from kernel import messages
from kernel.redis import celery_broker_url
from tests.support.brokers import Broker
from tests.support.brokers import broker as running

ID = "0b6b2a38-2f0d-4a3e-9a51-8a7a4dd1d2d5"
OTHER = "9d0f9a3c-77a3-4d0c-8d07-0e1ff7f0a001"
RUN = "5c0e5b0e-9c5e-4f0a-8b0b-1d6a3f1b7c11"


@pytest.fixture(scope="module")
def redis_of_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running(tmp_path_factory.mktemp("broker")) as found:
        yield found


@pytest.fixture
def broker(redis_of_ours: Broker) -> Broker:
    """A Redis with nothing in it."""
    redis_of_ours.client.flushall()
    return redis_of_ours


def waiting(broker: Broker, queue: str) -> list[dict[str, Any]]:
    """Return what waits in the queue, next one first."""
    return [json.loads(one) for one in reversed(broker.client.lrange(queue, 0, -1))]


def without_ids(message: dict[str, Any]) -> dict[str, Any]:
    """Return the message with its ids replaced by what must be the same."""
    headers, properties = message["headers"], message["properties"]
    task = headers["id"]
    assert len({task, properties["delivery_tag"]}) == 2
    same = {"id": "task", "root_id": headers["root_id"] == task or headers["root_id"]}
    return message | {
        "headers": headers | same,
        "properties": properties
        | {"correlation_id": properties["correlation_id"] == task, "delivery_tag": "tag"},
    }


def by_celery(broker: Broker, queue: str) -> dict[str, Any]:
    """Return the message that ``send_task`` sends."""
    with app.connection_for_write(celery_broker_url(broker.url)) as connection:
        app.send_task(dispatch.RUN_NODE, args=[ID, RUN], queue=queue, connection=connection)
    [message] = waiting(broker, queue)
    broker.client.delete(queue)
    return message


@pytest.mark.parametrize("queue", ["io", "cpu"])
def test_a_prepared_message_is_what_celery_would_have_sent(broker: Broker, queue: str) -> None:
    expected = by_celery(broker, queue)

    messages.send(app, broker.url, dispatch.RUN_NODE, {queue: [(ID, RUN)]})

    [message] = waiting(broker, queue)
    assert without_ids(message) == without_ids(expected)
    assert json.loads(message["body"])[0] == [ID, RUN]
    assert message["headers"]["argsrepr"] == f"[{ID!r}, {RUN!r}]"
    assert message["headers"]["origin"].startswith(f"gen{os.getpid()}@")


def test_a_task_that_sends_is_the_parent(broker: Broker) -> None:
    found: list[dict[str, Any]] = []

    def send(task: Task[Any, Any]) -> None:
        found.append(by_celery(broker, "io"))
        messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)]})
        found.extend(waiting(broker, "io"))

    local = Celery("sender", set_as_current=False)
    task = local.task(bind=True)(send)
    task.apply(task_id="parent-of-it")

    expected, message = found
    assert without_ids(message) == without_ids(expected)
    assert message["headers"]["parent_id"] == message["headers"]["root_id"] == "parent-of-it"


def test_many_messages_keep_their_order_and_have_ids_of_their_own(broker: Broker) -> None:
    names = [f"{number:04}" for number in range(2500)]  # more than one command takes

    messages.send(
        app,
        broker.url,
        dispatch.RUN_NODE,
        {"io": [(name,) for name in names], "cpu": [(ID,), (OTHER,)]},
    )

    sent = waiting(broker, "io")
    assert [json.loads(one["body"])[0][0] for one in sent] == names
    assert len({one["headers"]["id"] for one in sent}) == len(names)
    assert len({one["properties"]["delivery_tag"] for one in sent}) == len(names)
    assert [json.loads(one["body"])[0][0] for one in waiting(broker, "cpu")] == [ID, OTHER]


def test_any_number_of_messages_go_in_one_trip(broker: Broker) -> None:
    messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)]})
    broker.client.config_resetstat()

    messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)] * 500})

    assert broker.client.info("commandstats")["cmdstat_lpush"]["calls"] == 1


def test_keys_get_the_broker_s_prefix(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {**app.conf.broker_transport_options, "global_keyprefix": "ours:"}
    monkeypatch.setitem(app.conf, "broker_transport_options", options)

    messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)]})

    assert broker.client.keys() == ["ours:io"]
    assert messages.waiting(app, broker.url, ["io", "cpu"]) == {"io": 1, "cpu": 0}


def test_threads_and_a_connection_that_died_are_no_trouble(broker: Broker) -> None:
    def send() -> None:
        for _ in range(20):
            messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)]})

    threads = [threading.Thread(target=send) for _ in range(messages.CONNECTIONS * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broker.client.llen("io") == 20 * len(threads)

    broker.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)]})
    assert broker.client.llen("io") == 20 * len(threads) + 1


def test_a_forked_process_names_itself(broker: Broker) -> None:
    messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)]})
    child = os.fork()
    if child == 0:
        try:
            messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)]})
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    messages.send(app, broker.url, dispatch.RUN_NODE, {"io": [(ID, RUN)]})

    origins = [one["headers"]["origin"].partition("@")[0] for one in waiting(broker, "io")]
    assert origins == [f"gen{os.getpid()}", f"gen{child}", f"gen{os.getpid()}"]


def test_a_broker_that_is_away_is_logged_at_once(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"
    began = time.monotonic()

    with caplog.at_level(logging.WARNING):
        dispatch.send([Wanted(ID, "io", RUN), Wanted(OTHER, "cpu", RUN)])

    assert time.monotonic() - began < messages.PATIENCE
    assert "the sweep will send 2 node executions" in caplog.text


def test_a_broker_that_does_not_answer_holds_nobody_up_for_long(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with running(tmp_path) as paused:
        settings.REDIS_URL = paused.url
        paused.client.execute_command("CLIENT", "PAUSE", 60_000, "ALL")
        began = time.monotonic()

        with caplog.at_level(logging.WARNING):
            dispatch.send([Wanted(ID, "io", RUN)])

        assert time.monotonic() - began < 2 * messages.PATIENCE + 1
    assert "The broker is away" in caplog.text


def test_a_redis_that_refuses_is_away_too(
    broker: Broker, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = broker.url
    broker.client.set("io", "not a list")

    with caplog.at_level(logging.WARNING):
        dispatch.send([Wanted(ID, "io", RUN)])

    assert "WRONGTYPE" in caplog.text


def test_nothing_to_send_asks_nobody(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    dispatch.send([])


def test_messages_go_where_celery_listens(settings: Settings) -> None:
    assert celery_broker_url(settings.REDIS_URL) == app.conf.broker_url
