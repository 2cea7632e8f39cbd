"""The agents that the pictures show: small ones that a person might really have."""

import base64
import struct
import zlib
from typing import Any

from tests.support.graphs import GraphBuilder

DIGEST = """\
# Digest of {{ topic }}

Three things happened **this week**:

1. The harvest of Darjeeling began, [two weeks early](https://example.org/harvest).
2. Prices rose by 4 %, most of all for green tea.
3. A new tea house opened in Lisbon.

> Drink it while it is warm.
"""
SALES = [
    {"product": "Darjeeling", "sold": 120, "revenue": 594.0},
    {"product": "Sencha", "sold": 48, "revenue": 316.8},
    {"product": "Earl Grey", "sold": 75, "revenue": 262.5},
]
FILES = {
    "Price list, spring.csv": b"tea,price\n" + b"Darjeeling,4.95\n" * 1200,
    "harvest-report.pdf": b"%PDF-1.7\n" + bytes(1_840_000),
    "a note for the morning shift.md": b"# Good morning\n\nThe kettle is on.\n",
}
CREDENTIALS: dict[str, dict[str, Any]] = {
    "brave": {"type": "api_key", "title": "Brave Search of the shop", "api_key": "BSA-example"},
    "smtp": {
        "type": "user_password",
        "title": "Outgoing mail",
        "username": "post@tea.example.org",
        "password": "an-example",
        "host": "mail.example.org:587",
    },
    "http": {
        "type": "host_scoped",
        "title": "Warehouse",
        "headers": {"Authorization": "Bearer example"},
        "host": "api.warehouse.example.org",
    },
}
BARS = {120: (29, 107, 69), 48: (31, 93, 153), 75: (196, 138, 18)}  # heights and colours
PAPER = (247, 247, 243)


def chart() -> str:
    """Return the picture of some bars as a ``data:`` URI."""
    width, height, bar = 420, 160, 140
    colours = list(BARS.items())
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # no filter
        for x in range(width):
            tall, colour = colours[x // bar]
            inside = 20 <= x % bar < bar - 20 and height - y <= tall
            rows.extend(colour if inside else PAPER)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(_part(*part) for part in parts)
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _part(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def placed(graph: GraphBuilder, columns: dict[str, tuple[int, int]]) -> GraphBuilder:
    """Return the graph with its nodes at columns and rows, named for what they take or give."""
    for node in graph.nodes:
        name = node["input_default"].get("name")
        if isinstance(name, str):
            node["metadata"]["customized_name"] = name.capitalize()
        column, row = columns[node["id"]]
        node["metadata"]["position"] = {"x": 340 * column, "y": 300 * row}
    return graph


def digest() -> GraphBuilder:
    """Return an agent whose outputs are of several kinds, with a pause in the middle."""
    g = GraphBuilder("Weekly digest")
    topic = g.input("topic", "tea")
    text = g.node("FillTextTemplateBlock", format=DIGEST)
    pause = g.node("CountdownTimerBlock", seconds=2, input_message="The kettle has boiled.")
    sales, drawn = g.input("sales", SALES), picture(g)
    outs = {name: g.output(name) for name in ("digest", "sales by product", "chart", "note")}
    g.link(topic, "result", text, "values_#_topic")
    g.link(text, "output", outs["digest"], "value")
    g.link(sales, "result", outs["sales by product"], "value")
    g.link(drawn, "result", outs["chart"], "value")
    g.link(pause, "output_message", outs["note"], "value")
    places = {topic: (0, 0), text: (1, 0), outs["digest"]: (2, 0), pause: (1, 1)}
    places |= {outs["note"]: (2, 1), sales: (0, 2), outs["sales by product"]: (2, 2)}
    return placed(g, places | {drawn: (0, 3), outs["chart"]: (2, 3)})


def picture(graph: GraphBuilder) -> str:
    """Add an input for a file that has one already."""
    return graph.node("AgentFileInputBlock", name="chart", value=chart(), base_64=True)


def failing() -> GraphBuilder:
    """Return an agent that divides by its input."""
    g = GraphBuilder("Price per cup")
    cups = g.input("cups", 0)
    node = g.node("CalculatorBlock", operation="Divide", a=12)
    price = g.output("price")
    g.link(cups, "result", node, "b")
    g.link(node, "result", price, "value")
    return placed(g, {cups: (0, 0), node: (1, 0), price: (2, 0)})


def sleeping() -> GraphBuilder:
    """Return an agent that gives something at once and sleeps for an hour."""
    g = GraphBuilder("Night watch")
    timer = g.node("CountdownTimerBlock", seconds=3600, input_message="Good morning")
    first, evening, morning = (
        g.input("first", "Good night"),
        g.output("evening"),
        g.output("morning"),
    )
    g.link(first, "result", evening, "value")
    g.link(timer, "output_message", morning, "value")
    return placed(g, {first: (0, 0), evening: (1, 0), timer: (0, 1), morning: (1, 1)})


def asking() -> GraphBuilder:
    """Return an agent that asks a person before it goes on."""
    g = GraphBuilder("Refund desk")
    refund = {"customer": "Ada", "amount": 90, "reason": "The pot arrived broken"}
    data = g.input("refund", refund)
    node = g.node("HumanInTheLoopBlock", name="Refund of 90 for Ada")
    approved, rejected = g.output("approved"), g.output("rejected")
    g.link(data, "result", node, "data")
    g.link(node, "approved_data", approved, "value")
    g.link(node, "rejected_data", rejected, "value")
    return placed(g, {data: (0, 0), node: (1, 0), approved: (2, 0), rejected: (2, 1)})


def searching() -> GraphBuilder:
    """Return an agent that needs a credential."""
    g = GraphBuilder("Tea finder")
    what, found = g.input("tea", "Sencha"), g.output("found")
    search = g.node("SearchTheWebBlock", provider="brave")
    g.link(what, "result", search, "query")
    g.link(search, "results", found, "value")
    return placed(g, {what: (0, 0), search: (1, 0), found: (2, 0)})


def added() -> dict[str, Any]:
    """Return a node that a graph gets in the comparison."""
    g = GraphBuilder("Addition")
    g.node("PrintToConsoleBlock", text="Done")
    [node] = g.nodes
    node["metadata"]["position"] = {"x": 340, "y": 600}
    return dict(node)


def calling() -> GraphBuilder:
    """Return an agent that calls a tool of an MCP server."""
    g = GraphBuilder("Toolbox")
    what, said = g.input("what", "Sencha"), g.output("said")
    text = {"type": "string", "description": "What to say again"}
    schema = {"type": "object", "properties": {"text": text}, "required": ["text"]}
    tool = g.node(
        "MCPToolBlock", server_url="stdio:local", selected_tool="echo", tool_input_schema=schema
    )
    g.link(what, "result", tool, "tool_arguments_#_text")
    g.link(tool, "result", said, "value")
    return placed(g, {what: (0, 0), tool: (1, 0), said: (2, 0)})
