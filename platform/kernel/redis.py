"""One ``REDIS_URL``, in the spelling each library wants."""

from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["trellis"] = "kernel.broker:Transport"


def celery_broker_url(url: str) -> str:
    """Return the URL for our own transport, which takes it as redis-py does."""
    return f"trellis+{url}"
