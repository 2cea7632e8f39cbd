"""What moderators see of a version, as pieces of HTML. Everything in them is escaped or sanitised."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from agents.graphs.stripping import stripped
from agents.graphs.thumbnails import thumbnail
from store import manifest, markdown, wording
from store.models import Decision, ListingVersion

LONGEST_VALUES = 4000  # characters of a node's values
MOST_NODES = 500
NOTHING = "nothing"
CONSEQUENCES = {
    "approve": "From now on everybody finds this version, and can take it. Its creator is told.",
    "reject": "It goes back to its creator, with your comments: say what to change.",
    "suspend": "Nobody finds the listing any more, in no version. Its creator reads your comments.",
    "restore": "The listing is found again. Its creator is told.",
    "try": "You get a copy of the agent, with its sub-agents and without secrets. It runs under your own "
    "limits, with credentials that you choose, and its creator learns nothing of it.",
}
DONE = {
    "approve": "It is approved.",
    "reject": "It is rejected.",
    "suspend": "The listing is suspended.",
    "restore": "The listing is restored.",
}


def listed(items: Iterable[str]) -> SafeString:
    """Return the items as a list."""
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ([one] for one in items)))


def text(markdown_text: str) -> SafeString:
    return format_html("<div>{}</div>", markdown.html(markdown_text))


def findings(version: ListingVersion) -> str:
    """Return what was found, the worst first."""
    if not version.is_screened:
        return "It is being screened. Load this page again in a moment."
    order = {"danger": 0, "warning": 1, "note": 2}
    rows = sorted(version.findings.all(), key=lambda one: (order[one.severity], one.where))
    if not rows:
        return NOTHING
    return format_html(
        "<table><tr><th>How bad</th><th>What</th><th>Where</th></tr>{}</table>",
        format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            ((one.get_severity_display(), one.message, one.where) for one in rows),
        ),
    )


def abilities(version: ListingVersion) -> str:
    found = wording.sections(version.manifest)
    if not found:
        return "It only computes."
    return format_html_join("", "<h4>{}</h4>{}", ((one.title, listed(one.items)) for one in found))


def estimate(version: ListingVersion) -> str:
    return wording.cost(version.manifest) or NOTHING


def difference(version: ListingVersion) -> str:
    """Return how its manifest differs from that of the version that people get now."""
    present = version.listing.active_version
    if present is None or present.pk == version.pk:
        return "There is nothing to compare it with."
    changes = list(wording.changes(manifest.diff(present.manifest, version.manifest)))
    if not changes:
        return "It can do the same."
    return format_html_join(
        "",
        "<h4>{}</h4>{}",
        (
            (title, listed([*(f"+ {one}" for one in added), *(f"− {one}" for one in removed)]))
            for title, added, removed in changes
        ),
    )


def drawing(version: ListingVersion) -> SafeString:
    """Return the graph from afar."""
    seen = thumbnail(version.graph_version.document)
    lines = format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="gray" stroke-width="0.003"/>',
        ((one.x1, one.y1, one.x2, one.y2) for one in seen.lines),
    )
    boxes = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" rx="0.01" fill="steelblue"/>',
        ((one.x, one.y, one.width, one.height) for one in seen.boxes),
    )
    return format_html(
        '<svg width="640" height="640" viewBox="0 0 1 1" role="img" aria-label="The graph">{}{}</svg>',
        lines,
        boxes,
    )


def nodes(version: ListingVersion) -> str:
    """Return every node of the agent and of those that come along, with its values but secrets."""
    versions = (version.graph_version, *version.sub_agents.all())
    rows = [
        (one.name, title, block, json.dumps(values, indent=1, ensure_ascii=False)[:LONGEST_VALUES])
        for one in versions
        for title, block, values in _nodes(one)
    ]
    return format_html(
        "<details><summary>{} nodes</summary><table>{}</table></details>",
        len(rows),
        format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td><pre>{}</pre></td></tr>",
            rows[:MOST_NODES],
        ),
    )


def pictures(version: ListingVersion) -> str:
    shown = version.shown_pictures.select_related("picture")
    return (
        format_html_join(
            " ",
            '<img src="{}" width="320" alt="Picture {}">',
            (
                (reverse("webui:store-picture", args=[one.picture_id]), one.place + 1)
                for one in shown
            ),
        )
        or NOTHING
    )


def history(decisions: "QuerySet[Decision, Decision]") -> SafeString:
    """Return who decided what about the listing, the newest first; of those who are gone, a number."""
    rows = decisions.select_related("by", "version").order_by("-pk")
    return format_html(
        "<table>{}</table>",
        format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    one.created.strftime("%Y-%m-%d %H:%M"),
                    one.get_action_display(),
                    one.version.number if one.version else "",
                    one.by.get_username() if one.by else f"#{one.by_id}",
                    one.comments,
                    one.internal_comments,
                )
                for one in rows
            ),
        ),
    )


def _nodes(one: Any) -> Iterable[tuple[str, str, Any]]:
    values = {node["id"]: node["input_default"] for node in stripped(one.document)["nodes"]}
    for node in one.graph.nodes.values():
        block = node.block.title if node.block else f"Unknown block {node.block_id}"
        yield node.title, block, values.get(node.id, {})
