"""A whole instance as others use it: by its own OpenAPI document, and by an MCP client."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.acceptance.instances import PATIENCE, SAMPLES, Trellis, until
from tests.support.webs import free_port

MCP_TOOL = "a0a4b1c2-d3e4-4f56-a7b8-c9d0e1f2a3b4"
NAP = {
    "nodes": [
        {
            "id": "nap",
            "block_id": "d67a9c52-5e4e-11e2-bcfd-0800200c9a71",  # Countdown Timer
            "input_default": {"hours": 1},
        }
    ],
    "links": [],
}
CALCULATOR = json.loads((SAMPLES / "calculator.json").read_text())


@dataclass
class Open(Trellis):
    """An instance whose agents may ask the instance itself."""

    port: int = 0

    def environment(self) -> dict[str, str]:
        return super().environment() | {"EGRESS_ALLOW": f"127.0.0.1:{self.port}"}


@pytest.fixture(scope="module")
def trellis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    instance = Open(tmp_path_factory.mktemp("tools") / "data", port=free_port())
    try:
        instance.start("--port", str(instance.port))
        yield instance
        instance.end()
    finally:
        instance.kill_everything()


@pytest.fixture(scope="module")
def key(trellis: Open) -> str:
    return trellis.command("token").stdout.strip()


@pytest.fixture(scope="module")
def api(trellis: Open, key: str) -> Iterator[httpx.Client]:
    headers = {"X-API-Key": key}
    with httpx.Client(base_url=f"{trellis.url}/api/v1", headers=headers, timeout=60) as client:
        yield client


def made(answer: httpx.Response, status: int = 201) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def ended(api: httpx.Client, run: str) -> Any:
    """Return the run, once it has ended."""
    found: dict[str, Any] = {}

    def is_over() -> bool:
        found.update(api.get(f"/executions/{run}/").json())
        return found["status"] in ("COMPLETED", "FAILED", "TERMINATED")

    until(is_over, "the run ends")
    return found


def runs(api: httpx.Client, agent: str) -> Any:
    return api.get("/executions/", params={"graph_id": agent}).json()["results"]


def test_an_agent_starts_another_one_by_the_instances_own_document(
    trellis: Open, api: httpx.Client, key: str
) -> None:
    calculator = made(api.post("/graphs/", json={"graph": CALCULATOR}))["id"]
    own = made(api.post("/apis/", json={"url": f"{trellis.url}/api/schema/?format=json"}))
    [start] = [
        one["block_id"]
        for one in own["operations"]
        if one["key"] == "POST /api/v1/graphs/{agent_id}/execute/"
    ]
    credential = made(
        api.post(
            "/integrations/http/credentials/",
            json={
                "type": "api_key",
                "title": "Myself",
                "api_key": key,
                "host": trellis.url.removeprefix("http://"),
            },
        )
    )
    chosen = {name: credential[name] for name in ("id", "provider", "type", "title")}
    node = {
        "id": "start",
        "block_id": start,
        "input_default": {
            "agent_id": calculator,
            "inputs": {"Input": 8},
            "credentials": chosen,
        },
    }
    driver = {"name": "Drives", "nodes": [node], "links": []}
    agent = made(api.post("/graphs/", json={"graph": driver}))["id"]

    run = made(api.post(f"/graphs/{agent}/execute/", json={"inputs": {}}), 202)

    assert ended(api, run["id"])["status"] == "COMPLETED", ended(api, run["id"])
    assert [ended(api, one["id"])["outputs"] for one in runs(api, calculator)] == [
        {"Output": [42.0]}
    ]


def test_an_agent_calls_a_tool_of_a_program_that_the_instance_starts(
    trellis: Open, api: httpx.Client
) -> None:
    offered = made(api.post("/mcp/tools/", json={"server_url": "stdio:local"}), 200)
    pins = {"server_url": "stdio:local", "selected_tool": "echo", "tool_arguments": {"text": "hi"}}
    agent = {"name": "Local", "nodes": [{"id": "c", "block_id": MCP_TOOL, "input_default": pins}]}
    id = made(api.post("/graphs/", json={"graph": {**agent, "links": []}}))["id"]

    run = made(api.post(f"/graphs/{id}/execute/", json={"inputs": {}}), 202)["id"]

    assert "echo" in [tool["name"] for tool in offered]
    assert ended(api, run)["status"] == "COMPLETED"
    [node] = api.get(f"/executions/{run}/node-executions/").json()["results"]
    assert node["output_data"] == {"result": [["hi"]]}


def test_an_mcp_client_runs_an_agent_and_hears_of_its_progress(
    trellis: Open, api: httpx.Client, key: str
) -> None:
    made(api.post("/graphs/", json={"graph": {**CALCULATOR, "name": "Calculator for MCP"}}))
    heard: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)

    async def use() -> tuple[Any, Any, Any]:
        headers = {"X-API-Key": key}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{trellis.url}/api/v1/mcp/", http_client=http)
            async with Client(transport) as client:
                [tool] = [
                    one
                    for one in (await client.list_tools()).tools
                    if one.title == "Calculator for MCP"
                ]
                good = await client.call_tool(tool.name, {"Input": 8}, progress_callback=hear)
                bad = await client.call_tool("no_such_tool", {})
                return tool, good, bad

    tool, good, bad = asyncio.run(use())

    assert tool.name.startswith("Calculator_for_MCP_")
    assert "Input" in tool.input_schema["properties"]
    assert good.structured_content == {"Output": [42.0]}
    assert json.loads(good.content[0].text) == {"Output": [42.0]}
    assert heard == sorted(heard)
    assert heard
    assert bad.is_error


HANGING_UP = """
import asyncio, sys
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

async def use(url, key, tool):
    async with httpx2.AsyncClient(headers={"X-API-Key": key}, timeout=600) as http:
        async with Client(streamable_http_client(url, http_client=http)) as client:
            call = asyncio.create_task(client.call_tool(tool, {}))
            await asyncio.to_thread(sys.stdin.readline)
            call.cancel()

asyncio.run(use(*sys.argv[1:]))
"""


@pytest.mark.parametrize("manner", ["leaves", "dies"])
def test_an_mcp_client_that_hangs_up_stops_the_run_that_it_began(
    trellis: Open, api: httpx.Client, key: str, manner: str
) -> None:
    waiting = {**NAP, "name": f"Naps while a client {manner}"}
    agent = made(api.post("/graphs/", json={"graph": waiting}))["id"]
    tool = f"Naps_while_a_client_{manner}_{agent.replace('-', '')[:12]}"
    command = [sys.executable, "-c", HANGING_UP, f"{trellis.url}/api/v1/mcp/", key, tool]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as client:
        try:
            until(lambda: any(one["status"] == "RUNNING" for one in runs(api, agent)), "it runs")
            if manner == "leaves":
                client.communicate(b"\n", timeout=PATIENCE)
        finally:
            client.kill()
    [run] = runs(api, agent)
    assert ended(api, run["id"])["status"] == "TERMINATED"


def test_without_a_key_there_are_no_tools(trellis: Open) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}

    answer = httpx.post(f"{trellis.url}/api/v1/mcp/", json=message, headers=headers)

    assert answer.status_code == 401
