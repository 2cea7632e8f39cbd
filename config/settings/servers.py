"""PostgreSQL, where state lives; Redis, which carries messages, bells and what can be lost."""

from typing import Any

from config import env
from config.database import database
from config.settings.process import PATHS

DATABASE_URL = env.secret("DATABASE_URL") or PATHS.database_url
DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.secret("REDIS_URL") or PATHS.redis_url
CHANNEL_PREFIX = "trellis"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": CHANNEL_PREFIX},
    },
}

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "kernel.cache.SharedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "trellis-cache",
        "OPTIONS": {"socket_connect_timeout": 5, "socket_timeout": 5},
    },
    # Each process keeps the flags for this long: one that staff change holds everywhere within seconds.
    "features": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "features",
        "TIMEOUT": 10,
    },
}
