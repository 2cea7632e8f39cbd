"""MCP servers that are programs: those that whoever runs this instance listed, and no others.

Nobody's text becomes a command or an argument. A program is started for one call and ends with it; it
has a fresh directory, an environment without anything of ours, and limits of time and output.
"""

import asyncio
import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import BoundedSemaphore
from typing import IO, TYPE_CHECKING

from django.conf import settings

from agents.executions import keeper
from blocks.sdk.mcp import McpFailed

if TYPE_CHECKING:
    from mcp import Client

SCHEME = "stdio:"
MOST_AT_ONCE = 16  # in a process of ours; the others wait
WAIT_SECONDS = 0.1
LONGEST_COMPLAINT = 2000  # characters for the log
KEEPER = str(Path(keeper.__file__).resolve())

_places = BoundedSemaphore(MOST_AT_ONCE)

logger = logging.getLogger(__name__)


def name_in(url: str) -> str | None:
    """Return the name of the command in `stdio:name`; None for any other address."""
    return url[len(SCHEME) :] if url.startswith(SCHEME) else None


def command_of(name: str) -> list[str]:
    """Return the command of this name, if an administrator listed it. Raises McpFailed."""
    listed: dict[str, list[str]] = settings.MCP_COMMANDS
    command = listed.get(name)
    if command is None:
        has = f"It has: {', '.join(sorted(listed))}." if listed else "It has none."
        raise McpFailed(
            f"This instance has no MCP server {name[:100]!r} that it starts itself. {has} Whoever "
            "runs it lists them in TRELLIS_MCP_COMMANDS."
        )
    program = shutil.which(command[0])
    if program is None:
        raise McpFailed(f"The program of the MCP server {name!r} is not installed here.")
    return [program, *command[1:]]


@asynccontextmanager
async def client_of(name: str, most_bytes: int) -> AsyncIterator["Client"]:
    """Have a client of the program, which runs as long as this does. Raises McpFailed."""
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    command = command_of(name)
    async with _place():
        with TemporaryDirectory(prefix="mcp-") as home, TemporaryFile() as complaints:
            started = StdioServerParameters(
                command=sys.executable,
                args=["-I", KEEPER, str(most_bytes), *command],
                env=_environment(home),
                cwd=home,
                encoding_error_handler="replace",
            )
            try:
                async with Client(
                    stdio_client(started, errlog=complaints),  # type: ignore[arg-type]
                    cache=None,
                ) as client:
                    yield client
            except BaseException:  # also where it did not answer in time
                _tell(name, complaints)
                raise


@asynccontextmanager
async def _place() -> AsyncIterator[None]:
    """Have one of the places for programs, once one is free."""
    while not _places.acquire(blocking=False):
        await asyncio.sleep(WAIT_SECONDS)
    try:
        yield
    finally:
        _places.release()


def _environment(home: str) -> dict[str, str]:
    """Return all that the program has: where programs are, and nothing of Trellis."""
    return {
        "PATH": os.environ.get("PATH") or os.defpath,
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "SHELL": "/bin/sh",
        "TERM": "dumb",
        "USER": "trellis",
        "LOGNAME": "trellis",
    }


def _tell(name: str, complaints: IO[bytes]) -> None:
    """Log what a program that failed wrote to its standard error: it is for operators only."""
    complaints.seek(0)
    said = complaints.read(keeper.MOST_COMPLAINTS).decode("utf-8", "replace").strip()
    if said:
        logger.warning(
            "The MCP server %r failed: %s",
            name,
            said[-LONGEST_COMPLAINT:],
            extra={"action": "mcp_command_failed"},
        )
