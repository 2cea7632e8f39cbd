"""One ``REDIS_URL``, in the spelling each library wants."""

from urllib.parse import parse_qs


def celery_broker_url(url: str) -> str:
    """Return the URL as kombu spells it: ``redis+socket://`` for a UNIX socket."""
    if not url.startswith("unix://"):
        return url
    path, _, query = url.removeprefix("unix://").partition("?")
    database = parse_qs(query).get("db", ["0"])[-1]
    return f"redis+socket://{path}?virtual_host={database}"
