"""MCP Tool, against servers that speak the protocol well (the official one) and badly."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import SecretStr

from agents.executions.mcpcalls import RunMcp
from blocks.sdk import BlockError, RequestFailed
from blocks.sdk.credentials import ApiKeyCredentials
from blocks.sdk.mcp import McpFailed, McpToolFailed
from blocks.sdk.testing import FakeContext, GivenCredentials
from credentials import services
from credentials.kinds import Kind
from tests.support.blocks import emitted
from tests.support.mcp_servers import serving
from tests.support.webhosts import Answer, endlessly, reply, slowly
from tests.support.webworlds import allowed_host

SEEN: list[dict[str, str]] = []


def official() -> Any:
    """Return a server made with the official package."""
    server = MCPServer("Sums")

    @server.tool()
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    @server.tool(structured_output=False)
    def words(text: str) -> list[str]:
        """Return the words of a text."""
        return text.split()

    @server.tool(structured_output=False)
    def facts() -> str:
        """Return a value as text."""
        return '{"a": [1, 2]}'

    @server.tool()
    def fail() -> str:
        """Fail."""
        raise ToolError("no luck today")

    app = server.streamable_http_app()

    async def seeing(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            SEEN.append({k.decode(): v.decode() for k, v in scope["headers"]})
        await app(scope, receive, send)

    return seeing


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(official()) as found:
        yield found


def call(url: str, tool: str, context: FakeContext | None = None, **arguments: Any) -> Any:
    pins = {"server_url": url, "selected_tool": tool, "tool_arguments": arguments}
    [(pin, value)] = emitted("MCPToolBlock", pins, context or FakeContext(mcp=RunMcp()))
    assert pin == "result"
    return value


def test_the_official_server_lists_its_tools_with_their_schemas(url: str) -> None:
    tools = {tool.name: tool for tool in RunMcp().tools(url)}

    assert tools.keys() == {"add", "words", "facts", "fail"}
    assert tools["add"].description == "Add two numbers."
    assert tools["add"].input_schema["properties"]["a"]["type"] == "integer"
    assert tools["add"].input_schema["required"] == ["a", "b"]


@pytest.mark.parametrize(
    ("tool", "arguments", "result"),
    [
        ("add", {"a": 2, "b": 3}, {"result": 5}),
        ("words", {"text": "one two"}, ["one", "two"]),
        ("words", {"text": "one"}, "one"),
        ("facts", {}, {"a": [1, 2]}),
    ],
)
def test_a_tool_of_the_official_server_is_called(
    url: str, tool: str, arguments: dict[str, Any], result: Any
) -> None:
    assert call(url, tool, **arguments) == result


def test_a_tool_that_fails_is_an_error(url: str) -> None:
    with pytest.raises(McpToolFailed, match="no luck today"):
        call(url, "fail")
    with pytest.raises(BlockError, match="nothing"):
        call(url, "nothing")
    with pytest.raises(BlockError):
        call(url, "add", a="many", b=1)


def test_a_key_goes_to_its_own_server_only(url: str) -> None:
    host = url.removeprefix("http://").removesuffix("/mcp")
    SEEN.clear()
    for hosts, is_sent in (((host,), True), (("mcp.example.org",), False)):
        key = ApiKeyCredentials(
            uuid4(), "mcp", "Mine", hosts, tls_only=False, key=SecretStr("planted-key")
        )
        credentials = GivenCredentials({"credentials": key})
        context = FakeContext(mcp=RunMcp(), credentials=credentials)
        if is_sent:
            assert call(url, "facts", context) == {"a": [1, 2]}
            assert {one.get("authorization") for one in SEEN} == {"Bearer planted-key"}
            SEEN.clear()
        else:
            with pytest.raises(Exception, match="may not be sent"):
                call(url, "facts", context)
            assert SEEN == []


def test_a_private_server_is_refused() -> None:
    with pytest.raises(RequestFailed) as caught:
        call("http://127.0.0.1:8080/mcp", "add")

    assert caught.value.code == "address_refused"


def test_a_call_ends_when_nobody_wants_it() -> None:
    with (
        allowed_host(lambda asked: slowly(asked, HEAD)) as host,
        pytest.raises(RequestFailed) as caught,
    ):
        RunMcp(stop=lambda: True).tools(host.url)

    assert caught.value.code == "request_stopped"


def as_json(value: Any) -> bytes:
    return reply(json.dumps(value).encode(), headers={"Content-Type": "application/json"})


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
BAD: dict[str, Answer] = {
    "no protocol": lambda asked: reply(b"hello", headers={"Content-Type": "text/plain"}),
    "broken json": lambda asked: reply(b"{", headers={"Content-Type": "application/json"}),
    "wrong shape": lambda asked: as_json({"jsonrpc": "2.0", "id": 1, "result": {"tools": 7}}),
    "slow": lambda asked: slowly(asked, HEAD),
    "endless": lambda asked: endlessly(asked, HEAD, b"x" * 65_536),
    "endless events": lambda asked: endlessly(asked, EVENTS, b"data: " + b"x" * 65_536),
    "not found": lambda asked: reply(b"", status="404 Not Found"),
    "refused": lambda asked: reply(b"", status="401 Unauthorized"),
    "broken server": lambda asked: reply(b"oops", status="500 Oops"),
    "redirect": lambda asked: reply(
        b"", status="307 Away", headers={"Location": "http://169.254.169.254/"}
    ),
    "broken events": lambda asked: reply(
        b"event: message\ndata: {broken\n\n", headers={"Content-Type": "text/event-stream"}
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_server_is_one_error(name: str) -> None:
    failing = pytest.raises((McpFailed, RequestFailed))
    with allowed_host(BAD[name], total_seconds=3) as host, failing as caught:
        RunMcp().tools(host.url)

    assert len(str(caught.value)) < 700


@pytest.mark.django_db
def test_the_builder_asks_a_server_for_its_tools(url: str, api: Any, alice: Any) -> None:
    client = api(alice)

    found = client.post("/api/v1/mcp/tools/", {"server_url": url}, format="json")
    refused = client.post("/api/v1/mcp/tools/", {"server_url": "http://10.0.0.1/"}, format="json")

    assert [tool["name"] for tool in found.json()] == ["add", "words", "facts", "fail"]
    assert found.json()[0]["input_schema"]["required"] == ["a", "b"]
    assert refused.status_code == 422
    assert refused.json()["code"] == "mcp_server_unusable"


@pytest.mark.django_db
def test_a_secret_of_another_service_goes_to_no_mcp_server(url: str, api: Any, alice: Any) -> None:
    kept = services.create(
        alice, provider="openai", kind=Kind.API_KEY, given={"api_key": "planted-key"}
    )
    SEEN.clear()

    asked = {"server_url": url, "credential": str(kept.pk)}
    refused = api(alice).post("/api/v1/mcp/tools/", asked, format="json")

    assert refused.status_code == 422
    assert SEEN == []
