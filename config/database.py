"""One ``DATABASE_URL`` as Django's settings."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from config import env


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for a PostgreSQL URL; ``?host=`` may name a socket's directory."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise env.ConfigurationError(
            "DATABASE_URL must begin with postgresql://. Trellis keeps its state in PostgreSQL."
        )
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "kernel.postgresql",  # Django's, with a look at pooled connections
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            **options,
            # Threads borrow connections: the io worker has more slots than PostgreSQL has.
            "pool": {
                "min_size": 1,
                "max_size": env.integer("DATABASE_POOL_SIZE", 16, least=2),
                "timeout": 60,
            },
        },
    }
