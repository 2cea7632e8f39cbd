"""Requests to the web process, as a person's script makes them."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from benchmarks.errors import BenchmarkFailed

PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Api:
    """The REST API of an instance, with somebody's key."""

    url: str
    key: str

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, body: Any) -> Any:
        return self._ask("POST", path, json.dumps(body))

    def _ask(self, method: str, path: str, body: str | None) -> Any:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        try:
            connection.request(method, f"/api/v1/{path}", body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 400:
            raise BenchmarkFailed(
                f"{method} {path} was answered with {answer.status}: {text[:300]}"
            )
        return json.loads(text)
