"""A program that is an MCP server, or behaves badly in place of one: `mcp_program.py MODE PIDS WORDS…`.

It writes its process id, and those of its children, into the file PIDS.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STUBBORN = (
    "import signal, time\n"
    "for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(one, signal.SIG_IGN)\n"
    "time.sleep(600)"
)


def serve() -> None:
    from mcp.server.mcpserver import MCPServer

    server = MCPServer("Local")

    @server.tool(structured_output=False)
    def look() -> str:
        """Say what the program has."""
        return json.dumps(
            {"environment": dict(os.environ), "directory": os.getcwd(), "words": sys.argv[3:]}
        )

    @server.tool(structured_output=False)
    def echo(text: str) -> str:
        """Return the text."""
        return json.dumps([text])

    @server.tool(structured_output=False)
    def large(characters: int) -> str:
        """Return a text of this length."""
        return "x" * characters

    server.run("stdio")


def hang() -> None:
    for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(one, signal.SIG_IGN)
    time.sleep(600)


def flood() -> None:
    while True:
        os.write(1, b"x" * 65_536)


def flood_of_complaints() -> None:
    os.write(2, b"complaint " * 1_000_000)


def babble() -> None:
    os.write(1, b'hello\n{"jsonrpc": "2.0"}\n\xff\xfe\n[]\n')
    time.sleep(600)


def die() -> None:
    os.write(2, b"The planted complaint")


if __name__ == "__main__":
    mode, pids = sys.argv[1], Path(sys.argv[2])
    child = subprocess.Popen([sys.executable, "-c", STUBBORN])
    unfinished = pids.with_suffix(".part")
    unfinished.write_text(f"{os.getpid()} {child.pid}")
    unfinished.rename(pids)
    {one.__name__: one for one in (serve, hang, flood, flood_of_complaints, babble, die)}[mode]()
