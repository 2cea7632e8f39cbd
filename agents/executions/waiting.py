"""Nothing waits in silence: what a run and its node executions wait for, as API and pages tell it."""

from collections.abc import Iterable, Sequence
from typing import Any

from agents.engine.states import NodeStatus
from agents.executions import reasons
from agents.executions.models import Execution, NodeExecution
from agents.executions.scene import Lookup, Reason, Scene

MOST = 200
QUIET = frozenset({"running", "queued"})  # what goes its way is no news on a page

Entry = dict[str, Any]


def waiting(execution: Execution, *, quiet: bool = False) -> list[Entry]:
    """Return what the run and its node executions wait for, at most 200 of them.

    Each is ``{"node_exec_id", "node_id", "node_title", "status", "pins", "kind", "reason", "since",
    "help"}``; the first three are null where it is about the run as a whole. In a run that has ended
    these are the node executions that never got all their inputs. ``quiet`` leaves out those that
    run, or were queued just now.
    """
    statuses = [NodeStatus.INCOMPLETE]
    if not execution.state.is_final:
        statuses += [NodeStatus.QUEUED, NodeStatus.RUNNING, NodeStatus.WAITING]
    rows = list(execution.node_executions.filter(status__in=statuses).order_by("number")[:MOST])
    scene = Scene(execution, Lookup(rows))
    found = [_entry(scene, None, one) for one in reasons.of_run(execution)]
    found += [_entry(scene, row, one) for row in rows if (one := reasons.of_node(scene, row))]
    return [one for one in found if not (quiet and one["kind"] in QUIET)][:MOST]


def summary(execution: Execution) -> Entry | None:
    """Return what the run as a whole waits for, in one line; None if it has ended.

    It is ``{"kind", "reason", "since", "help"}``.
    """
    found = reasons.of_whole(execution)
    return None if found is None else _about(found)


def lines(executions: Iterable[Execution]) -> dict[Any, str]:
    """Return for each run that has not ended what it waits for, in one line."""
    return {pk: one.text for pk, one in reasons.of_many(executions).items()}


def _entry(scene: Scene, row: NodeExecution | None, reason: Reason) -> Entry:
    if row is None:
        about: Sequence[Any] = (None, None, None, scene.execution.status)
        text = f"The run {reason.text}"
    else:
        title = reasons.title_of(scene, row)
        node = None if scene.execution.is_sealed else row.node_id
        about = (str(row.pk), node, title, row.status)
        text = f"{title}: {reason.text}"
    names = ("node_exec_id", "node_id", "node_title", "status")
    return {
        **dict(zip(names, about, strict=True)),
        "pins": list(reason.pins),
        **_about(reason),
        "reason": text,
    }


def _about(reason: Reason) -> Entry:
    return {
        "kind": reason.kind,
        "reason": reason.text,
        "since": reasons.iso(reason.since),
        "help": reason.help,
    }
