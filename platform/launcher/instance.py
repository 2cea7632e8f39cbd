"""What a running instance says of itself, and whether that is still true."""

import http.client
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from launcher.errors import AddressUnavailable


@dataclass(frozen=True)
class Instance:
    """A running instance: where it answers, its supervisor's process id, when it began."""

    url: str
    pid: int
    started: str

    def answers(self, path: str = "/readyz") -> bool:
        """Return whether it is ready to serve."""
        return get(self.url, path)[0] == 200


def get(url: str, path: str, timeout: float = 5.0) -> tuple[int, str]:
    """Return status and body of a request, ``(0, reason)`` where nobody answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def read(path: Path) -> Instance | None:
    """Return what the file says, or None where it is missing or unreadable."""
    try:
        content = json.loads(path.read_text())
        return Instance(str(content["url"]), int(content["pid"]), str(content["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def running(path: Path) -> Instance | None:
    """Return the instance that the file names, if it answers."""
    instance = read(path)
    return instance if instance and instance.answers() else None


@contextmanager
def announced(path: Path, url: str) -> Iterator[None]:
    """Keep the file that names the instance as long as the context lasts."""
    content = asdict(Instance(url, os.getpid(), datetime.now(UTC).isoformat(timespec="seconds")))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content))
    draft.replace(path)  # readers see all of it or nothing
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def address(host: str, port: int) -> int:
    """Return the port if the address is free to listen on; a free one for port 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise AddressUnavailable(
                f"Cannot listen on {host}, port {port}: {reason}. Choose another with --port "
                "or TRELLIS_PORT; --port 0 takes any free one."
            ) from None
        return int(probe.getsockname()[1])


def url_of(host: str, port: int) -> str:
    """Return the URL to reach an address at; an instance on all addresses is reached locally."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{local}]:{port}" if ":" in local else f"http://{local}:{port}"
