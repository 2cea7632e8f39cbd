"""WebSocket clients that watch one run: ``python -m benchmarks.watchers URL COUNT RUN FILE``.

A process of its own, so that what reading costs is not the server's. Says that it is ready when all
clients watch, ends when all have heard of the run's end, and writes to the file how late each
message was and how many were missing. The API key comes in the environment.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict

from websockets.asyncio.client import ClientConnection, connect

KEY = "BENCHMARK_API_KEY"
PATIENCE = 60.0  # seconds for the run to end
AT_ONCE = 20  # clients that connect at the same time


class Heard(TypedDict):
    """What one client heard."""

    messages: int  # different ones
    in_order: bool
    latencies: list[float]  # seconds from each node's end to the message of it


Frames = list[tuple[float, str]]  # when a message came, and the message


async def watch(url: str, count: int, run: str, file: Path) -> None:
    """Connect, say that all are ready, read to the run's end, write what was heard."""
    headers = {"X-API-Key": os.environ[KEY]}
    room = asyncio.Semaphore(AT_ONCE)
    clients: list[tuple[ClientConnection, Frames]] = []

    async def join() -> None:
        async with room:
            client = await connect(
                url, additional_headers=headers, open_timeout=PATIENCE, ping_interval=None
            )
            await subscribe(client, run)
            clients.append((client, []))

    await asyncio.gather(*(join() for _ in range(count)))
    began = time.time()
    print("All clients are ready.", flush=True)
    await asyncio.gather(*(read(client, frames) for client, frames in clients))
    heard = [heard_of(frames, began) for _, frames in clients]
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(heard))
    draft.replace(file)  # whoever waits for the file sees all of it
    await asyncio.gather(*(client.close() for client, _ in clients))


async def subscribe(client: ClientConnection, run: str) -> None:
    """Ask for the run's events, and return when the server agreed."""
    method = "subscribe_graph_execution"
    await client.send(json.dumps({"method": method, "data": {"graph_exec_id": run}}))
    answer = json.loads(await client.recv())
    if answer["method"] != method or not answer["success"]:
        raise SystemExit(f"The subscription was refused: {answer}")


async def read(client: ClientConnection, frames: Frames) -> None:
    """Collect messages to the run's end. Hardly anything is parsed meanwhile: it would cost time."""
    try:
        async with asyncio.timeout(PATIENCE):
            async for frame in client:
                text = frame if isinstance(frame, str) else frame.decode()
                frames.append((time.time(), text))
                if "graph_execution_event" in text and json.loads(text)["data"]["ended_at"]:
                    return
    except TimeoutError:
        return  # what is missing will be counted


def heard_of(frames: Frames, began: float) -> Heard:
    """Return what came; the latencies are those of nodes that ended after all watched."""
    messages = [(moment, json.loads(text)) for moment, text in frames]
    numbers = [message["seq"] for _, message in messages]
    return {
        "messages": len(set(numbers)),
        "in_order": numbers == sorted(numbers),
        "latencies": [moment - ended for moment, ended in _ends(messages) if ended > began],
    }


def _ends(messages: list[tuple[float, dict[str, Any]]]) -> Iterator[tuple[float, float]]:
    """Yield when each node's end was heard of, and when it was."""
    for moment, message in messages:
        if message["method"] == "node_execution_event" and message["data"]["end_time"]:
            yield moment, datetime.fromisoformat(message["data"]["end_time"]).timestamp()


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])))
