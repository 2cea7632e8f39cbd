"""Our Redis transport, and what it expects of kombu's."""

import inspect
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from kombu import Connection, Consumer, Producer, Queue
from kombu.transport import redis as stock
from kombu.transport import virtual

from kernel import broker as lean
from kernel.redis import celery_broker_url
from tests.support.brokers import Broker
from tests.support.brokers import broker as running

QUEUES = [Queue("one"), Queue("two")]


@pytest.fixture(scope="module")
def redis_of_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running(tmp_path_factory.mktemp("broker")) as found:
        yield found


@pytest.fixture
def broker(redis_of_ours: Broker) -> Broker:
    """A Redis with nothing in it."""
    redis_of_ours.client.flushall()
    redis_of_ours.client.config_resetstat()
    return redis_of_ours


@pytest.fixture
def connection(broker: Broker) -> Iterator[Connection]:
    with Connection(celery_broker_url(broker.url)) as found:
        yield found


def opened(connection: Connection) -> lean.Channel:
    """Return a new channel of ours."""
    channel = connection.channel()
    assert isinstance(channel, lean.Channel)
    return channel


def publish(connection: Connection, *words: str, queue: str = "one") -> None:
    with connection.channel() as channel:
        for word in words:
            Producer(channel).publish(word, routing_key=queue, serializer="json")


def take(connection: Connection, channel: Any, number: int) -> list[Any]:
    """Return so many messages, not acknowledged."""
    taken: list[Any] = []
    with Consumer(channel, QUEUES, on_message=taken.append, accept=["json"]):
        while len(taken) < number:
            connection.drain_events(timeout=5)
    return taken


def bodies(broker: Broker, queue: str = "one") -> list[Any]:
    """Return what waits in the queue, next one first."""
    found = broker.client.lrange(queue, 0, -1)
    return [json.loads(json.loads(one)["body"]) for one in reversed(found)]


def keys(broker: Broker) -> list[str]:
    return [str(key) for key in broker.client.scan_iter()]


def test_the_url_names_our_transport(connection: Connection) -> None:
    assert isinstance(connection.transport, lean.Transport)
    assert isinstance(connection.transport, stock.Transport)


def test_a_message_costs_one_command_for_each_side(broker: Broker, connection: Connection) -> None:
    publish(connection, "a", "b", "c")
    channel = opened(connection)
    broker.client.config_resetstat()

    for message in take(connection, channel, 3):
        message.ack()
    publish(connection, "d")

    stats = broker.client.info("commandstats")
    calls = {name.removeprefix("cmdstat_"): one["calls"] for name, one in stats.items()}
    once = {
        "hello",
        "client",
        "select",
        "ping",
        "config",
        "llen",
        "sadd",
        "multi",
        "exec",
    }  # to begin with
    assert {name: calls[name] for name in calls.keys() - once if "|" not in name} == {
        "brpop": 3,
        "lpush": 1,
    }


def test_redis_keeps_no_account_of_messages_that_are_held(
    broker: Broker, connection: Connection
) -> None:
    publish(connection, "a", "b")
    channel = opened(connection)

    take(connection, channel, 2)

    kept = [key for key in keys(broker) if not key.startswith("_kombu.binding")]
    assert kept == []


def test_several_queues_are_served(connection: Connection) -> None:
    publish(connection, "a")
    publish(connection, "b", queue="two")
    channel = opened(connection)

    assert {message.payload for message in take(connection, channel, 2)} == {"a", "b"}


def test_a_rejected_message_goes_back_to_the_end(broker: Broker, connection: Connection) -> None:
    publish(connection, "a", "b")
    channel = opened(connection)
    [first] = take(connection, channel, 1)

    first.reject(requeue=True)

    assert bodies(broker) == ["b", "a"]
    back = json.loads(broker.client.lrange("one", 0, -1)[0])
    assert back["properties"]["delivery_info"]["redelivered"] is True


def test_a_message_rejected_for_good_is_gone(broker: Broker, connection: Connection) -> None:
    publish(connection, "a")
    channel = opened(connection)
    [message] = take(connection, channel, 1)

    message.reject()
    channel.close()

    assert bodies(broker) == []


def test_closing_puts_back_what_was_not_acknowledged_to_be_taken_next(
    broker: Broker, connection: Connection
) -> None:
    publish(connection, "a", "b", "c", "d")
    channel = opened(connection)
    take(connection, channel, 3)[1].ack()

    channel.close()

    assert bodies(broker) == ["a", "c", "d"]


def test_closing_leaves_no_connection_open(broker: Broker, connection: Connection) -> None:
    publish(connection, "a")
    before = len(broker.client.client_list())
    channel = opened(connection)
    take(connection, channel, 1)

    channel.close()

    assert len(broker.client.client_list()) <= before


