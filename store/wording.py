"""A manifest in plain words, for people who decide whether to take an agent, or to publish it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from store.manifest import SECTIONS

SENTENCES = (
    "It can contact",
    "Where it goes is decided when it runs",
    "It asks for credentials of",
    "It runs code",
    "It calls tools of MCP servers",
    "It can be started from outside",
    "It does things in the world",
    "It works with files",
    "It asks language models",
    "It brings other agents along",
    "It has blocks that this instance does not know",
)
TITLES = dict(zip(SECTIONS, SENTENCES, strict=True))


class Section(NamedTuple):
    """One kind of ability, and what there is of it."""

    name: str
    title: str
    items: list[str]


def sections(manifest: Mapping[str, Any]) -> list[Section]:
    """Return what there is to say, in a fixed order; nothing of what it cannot do."""
    return [
        Section(name, TITLES[name], [item(name, one) for one in manifest[name]])
        for name in SECTIONS
        if manifest.get(name)
    ]


def changes(
    diff: Mapping[str, Mapping[str, list[Any]]],
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield (title, added, removed) for each section that differs."""
    for name in SECTIONS:
        if name in diff:
            added, removed = (
                [item(name, one) for one in diff[name][side]] for side in ("added", "removed")
            )
            yield TITLES[name], added, removed


def cost(manifest: Mapping[str, Any]) -> str:
    """Return what a run may cost in words; nothing where it asks no model."""
    found = manifest.get("cost") or {}
    if not found.get("questions"):
        return ""
    known = "" if found.get("is_complete") else " The prices of some of its models are not known."
    return (
        f"About {found['cents']} US cents, if each of its {found['questions']} nodes with a model asks "
        f"once, {found['tokens_in']} tokens in and {found['tokens_out']} out.{known}"
    )


def item(section: str, one: Any) -> str:
    """Return an item of a section in words."""
    if isinstance(one, str):
        return one
    match section:
        case "open_hosts":
            return f"{one['block']} (`{one['pin']}`)"
        case "credentials":
            return _credential(one)
        case "code":
            return f"{one['language']}, {one['lines']} lines" if one["digest"] else one["language"]
        case "mcp":
            return f"{one['tool'] or 'a tool'} of {one['server'] or 'a server chosen in the run'}"
        case "triggers":
            return f"{one['provider']}: {one['type']}"
        case "models":
            return " ".join(filter(None, (one["provider"], one["model"]))) or "chosen in the run"
        case "sub_agents":
            return f"{one['name']} (version {one['version']})"
    return str(one)


def _credential(one: Mapping[str, Any]) -> str:
    whose = " or ".join(one["providers"]) + (f" for {one['host']}" if one["host"] else "")
    scopes = f", to {', '.join(one['scopes'])}" if one["scopes"] else ""
    return (
        f"{whose} ({' or '.join(one['kinds'])}){scopes}{'' if one['required'] else ', if you like'}"
    )
