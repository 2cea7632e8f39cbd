"""What an agent can do, computed from its graph and those of its sub-agents.

A manifest is JSON of lists in a fixed order, so that the same abilities have the same digest. It says
what the graph makes possible, not what a run will do. People see it before they take an agent, and
what is new in it before they take a new version.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from agents.engine import credentials
from agents.graphs.models import GraphVersion
from store import abilities

FORMAT = 1
SECTIONS = (
    *("hosts", "open_hosts", "credentials", "code", "mcp", "triggers", "actions"),
    *("files", "models", "sub_agents", "unknown_blocks"),
)
ASKED = (
    "hosts",
    "open_hosts",
    "credentials",
    "code",
    "mcp",
    "triggers",
    "actions",
    "unknown_blocks",
)
"""What somebody agrees to: more of these is asked about anew. A change of others is only told."""
TOKENS_IN, TOKENS_OUT = 1000, 500
"""What a question to a model is taken to have, where its cost is estimated."""

Manifest = dict[str, Any]


def of(versions: Sequence[GraphVersion]) -> Manifest:
    """Return the manifest of a version, the first one, and of what travels with it."""
    found: dict[str, list[Any]] = {section: [] for section in SECTIONS}
    blocks: Counter[str] = Counter()
    for version in versions:
        _add(version, found)
        blocks.update(
            node.block.title if node.block else "Unknown block"
            for node in version.graph.nodes.values()
        )
    found["sub_agents"] = [_named(version) for version in versions[1:]]
    asked = found["models"]
    return {
        "format": FORMAT,
        **{section: _ordered(found[section]) for section in SECTIONS},
        "blocks": dict(sorted(blocks.items())),
        "cost": _cost(asked),
    }


def digest(manifest: Mapping[str, Any]) -> str:
    """Return what tells two manifests apart."""
    return hashlib.sha256(_canonical(manifest).encode()).hexdigest()


def diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, dict[str, list[Any]]]:
    """Return, for each section that differs, what was added and what was removed."""
    found = {}
    for section in SECTIONS:
        before = {_canonical(one): one for one in old.get(section, ())}
        after = {_canonical(one): one for one in new.get(section, ())}
        added = [one for key, one in after.items() if key not in before]
        removed = [one for key, one in before.items() if key not in after]
        if added or removed:
            found[section] = {"added": added, "removed": removed}
    return found


def asks_for_more(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether the new one can do something that nobody agreed to with the old one."""
    changes = diff(old, new)
    return any(changes[section]["added"] for section in ASKED if section in changes)


def _add(version: GraphVersion, found: dict[str, list[Any]]) -> None:
    graph = version.graph
    for node in graph.nodes.values():
        for pin, host in abilities.addresses(graph, node):
            if host:
                found["hosts"].append(host)
            else:
                found["open_hosts"].append({"block": _title(node), "pin": pin})
        if node.block is None:
            found["unknown_blocks"].append(str(node.block_id))
        elif abilities.handles_files(node.block):
            found["files"].append(node.block.title)
        for section, what in (
            ("models", abilities.model(graph, node)),
            ("code", abilities.code(graph, node)),
            ("mcp", abilities.mcp(graph, node)),
            ("triggers", abilities.trigger(node)),
            ("actions", abilities.acts(node)),
        ):
            if what:
                found[section].append(what)
    for need in credentials.needs(graph):
        found["credentials"].append(_asked(need))
        for host in abilities.provider_hosts(need):
            if host:
                found["hosts"].append(host)
            else:
                found["open_hosts"].append({"block": _title(need.node), "pin": need.pin})


def _asked(need: credentials.Need) -> dict[str, Any]:
    return {
        "providers": sorted(need.providers),
        "kinds": sorted(need.kinds),
        "scopes": sorted(need.scopes),
        "host": need.host,
        "required": need.required,
    }


def _named(version: GraphVersion) -> dict[str, Any]:
    return {
        "graph_id": str(version.agent_id),
        "version": version.version,
        "name": version.name,
    }


def _cost(asked: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return what the models of one pass through all nodes cost, as far as prices are known."""
    from llm import prices  # with an HTTP client, which workers that ask no model do without

    total, known, questions = Decimal(0), True, 0
    for one in asked:
        questions += 1
        cents = prices.cents(one["provider"], one["model"], TOKENS_IN, TOKENS_OUT)
        known = known and cents is not None
        total += cents or 0
    return {
        "questions": questions,
        "cents": str(total.quantize(Decimal("0.01"))),
        "is_complete": known,
        "tokens_in": TOKENS_IN,
        "tokens_out": TOKENS_OUT,
    }


def _title(node: Any) -> str:
    return node.block.title if node.block else "Unknown block"


def _ordered(items: Iterable[Any]) -> list[Any]:
    """Return each item once, in an order that depends on nothing but the items."""
    unique = {_canonical(item): item for item in items}
    return [unique[key] for key in sorted(unique)]


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
