"""Why is it not done yet? One `Reason` for each thing that keeps a run from its end.

A reason answers what is waited for, since when, and who can help. There is a function for each
state of a node execution in `STATES`, and for each kind of wait one in `WAITS`; all get the same
`Scene`, which looks up once what several of them need.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Case, SmallIntegerField, When
from django.utils.timezone import now

from agents.engine import readiness
from agents.engine.ids import NodeId, PinName
from agents.engine.readiness import NotReady
from agents.engine.states import OPEN, NodeStatus
from agents.executions import admission, places
from agents.executions.models import Execution, NodeExecution
from agents.executions.models.node_execution import NodeExecutionQuerySet
from agents.executions.scene import Lookup, Reason, Scene
from agents.executions.sealing import STEP

PATIENCE = timedelta(seconds=5)  # a message is usually taken much sooner
DEEPEST = 3  # levels of sub-agents that one sentence goes down
VALUES_GONE = "an input did not fit; its value is gone"
FEW = 20  # node executions that the one line of a run looks at
NOBODY = "Nobody has to do anything."
SEALED = {  # what these kinds say otherwise names nodes, pins, values or runs that are hidden
    "inputs": "did not get all that it needs",
    "misfit": "did not get what it needs",
    "retry": "is tried again by itself",
    "agent": "waits for another agent that it runs",
}


def of_run(execution: Execution, *, briefly: bool = False) -> list[Reason]:
    """Return what keeps the run as a whole, whatever its nodes wait for.

    ``briefly``: without asking the database.
    """
    if execution.state.is_final:
        return []
    if execution.admitted_at is None:
        text = "waits for a free place" if briefly else admission.reason(execution)
        help = (
            "Its owner: stop another run, or raise the agent's `max_concurrent_executions`. "
            "An operator: the person's, or MAX_CONCURRENT_EXECUTIONS."
        )
        return [Reason("admission", text, help, execution.created, rank=1)]
    if execution.is_cancelled:
        return [
            Reason(
                "stopping",
                "is being stopped",
                "Blocks that run end at their next check. Who cannot wait: an operator can fail a "
                "node execution in the admin.",
                execution.cancel_requested_at,
                rank=1,
            )
        ]
    return []


def of_node(scene: Scene, row: NodeExecution) -> Reason | None:
    """Return why the node execution is not done; None if it is, or only looks as if it were not."""
    found = STATES[row.state](scene, row) if row.state in STATES else None
    return _sealed(found) if found and scene.execution.is_sealed else found


def _sealed(reason: Reason) -> Reason:
    """Return the reason as a run tells it whose owner must not see what it consists of."""
    text = SEALED.get(reason.kind, reason.text)
    help = NOBODY if reason.kind in SEALED else reason.help
    return replace(reason, text=text, help=help, pins=())


def _incomplete(scene: Scene, row: NodeExecution) -> Reason | None:
    node = scene.graph.nodes[NodeId(row.node_id)]
    if scene.execution.has_values:
        verdict = readiness.check(scene.graph, node, row.input_data)
        if not isinstance(verdict, NotReady):
            return None
    else:
        verdict = NotReady(readiness.missing_pins(scene.graph, node, row.arrived))
    pins = (*verdict.missing, *(pin for pin in dict(verdict.problems) if pin))
    text = verdict.sentence() or VALUES_GONE
    if not verdict.missing:
        help = "The values that came do not fit. Mend the node, or what feeds it, and run again."
        return Reason("misfit", text, help, row.added_at, rank=7, pins=pins)
    return Reason(
        "inputs", text, _who_feeds(scene, node.id, verdict.missing), row.added_at, 8, pins
    )


def _who_feeds(scene: Scene, node: NodeId, missing: tuple[PinName, ...]) -> str:
    """Say what feeds the pins that lack a value, and whether it still can."""
    sentences = []
    for pin in missing[:3]:
        links = [link for link in scene.graph.into(node) if link.sink_name == pin]
        sources = " or ".join(
            dict.fromkeys(
                f"`{link.source_name}` of {scene.graph.nodes[link.source_id].title}"
                for link in links
            )
        )
        if scene.execution.state.is_final:
            end = "which gave no further value before the run ended"
        elif any(link.source_id in scene.may_still_give for link in links):
            end = "which may still give a value"
        else:
            end = "which can give no value any more"
        sentences.append(f"`{pin}` comes from {sources}, {end}.")
    return " ".join(sentences)


def _queued(scene: Scene, row: NodeExecution) -> Reason:
    since = row.queued_at or row.added_at
    ahead = scene.lookup.queued.get(row.queue, 1) - 1
    if scene.present - since <= PATIENCE:
        text = f"is queued on {row.queue!r} since {clock(since)}"
        return Reason("queued", text, f"{NOBODY} A worker takes it soon.", since, rank=6)
    if row.queue not in scene.lookup.served:
        return Reason(
            "no_worker",
            f"no worker serves the queue {row.queue!r}; it waits since {clock(since)}",
            f"An operator: `trellis up`, or start a worker for {row.queue!r} (`trellis doctor`).",
            since,
            rank=2,
        )
    others = f"; {ahead:,} more are queued there" if ahead > 0 else ""
    return Reason(
        "not_taken",
        f"no worker on the queue {row.queue!r} has taken it since {clock(since)}{others}",
        f"An operator: see that workers serve {row.queue!r} (`trellis doctor`), and start more of "
        "them if all are busy.",
        since,
        rank=2,
    )


def _running(scene: Scene, row: NodeExecution) -> Reason:
    since = row.started_at or row.queued_at
    if row.lease_until and row.lease_until < scene.present:
        return Reason(
            "lease_overdue",
            f"its worker {row.worker!r} was last heard from before {clock(row.lease_until)}; "
            "the sweep takes it over",
            f"{NOBODY} If it stays so for a minute, an operator: does beat run (`trellis doctor`)?",
            row.lease_until,
            rank=2,
        )
    if scene.execution.is_cancelled:
        return Reason(
            "stopping",
            f"was asked to stop and has not listened yet; it runs on {row.worker!r}",
            "It ends at its next check. Who cannot wait: an operator can fail it in the admin.",
            scene.execution.cancel_requested_at,
            rank=1,
        )
    text = f"runs on {row.worker!r} since {clock(since)}"
    return Reason("running", text, f"{NOBODY} The run's owner can stop it.", since, rank=4)


def _waiting(scene: Scene, row: NodeExecution) -> Reason:
    waits_for = row.waits_for or {}
    since = scene.lookup.waiting_since.get(row.pk)
    found = WAITS.get(waits_for.get("kind", ""), _wait_for_something)
    return found(scene, row, waits_for, since)


def wait_of(waits_for: Mapping[str, Any]) -> str:
    """Return in words what a suspended block waits for."""
    kind = waits_for.get("kind")
    if kind == "time":
        return f"sleeps until {_moment(waits_for['until'])}"
    if kind == "retry":
        last = (waits_for.get("error") or {}).get("message")
        return (
            f"is tried again at {_moment(waits_for['until'])}: "
            f"try {waits_for['attempt']} of {waits_for['of']}"
            + (f"; before: {last}" if last else "")
        )
    if kind == "agent":
        return f"waits for the run {waits_for['execution']} of its agent"
    if kind == "review":
        by, since = waits_for["by"], _moment(waits_for["since"])
        return f"waits for a review of {waits_for['name']!r} by {by} since {since}"
    if kind == "event":
        end = f", until {_moment(waits_for['until'])} at the latest" if waits_for["until"] else ""
        return f"waits for the event {waits_for['name']!r} since {_moment(waits_for['since'])}{end}"
    if kind == "limit":
        return places.words(waits_for)
    if kind == "stop":
        return "waits for the run to be stopped"
    return f"waits for {kind or 'something unknown'}"


Since = datetime | None
Waits = Mapping[str, Any]


def _wait_for_time(scene: Scene, row: NodeExecution, waits_for: Waits, since: Since) -> Reason:
    return Reason("time", wait_of(waits_for), f"{NOBODY} It wakes by itself.", since, rank=5)


def _wait_for_retry(scene: Scene, row: NodeExecution, waits_for: Waits, since: Since) -> Reason:
    help = f"{NOBODY} It is tried again by itself; who is sooner ready can stop and retry the run."
    return Reason("retry", wait_of(waits_for), help, since, rank=4)


def _wait_for_agent(scene: Scene, row: NodeExecution, waits_for: Waits, since: Since) -> Reason:
    child = scene.lookup.children.get(row.pk)
    depth = scene.lookup.depth + 1
    below = of_whole(child, depth) if child and depth <= DEEPEST else None
    if below is None:
        help = f"See the run {waits_for['execution']}."
        return Reason("agent", wait_of(waits_for), help, since, rank=4)
    return Reason("agent", f"{wait_of(waits_for)}: {below.text}", below.help, since, below.rank)


def _wait_for_review(scene: Scene, row: NodeExecution, waits_for: Waits, since: Since) -> Reason:
    help = (
        f"{waits_for['by']}: approve or reject it on its page, or by "
        f"POST /api/v1/reviews/{waits_for['review']}/decide/."
    )
    begun = datetime.fromisoformat(waits_for["since"])
    return Reason("review", wait_of(waits_for), help, begun, rank=3)


def _wait_for_event(scene: Scene, row: NodeExecution, waits_for: Waits, since: Since) -> Reason:
    help = (
        f"Who knows that it happened: POST /api/v1/executions/{scene.execution.pk}/signals/ with "
        f"the name {waits_for['name']!r}."
    )
    begun = datetime.fromisoformat(waits_for["since"])
    return Reason("event", wait_of(waits_for), help, begun, rank=3)


def _wait_for_limit(scene: Scene, row: NodeExecution, waits_for: Waits, since: Since) -> Reason:
    help = f"{NOBODY} It goes on when its turn comes; the credential's owner can raise its limit."
    return Reason("limit", wait_of(waits_for), help, since, rank=4)


def _wait_for_something(scene: Scene, row: NodeExecution, waits_for: Waits, since: Since) -> Reason:
    help = "An operator: requeue it in the admin; its block then says again what it waits for."
    return Reason(waits_for.get("kind") or "unknown", wait_of(waits_for), help, since)


STATES: Mapping[NodeStatus, Callable[[Scene, NodeExecution], Reason | None]] = {
    NodeStatus.INCOMPLETE: _incomplete,
    NodeStatus.QUEUED: _queued,
    NodeStatus.RUNNING: _running,
    NodeStatus.WAITING: _waiting,
}
WAITS: Mapping[str, Callable[[Scene, NodeExecution, Waits, Since], Reason]] = {
    "time": _wait_for_time,
    "retry": _wait_for_retry,
    "agent": _wait_for_agent,
    "review": _wait_for_review,
    "event": _wait_for_event,
    "limit": _wait_for_limit,
}


def of_whole(execution: Execution, depth: int = 0) -> Reason | None:
    """Return the one reason that tells most about a run that has not ended; None for others.

    It names the node, and counts the others that are not done.
    """
    if execution.state.is_final:
        return None
    rows = list(_most_telling(execution.node_executions.all())[:FEW])
    return _one_line(Scene(execution, Lookup(rows, depth)), rows)


def of_many(executions: Iterable[Execution]) -> dict[Any, Reason]:
    """Return the one reason of each run that has not ended, in a few queries for all of them."""
    live = {run.pk: run for run in executions if not run.state.is_final}
    if not live:
        return {}
    rows = _most_telling(NodeExecution.objects.filter(execution__in=live), first="execution_id")
    best = {row.execution_id: row for row in rows.distinct("execution_id")}
    lookup = Lookup(list(best.values()), depth=DEEPEST)
    return {
        pk: _one_line(Scene(run, lookup), [best[pk]] if pk in best else [])
        for pk, run in live.items()
    }


def _most_telling(rows: NodeExecutionQuerySet, *, first: str = "telling") -> NodeExecutionQuerySet:
    """Return the rows that are open, those first with which something may be wrong."""
    present = now()
    telling = Case(
        When(status=NodeStatus.RUNNING, lease_until__lt=present, then=0),
        When(status=NodeStatus.QUEUED, queued_at__lt=present - PATIENCE, then=1),
        When(status=NodeStatus.WAITING, then=2),
        When(status=NodeStatus.RUNNING, then=3),
        default=4,
        output_field=SmallIntegerField(),
    )
    found = rows.filter(status__in=OPEN).alias(telling=telling)
    return found.order_by(first, "telling", "start_number").defer("input_data")


def _one_line(scene: Scene, rows: Iterable[NodeExecution]) -> Reason:
    briefly = scene.lookup.depth == DEEPEST
    reasons: list[tuple[NodeExecution | None, Reason]] = [
        (None, one) for one in of_run(scene.execution, briefly=briefly)
    ]
    reasons += [(row, one) for row in rows if (one := of_node(scene, row))]
    if not reasons:
        help = f"{NOBODY} It goes on within seconds, or the sweep ends it."
        return Reason("begins", "begins or ends at this moment", help, scene.execution.created)
    row, telling = min(reasons, key=lambda pair: pair[1].rank)
    if row is None:
        return telling
    others = scene.execution.unfinished - 1
    more = f" (and {others:,} more)" if others > 0 else ""
    return replace(telling, text=f"{title_of(scene, row)}: {telling.text}{more}")


def title_of(scene: Scene, row: NodeExecution) -> str:
    """Return what the node is called, to those who may see it."""
    return STEP if scene.execution.is_sealed else scene.graph.nodes[NodeId(row.node_id)].title


def clock(moment: datetime | None) -> str:
    """Return the moment for a sentence: the time of day, with the date where it is another one."""
    if moment is None:
        return "an unknown moment"
    utc = moment.astimezone(UTC)
    return f"{utc:%H:%M:%S} UTC" if utc.date() == now().date() else f"{utc:%Y-%m-%d %H:%M:%S} UTC"


def _moment(text: str) -> str:
    return f"{text[:19].replace('T', ' ')} UTC"


def iso(moment: datetime | None) -> str | None:
    """Return the moment as the API writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
