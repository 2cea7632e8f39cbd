"""Callers of a trigger, many at once: ``python -P -m benchmarks.callers URL SECRET CONNECTIONS SECONDS``.

Each connection stays open and calls again as soon as it was answered. A process of its own, with as
little Python for each call as there can be. What it saw goes to stdout as JSON.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

PATIENCE = 30.0  # seconds for one answer


@dataclass
class Seen:
    """What the callers saw: seconds that answers took, by status how many, and the ids of runs."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    took: float = 0.0


async def crowd(url: str, secret: str, connections: int, seconds: float) -> Seen:
    """Return what so many callers saw in so many seconds."""
    seen = Seen()
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(
        *(_caller(url, secret, until, number, seen) for number in range(connections))
    )
    seen.took = time.perf_counter() - began
    return seen


async def _caller(url: str, secret: str, until: float, number: int, seen: Seen) -> None:
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"X-Webhook-Secret: {secret}\r\n"
    )
    try:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        count = 0
        while (sent := time.perf_counter()) < until:
            body = json.dumps({"caller": number, "call": count})
            count += 1
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            async with asyncio.timeout(PATIENCE):
                status, text = await _answer(reader)
            seen.seconds.append(time.perf_counter() - sent)
            seen.statuses[status] = seen.statuses.get(status, 0) + 1
            if status == "202":
                seen.runs.append(json.loads(text)["id"])
            elif len(seen.failures) < 10:
                seen.failures.append(f"{status}: {text[:200]!r}")
        writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        seen.failures.append(repr(error))


async def _answer(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    named = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return lines[0].split(" ")[1], await reader.readexactly(int(named["content-length"]))


if __name__ == "__main__":
    address, secret, connections, seconds = sys.argv[1:]
    found = asyncio.run(crowd(address, secret, int(connections), float(seconds)))
    print(json.dumps(asdict(found)))
