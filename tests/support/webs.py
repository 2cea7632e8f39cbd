"""Real web processes on the test's own database, each with an address of its own on loopback."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from launcher import instance, processes
from tests.support.waiting import eventually
from tests.support.workers import PATIENCE, spawn

HOST = "127.0.0.1"


@contextmanager
def webs(
    number: int, folder: Path, *, trusted_proxies: str = "", **environment: str
) -> Iterator[list[str]]:
    """Run so many web processes; yield their addresses, once they answer."""
    with ExitStack() as stack:
        urls = []
        for index in range(number):
            port = free_port()
            program = processes.web(HOST, str(port), trusted_proxies)
            process = spawn(program.argv(), folder / f"web-{index}.log", environment)
            stack.callback(process.stop)
            urls.append(instance.url_of(HOST, port))
        for url in urls:
            eventually(partial(is_alive, url), timeout=PATIENCE, what=f"an answer of {url}")
        yield urls


def is_alive(url: str) -> bool:
    return instance.get(url, "/healthz")[0] == 200


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])
