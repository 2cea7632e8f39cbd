"""Write down what endpoints are to hear, in the transaction in which it is announced."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from agents.executions import events, output
from agents.executions.models import Execution, Review
from agents.news.events import OF_STATUS, EventType
from agents.news.models import Delivery, Endpoint
from kernel.jsontypes import dumps

MOST_OUTPUT = 256 * 1024  # bytes of outputs that go along; more are to be fetched


def of_runs(runs: Sequence[Execution]) -> None:
    """Write the deliveries of runs that have ended, to whoever listens."""
    listening = _endpoints(run.owner_id for run in runs)
    if not listening:
        return
    rows: list[Delivery] = []
    for run in runs:
        event, agent = OF_STATUS[run.state], run.graph_version.agent_id
        found = [one for one in listening[run.owner_id] if _hears(one, event, agent)]
        if found and not run.graph_version.is_snapshot:
            payload = envelope(event, run.ended_at, _data(run))
            rows += [_delivery(one, event, run.pk, payload) for one in found]
    Delivery.objects.bulk_create(rows)


def of_reviews(reviews: Sequence[Review]) -> None:
    """Write the deliveries of questions that wait for people."""
    listening = _endpoints(review.owner_id for review in reviews)
    rows: list[Delivery] = []
    for review in reviews if listening else ():
        event, version = EventType.REVIEW_REQUESTED, review.execution.graph_version
        payload = envelope(
            event,
            review.created,
            {
                "id": str(review.pk),
                "name": review.name,
                "graph_exec_id": str(review.execution_id),
                "graph_id": str(version.agent_id),
                "graph_name": version.name,
                "node_id": review.node_id,
            },
        )
        found = [one for one in listening[review.owner_id] if _hears(one, event, version.agent_id)]
        rows += [_delivery(one, event, review.pk, payload) for one in found]
    Delivery.objects.bulk_create(rows)


def envelope(event: EventType, moment: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a call: ``{"type", "timestamp", "data"}``."""
    return {"type": event.value, "timestamp": events.iso(moment), "data": data}


def _endpoints(owners: Iterable[int]) -> dict[int, list[Endpoint]]:
    rows = Endpoint.objects.filter(owner__in=set(owners), is_active=True).order_by("pk")
    found: dict[int, list[Endpoint]] = defaultdict(list)
    for one in rows.defer("sealed"):
        found[one.owner_id].append(one)
    return found


def _hears(endpoint: Endpoint, event: EventType, agent: UUID) -> bool:
    return event.value in endpoint.events and endpoint.agent_id in {None, agent}


def _data(run: Execution) -> dict[str, Any]:
    """Return the run as the API names its parts, with its outputs, or null where they are too large."""
    found = output.outputs(run) if run.has_values else None
    if found is not None and len(dumps(found)) > MOST_OUTPUT:
        found = None
    version = run.graph_version
    return {
        "id": str(run.pk),
        "graph_id": str(version.agent_id),
        "graph_version": version.version,
        "graph_name": version.name,
        "status": run.status,
        "created_at": events.iso(run.created),
        "started_at": events.iso(run.started_at),
        "ended_at": events.iso(run.ended_at),
        "cause": {"kind": run.cause, "id": str(run.cause_id)} if run.cause else None,
        "preset_id": str(run.preset_id) if run.preset_id else None,
        "error": run.error,
        "outputs": found,
    }


def _delivery(endpoint: Endpoint, event: EventType, about: UUID, payload: Any) -> Delivery:
    return Delivery(endpoint=endpoint, type=event.value, about=about, payload=payload)
