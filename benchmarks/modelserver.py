"""A model server that takes a while: ``python -m benchmarks.modelserver PORT SECONDS``.

It speaks OpenAI's chat completions, streamed, and keeps connections. A process of its own, so that what
it costs is not the worker's.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.instance import Lab, Start, free_port
from launcher.processes import Program

BACKLOG = 2048
WORDS = ("Hello", " from", " a", " model")


@contextmanager
def model_server(lab: Lab, seconds: float) -> Iterator[str]:
    """Run the server as long as the context lasts. Yields its base URL."""
    port = free_port()
    command = ("benchmarks.modelserver", str(port), str(seconds))
    with lab.running(Start(Program("modelserver", command))):
        yield f"http://127.0.0.1:{port}/v1"


def stream() -> bytes:
    """Return an answer, as it goes over the wire."""
    head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "bench"}
    deltas = [{"index": 0, "delta": {"content": word}, "finish_reason": None} for word in WORDS]
    ends = {"index": 0, "delta": {}, "finish_reason": "stop"}
    used = {"prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9}
    chunks = [{**head, "choices": [one]} for one in (*deltas, ends)]
    chunks.append({**head, "choices": [], "usage": used})
    lines = [f"data: {json.dumps(one)}\n\n" for one in chunks]
    body = "".join([*lines, "data: [DONE]\n\n"]).encode()
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


async def serve(port: int, seconds: float) -> None:
    answer = stream()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").lower().split("\r\n")
                [length] = [line for line in lines if line.startswith("content-length:")]
                await reader.readexactly(int(length.partition(":")[2]))
                await asyncio.sleep(seconds)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", port, backlog=BACKLOG)
    print("The server is ready.", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
