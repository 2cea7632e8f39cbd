"""A server that answers every request after a while: ``python -m benchmarks.slow PORT SECONDS``.

A process of its own, so that what it costs is not the worker's.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.instance import Lab, Start, free_port
from launcher.processes import Program

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"
BACKLOG = 2048


@contextmanager
def slow_server(lab: Lab, seconds: float) -> Iterator[int]:
    """Run the server as long as the context lasts. Yields its port."""
    port = free_port()
    with lab.running(Start(Program("slow", ("benchmarks.slow", str(port), str(seconds))))):
        yield port


async def serve(port: int, seconds: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(seconds)
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=BACKLOG)
    print("The server is ready.", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
