import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection
from kombu import Connection

pytestmark = pytest.mark.usefixtures("servers")


def test_postgresql_answers_as_its_superuser_and_offers_vectors() -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as session:
        assert session.execute("SELECT current_user").fetchone() == ("postgres",)
        offered = session.execute("SELECT FROM pg_available_extensions WHERE name = 'vector'")
        assert offered.rowcount == 1


def test_redis_would_rather_refuse_than_forget() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_the_broker_uses_the_same_redis_database() -> None:
    with (
        redis.Redis.from_url(settings.REDIS_URL) as client,
        Connection(settings.CELERY_BROKER_URL) as broker,
    ):
        broker.SimpleQueue("test_broker").put("hello")
        assert client.llen("test_broker") == 1
        client.delete("test_broker")


@pytest.mark.django_db
def test_tests_have_a_database_of_their_own() -> None:
    assert str(connection.settings_dict["NAME"]).startswith("test_")
