"""Look at a version of a listing, and keep what was found for the moderator. Nothing is decided here.

Each check is a function that yields what it sees. A message that arrives twice, or while another worker
looks, does no harm: findings are those of one revision, and replaced as a whole.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from kombu.exceptions import OperationalError

from agents.engine import validation
from agents.engine.graph import Graph, Node
from agents.graphs.models import GraphVersion
from store import abilities, suspicions
from store.cycles import endless
from store.models import Finding, ListingVersion
from store.models.finding import LONGEST_MESSAGE, LONGEST_WHERE
from store.walking import Party, party

TASK = "store.screen"
WORTH = 600  # seconds; the tick has sent a message anew by then
MOST = 200  # findings of a version: who reads more?
AT_ONCE = 20
TEXTS = ("name", "sub_heading", "description", "instructions", "changes_summary")
NOTE, WARNING, DANGER = Finding.Severity.NOTE, Finding.Severity.WARNING, Finding.Severity.DANGER

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """Something that was found."""

    code: str
    severity: str
    message: str
    where: str = ""


def look(version: ListingVersion, travelling: Party) -> list[Seen]:
    """Return what there is to say of a version, each once, at most `MOST`, the worst first."""
    found = dict.fromkeys(_look(version, travelling))
    order = [DANGER, WARNING, NOTE]
    worst_first = sorted(found, key=lambda seen: order.index(Finding.Severity(seen.severity)))
    return worst_first[:MOST]


def screen(pk: UUID) -> bool:
    """Look at a version and keep its findings; False where that was done, or it is not there."""
    version = _unscreened().select_related("listing", "graph_version__agent").filter(pk=pk).first()
    if version is None:
        return False
    found = look(version, party(version.graph_version, version.listing.owner_id))
    with transaction.atomic():
        rows = ListingVersion.objects.select_for_update(no_key=True)
        if not rows.filter(pk=pk, revision=version.revision).exists():
            return False  # it was edited meanwhile, which sent a message of its own
        Finding.objects.filter(version=version).delete()
        Finding.objects.bulk_create(
            Finding(version=version, **vars(seen)) for seen in _distinct(found)
        )
        ListingVersion.objects.filter(pk=pk).update(screened_revision=version.revision)
    return True


def ask(version: ListingVersion) -> None:
    """Have the version looked at once the transaction is committed."""
    transaction.on_commit(partial(send, version.pk))


def send(pk: UUID) -> None:
    """Send the task. Where the broker is away, or the task is lost, the next tick sends it again."""
    try:
        current_app.send_task(TASK, args=[str(pk)], expires=WORTH, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker is away; the screening of %s waits: %s", pk, error)


def send_again() -> int:
    """Send the task for versions that wait for it, the oldest first; return for how many."""
    waiting = list(
        _unscreened().pending().order_by("submitted_at").values_list("pk", flat=True)[:AT_ONCE]
    )
    for pk in waiting:
        send(pk)
    return len(waiting)


def _unscreened() -> Any:
    return ListingVersion.objects.filter(
        Q(screened_revision=None) | ~Q(screened_revision=F("revision"))
    )


def _distinct(found: list[Seen]) -> list[Seen]:
    """Return what fits into rows, each once as the table has it."""
    cut = (
        Seen(seen.code, seen.severity, seen.message[:LONGEST_MESSAGE], seen.where[:LONGEST_WHERE])
        for seen in found
    )
    return list({(seen.code, seen.where, seen.message): seen for seen in cut}.values())


def _look(version: ListingVersion, travelling: Party) -> Iterator[Seen]:
    for name in TEXTS:
        yield from _of_text(getattr(version, name), name, label="listing")
    if travelling.runs_itself:
        yield Seen("runs_itself", WARNING, "The agent runs itself: see what ends it.")
    for one in travelling.refused:
        where = _where(one.inside, one.node)
        yield Seen("sub_agent_missing", DANGER, "It runs an agent that cannot come along.", where)
    for part in travelling.versions:
        yield from _of_agent(part)


def _of_agent(version: GraphVersion) -> Iterator[Seen]:
    graph = version.graph
    for problem in validation.problems(graph, for_run=True):
        if problem.code != "unknown_block":  # which are told below
            yield Seen("cannot_run", DANGER, problem.detail, f"{version.name} › {problem.node_id}")
    for cycle in endless(graph):
        titles = ", ".join(node.title[:40] for node in cycle[:5])
        message = f"Nothing leads out of the circle of {len(cycle)} nodes: {titles}."
        yield Seen("endless_cycle", WARNING, message, _where(version, cycle[0]))
    if graph.disabled:
        message = f"{len(graph.disabled)} of its nodes are switched off."
        yield Seen("disabled_nodes", NOTE, message, version.name)
    for node in (*graph.nodes.values(), *graph.disabled):
        yield from _of_node(version, graph, node)


def _of_node(version: GraphVersion, graph: Graph, node: Node) -> Iterator[Seen]:
    where = _where(version, node)
    if node.block is None:
        message = f"This instance has no block {str(node.block_id)[:60]!r}."
        yield Seen("unknown_block", DANGER, message, where)
    for pin, name, text in abilities.texts(node.input_default):
        yield from _of_text(text, pin, label=where, name=name)
    for pin, name, text in abilities.texts(node.metadata):
        yield from _of_text(text, pin, label=where, name=name)


def _of_text(text: str, pin: str, *, label: str, name: str = "") -> Iterator[Seen]:
    where = f"{label} › {pin}"
    for message in suspicions.secrets(name, text):
        yield Seen("secret_in_text", DANGER, message, where)
    for message in suspicions.hidden(text):
        yield Seen("hidden_signs", WARNING, message, where)
    for message in suspicions.orders(text):
        yield Seen("hidden_orders", WARNING, message, where)


def _where(version: GraphVersion, node: Node) -> str:
    return f"{version.name[:60]} › {node.title[:60]}"
