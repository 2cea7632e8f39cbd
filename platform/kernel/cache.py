"""Django's cache on the Redis that also carries messages and bells."""

import json
from functools import cache, cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class JSONSerializer:
    """Keeps JSON. Django's pickles would let whoever can write to Redis run code in every process."""

    def dumps(self, value: Any) -> int | bytes:
        """Return the value as Redis keeps it: whole numbers as such, so that it can count them."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, kept: bytes) -> Any:
        return json.loads(kept)


class SharedRedisCache(RedisCache):
    """Django's, with one pool of connections for the whole process, and a harmless ``clear()``.

    Django makes a cache object for every request under ASGI, and each would open connections of
    its own. And its ``clear()`` empties the whole database, with the queues that are in it.
    """

    _servers: list[str]
    _options: dict[str, Any]

    @cached_property
    def _cache(self) -> RedisCacheClient:
        return _client(tuple(self._servers), tuple(sorted(self._options.items())))

    def clear(self) -> bool:  # type: ignore[override]
        """Remove what this cache keeps, and nothing else."""
        client = self._cache.get_client(None, write=True)
        for key in client.scan_iter(match=f"{self.key_prefix}:*", count=1000):
            client.delete(key)
        return True


@cache
def _client(servers: tuple[str, ...], options: tuple[tuple[str, Any], ...]) -> RedisCacheClient:
    serializer: Any = JSONSerializer
    return RedisCacheClient(list(servers), serializer=serializer, **dict(options))
