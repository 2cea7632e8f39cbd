"""What one node of a graph can do: whom it can reach, what it asks for, whose code it runs.

It is read from the node's block and from the values that its author set. Where a link brings the
value, nobody can know it before the run: then the manifest says that, instead of naming a host.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from agents.engine import pins
from agents.engine.credentials import Need
from agents.engine.graph import Graph, Node
from blocks.sdk import BlockKind, BlockSpec
from credentials import registry as providers
from credentials.hosts import host_of
from llm.names import resolve

ADDRESSES = ("url", "host")  # how the names of pins end that say where a block goes
MODEL = "model"
OLLAMA = "ollama_host"
CODE = {"RunPythonBlock": ("python", "code")}
CODE_DIGITS = 16
STDIO = "stdio:"


def effective(graph: Graph, node: Node, pin: str) -> Any:
    """Return the value that a pin has in each run; None where a link brings it, or nothing does."""
    if is_linked(graph, node, pin) or node.block is None:
        return None
    value = node.defaults.get(pin)
    if value is not None:
        return value
    field = node.block.inputs.pins().get(pin)  # type: ignore[call-overload]
    return (
        None
        if field is None or field.is_required()
        else field.get_default(call_default_factory=True)
    )


def is_linked(graph: Graph, node: Node, pin: str) -> bool:
    return any(pins.base(name) == pin for name in graph.linked_pins(node.id))


def addresses(graph: Graph, node: Node) -> Iterator[tuple[str, str]]:
    """Yield (pin, host) for each pin that says where the node goes; "" for what a run decides."""
    if node.block is None or node.kind in {BlockKind.INPUT, BlockKind.OUTPUT, BlockKind.NOTE}:
        return
    for pin in node.block.inputs.pins():
        if not pin.lower().endswith(ADDRESSES) or pin == OLLAMA:
            continue
        value = effective(graph, node, pin)
        if isinstance(value, str) and value.startswith(STDIO):
            continue  # a program of the instance, which `mcp` names
        host = host_of(value) if isinstance(value, str) else ""
        if host or is_linked(graph, node, pin) or value not in (None, ""):
            yield pin, host
    for host in fixed_hosts(node.block):
        yield "", host


@lru_cache(maxsize=1024)
def fixed_hosts(block: BlockSpec) -> tuple[str, ...]:
    """Return the hosts that the block itself names: it has no pin that says where it goes."""
    if any(pin.lower().endswith(ADDRESSES) for pin in block.inputs.pins()):
        return ()
    return tuple(sorted({host_of(url) for url in block.answers} - {""}))


def provider_hosts(need: Need) -> Iterator[str]:
    """Yield the hosts that a credential goes to; "" for services that people run themselves."""
    if need.host:
        yield need.host
        return
    for name in need.providers:
        provider = providers.find(name)
        yield from (provider.hosts if provider and provider.hosts else ("",))


def model(graph: Graph, node: Node) -> dict[str, str] | None:
    """Return the model that the node asks; an empty name where a run decides. None: it asks none."""
    if node.block is None or MODEL not in node.block.inputs.pins():
        return None
    value = effective(graph, node, MODEL)
    if not isinstance(value, str) or not value.strip():
        return {"provider": "", "model": ""}
    named = resolve(value)
    return {"provider": named.provider, "model": named.model}


def code(graph: Graph, node: Node) -> dict[str, Any] | None:
    """Return the code that the node runs, by its digest; None where it runs none."""
    if node.block is None or node.block.name not in CODE:
        return None
    language, pin = CODE[node.block.name]
    text = effective(graph, node, pin)
    if not isinstance(text, str):
        return {"language": language, "digest": "", "lines": 0}  # a run brings it
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:CODE_DIGITS]
    return {"language": language, "digest": digest, "lines": len(text.splitlines())}


def mcp(graph: Graph, node: Node) -> dict[str, str] | None:
    """Return the MCP server and the tool that the node calls; None where it calls none."""
    if node.kind is not BlockKind.MCP_TOOL:
        return None
    server = effective(graph, node, "server_url")
    tool = effective(graph, node, "selected_tool")
    named = server if isinstance(server, str) else ""
    return {
        "server": named if named.startswith(STDIO) else host_of(named),
        "tool": tool if isinstance(tool, str) else "",
    }


def trigger(node: Node) -> dict[str, str] | None:
    """Return whose calls begin runs at the node; None where none do."""
    if node.block is None or node.block.webhook is None:
        return None
    return {"provider": node.block.webhook.provider, "type": node.block.webhook.type}


@lru_cache(maxsize=1024)
def handles_files(block: BlockSpec) -> bool:
    """Return whether a file goes into the block, or comes out of it."""
    schemas = (block.inputs.json_schema(), block.outputs.json_schema())
    return any(_has_file(schema) for schema in schemas)


def _has_file(schema: Any) -> bool:
    return '"format": "file"' in json.dumps(schema, default=str)


def acts(node: Node) -> str:
    """Return the name of the block where it does something in the world; else nothing."""
    return node.block.title if node.block and node.block.effect == "external" else ""


def texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (pin, name, text) of all texts in the values of a node, with the name that each is under."""
    for pin, value in values.items():
        yield from ((pin, name, text) for name, text in _texts(pin, value))


def _texts(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif depth > 20:
        return
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield "", str(key)
            yield from _texts(str(key), member, depth + 1)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(name, member, depth + 1)