def test_closing_after_redis_has_gone_loses_messages_without_a_fuss(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path) as broker, Connection(celery_broker_url(broker.url)) as connection:
        publish(connection, "a")
        channel = opened(connection)
        take(connection, channel, 1)

        broker.kill()
        channel.close()

    assert "EMERGENCY DUMP" not in "".join(capfd.readouterr())


def test_commands_share_a_client_of_which_the_event_loop_knows_nothing(
    connection: Connection,
) -> None:
    channel = opened(connection)
    with channel.conn_or_acquire() as first, channel.conn_or_acquire() as second:
        assert first is second
        assert first is not channel.client
        assert first.connection_pool is not channel.client.connection_pool

    channel._disconnect_pools()  # as after a fork

    with channel.conn_or_acquire() as third:
        assert third is not first
        assert third.ping()


def test_all_keys_get_the_prefix(broker: Broker) -> None:
    options = {"global_keyprefix": "ours:"}
    with Connection(celery_broker_url(broker.url), transport_options=options) as connection:
        publish(connection, "a", "b")
        assert bodies(broker, "ours:one") == ["a", "b"]
        channel = opened(connection)
        first, _ = take(connection, channel, 2)
        first.reject(requeue=True)
        channel.close()

    assert bodies(broker, "ours:one") == ["b", "a"]
    assert [key for key in keys(broker) if not key.startswith("ours:")] == []


def arguments(url: str, **options: Any) -> dict[str, Any]:
    """Return what a connection to the URL would be made with."""
    channel = lean.Channel.__new__(lean.Channel)
    connection = Connection(celery_broker_url(url), transport_options=options)
    channel.connection = lean.Transport(connection)
    for name, value in options.items():
        setattr(channel, name, value)
    return channel._connparams()


def test_urls_mean_what_they_mean_to_redis_py() -> None:
    found = arguments("redis://user:p%40ss@example.org:7000/3", socket_keepalive=True)

    assert found["connection_class"] is redis.Connection
    assert {name: found[name] for name in ("host", "port", "username", "password", "db")} == {
        "host": "example.org",
        "port": 7000,
        "username": "user",
        "password": "p@ss",
        "db": 3,
    }
    assert found["socket_keepalive"] is True


def test_a_socket_has_a_path_and_no_options_of_tcp() -> None:
    found = arguments("unix://:secret@/run/redis.sock?db=2", socket_keepalive=True)

    assert found["connection_class"] is redis.UnixDomainSocketConnection
    assert (found["path"], found["db"], found["password"]) == ("/run/redis.sock", 2, "secret")
    assert not {"host", "port", "socket_keepalive", "socket_keepalive_options"} & found.keys()


def test_tls_checks_certificates_unless_told_otherwise() -> None:
    careful = arguments("rediss://example.org/0")
    careless = arguments("rediss://example.org/0?ssl_cert_reqs=none")

    assert careful["connection_class"] is careless["connection_class"] is redis.SSLConnection
    assert made(careful).cert_reqs == ssl.CERT_REQUIRED
    assert made(careless).cert_reqs == ssl.CERT_NONE


def made(found: dict[str, Any]) -> Any:
    """Return a connection, not connected, that a pool makes of the arguments."""
    return redis.ConnectionPool(**found).make_connection()


def test_the_password_is_in_no_log() -> None:
    connection = Connection(celery_broker_url("redis://:secret@example.org/0"))

    assert "secret" not in connection.as_uri()


OVERRIDDEN = {
    lean.Channel: ("_create_client", "_disconnect_pools", "close", "_restore", "_connparams"),
    lean.QoS: ("restore_unacked",),
}


@pytest.mark.parametrize(
    ("ours", "name"), [(ours, name) for ours, names in OVERRIDDEN.items() for name in names]
)
def test_kombu_still_has_what_is_overridden(ours: type, name: str) -> None:
    parent = ours.__bases__[0]

    assert name in vars(ours)
    assert list(inspect.signature(getattr(parent, name)).parameters) == list(
        inspect.signature(getattr(ours, name)).parameters
    )


def test_kombu_still_asks_the_channel_for_its_quality_of_service() -> None:
    assert stock.Channel.ack_emulation is True  # if not, a channel takes kombu's own class
    assert lean.QoS.__bases__ == (virtual.QoS,)
    assert lean.Channel.QoS is lean.QoS
    assert list(inspect.signature(stock.Channel._do_restore_message).parameters) == [
        *("self", "payload", "exchange", "routing_key", "pipe", "leftmost")
    ]
