"""One ``REDIS_URL``, in the spelling each library wants."""


def celery_broker_url(url: str) -> str:
    """Return the URL as kombu spells it: ``redis+socket://`` for a UNIX socket."""
    return url.replace("unix://", "redis+socket://", 1) if url.startswith("unix://") else url
