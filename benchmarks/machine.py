"""On what it was measured. No names: the file may be published."""

import os
import platform
from datetime import UTC, datetime

import celery
import django
import redis
from django.conf import settings
from django.db import connection


def facts() -> dict[str, str | int]:
    """Return what the figures depend on."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        [postgres] = cursor.fetchone()
        cursor.execute("SHOW fsync")
        [fsync] = cursor.fetchone()
    client = redis.Redis.from_url(settings.REDIS_URL)
    try:
        redis_version = str(client.info("server")["redis_version"])
    finally:
        client.close()
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpus": os.cpu_count() or 0,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "django": django.get_version(),
        "celery": celery.__version__,
        "postgresql": postgres.split()[0],
        "fsync": fsync,
        "redis": redis_version,
    }
