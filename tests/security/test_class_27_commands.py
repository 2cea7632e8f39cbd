"""Class 27: nobody's text becomes a command: MCP servers are asked by HTTP, and by nothing else."""

import pytest

from agents.executions.mcpcalls import RunMcp
from blocks.sdk.http import RequestFailed
from blocks.sdk.mcp import McpFailed
from tests.support.sources import imported, modules

STARTING = {"subprocess", "pty", "multiprocessing", "asyncio.subprocess", "mcp.client.stdio"}


def test_nothing_that_people_reach_starts_a_program() -> None:
    found = {
        f"{path}: {name}"
        for path, module in modules("agents", "blocks")
        for name in imported(module)
        if name in STARTING or name.startswith("mcp.client.stdio")
    }

    assert found == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "stdio:npx some-server",
        "file:///bin/sh",
        "/bin/sh -c id",
        "npx -y server",
        "python -m server",
        '{"command": "sh", "args": ["-c", "id"]}',
        "http+unix:///var/run/docker.sock",
        "",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises((McpFailed, RequestFailed)):
        RunMcp().tools(url)
    with pytest.raises((McpFailed, RequestFailed)):
        RunMcp().call(url, "tool", {})
