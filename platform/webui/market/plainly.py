"""What a manifest says, as people say it: before they take an agent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 12


@dataclass(frozen=True)
class Ability:
    """A sentence about what an agent can do, and what of."""

    title: str
    items: Sequence[str]
    kind: str  # of what matters: "ask" for what somebody has to agree to


def told(manifest: Mapping[str, Any]) -> list[Ability]:
    """Return what the agent can do, what somebody agrees to first. Empty: nothing beyond computing."""
    found = [
        Ability("Connects to", _texts(manifest.get("hosts")), "ask"),
        Ability("Connects to addresses that you or its data choose", _open(manifest), "ask"),
        Ability("Asks for your credentials for", _credentials(manifest), "ask"),
        Ability("Runs code", _named(manifest.get("code")), "ask"),
        Ability("Uses tools of MCP servers", _named(manifest.get("mcp")), "ask"),
        Ability("Starts by itself", _named(manifest.get("triggers")), "ask"),
        Ability("Acts outside", _named(manifest.get("actions")), "ask"),
        Ability(
            "Has blocks that this instance does not know",
            _texts(manifest.get("unknown_blocks")),
            "ask",
        ),
        Ability("Asks models", _models(manifest), "tell"),
        Ability("Reads or writes files", _texts(manifest.get("files")), "tell"),
        Ability("Brings other agents along", _named(manifest.get("sub_agents")), "tell"),
    ]
    return [one for one in found if one.items]


def cost(manifest: Mapping[str, Any]) -> str:
    """Return what one pass through all its models is estimated to cost; empty where it asks none."""
    found = manifest.get("cost")
    if not isinstance(found, Mapping) or not found.get("questions"):
        return ""
    least = "" if found.get("is_complete") else "at least "
    return f"{least}{found.get('cents', '0')} cents for each pass"


def _open(manifest: Mapping[str, Any]) -> list[str]:
    return _texts(
        [one.get("block") for one in manifest.get("open_hosts", ()) if isinstance(one, Mapping)]
    )


def _credentials(manifest: Mapping[str, Any]) -> list[str]:
    rows = [one for one in manifest.get("credentials", ()) if isinstance(one, Mapping)]
    return _texts(
        [
            " or ".join(map(str, one.get("providers", ())))
            + ("" if one.get("required", True) else " (if you like)")
            for one in rows
        ]
    )


def _models(manifest: Mapping[str, Any]) -> list[str]:
    rows = [one for one in manifest.get("models", ()) if isinstance(one, Mapping)]
    return _texts([f"{one.get('model', '')} ({one.get('provider', '')})" for one in rows])


def _named(value: Any) -> list[str]:
    """Return how the parts of a section are called, however they say it."""
    rows = value if isinstance(value, list) else []
    return _texts([_name(one) for one in rows])


def _name(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    if "language" in one:
        lines = one.get("lines")
        return (
            f"{one['language']}, {lines} lines" if lines else f"{one['language']}, given by a run"
        )
    parts = [one.get(key) for key in ("name", "server", "tool", "provider", "type", "block")]
    return " ".join(str(part) for part in parts if part)


def _texts(value: Any) -> list[str]:
    rows = [str(one)[:200] for one in value or () if one]
    found = list(dict.fromkeys(rows))
    return [*found[:MOST], f"and {len(found) - MOST} more"] if len(found) > MOST else found
