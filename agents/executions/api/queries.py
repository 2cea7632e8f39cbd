"""What queries ask for in lists of runs and of what belongs to them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from agents.engine.states import ExecutionStatus, NodeStatus
from agents.executions.models.execution import ExecutionQuerySet
from agents.executions.models.node_execution import NodeExecutionQuerySet
from kernel.errors import TrellisError

LONGEST_SEARCH = 200

OF_RUNS = [
    OpenApiParameter("graph_id", OpenApiTypes.UUID, description="Only this agent's runs."),
    OpenApiParameter(
        "status",
        enum=[status.value for status in ExecutionStatus],
        many=True,
        description="Only runs in this state; repeat it for several.",
    ),
    OpenApiParameter(
        "created_after", OpenApiTypes.DATETIME, description="Only runs begun then or later."
    ),
    OpenApiParameter(
        "created_before", OpenApiTypes.DATETIME, description="Only runs begun before."
    ),
    OpenApiParameter(
        "search",
        description="Only runs whose agent's name or error contains this, or whose id begins so.",
    ),
    OpenApiParameter("include_sub_agents", bool, description="Also runs that runs started."),
]
OF_NODE_EXECUTIONS = [
    OpenApiParameter("node_id", description="Only this node's."),
    OpenApiParameter(
        "status",
        enum=[status.value for status in NodeStatus],
        many=True,
        description="Only those in this state; repeat it for several.",
    ),
]


class InvalidQuery(TrellisError):
    """A query parameter cannot be read."""

    code = "invalid_query"


def chosen_runs(rows: ExecutionQuerySet, asked: QueryDict) -> ExecutionQuerySet:
    """Return those of the runs that a query asks for. Raises InvalidQuery."""
    if asked.get("include_sub_agents", "").lower() not in {"1", "true"}:
        rows = rows.filter(parent__isnull=True)
    if "graph_id" in asked:
        rows = rows.of_agent(_uuid(_text(asked, "graph_id")))
    if "status" in asked:
        rows = rows.filter(status__in=_statuses(asked, list(ExecutionStatus), "run"))
    if "created_after" in asked:
        rows = rows.filter(created__gte=_moment(asked, "created_after"))
    if "created_before" in asked:
        rows = rows.filter(created__lt=_moment(asked, "created_before"))
    if words := _text(asked, "search").strip()[:LONGEST_SEARCH]:
        rows = rows.searched(words)
    return rows


def chosen_node_executions(rows: NodeExecutionQuerySet, asked: QueryDict) -> NodeExecutionQuerySet:
    """Return those of the node executions that a query asks for. Raises InvalidQuery."""
    if "node_id" in asked:
        rows = rows.filter(node_id=_text(asked, "node_id"))
    if "status" in asked:
        rows = rows.filter(status__in=_statuses(asked, list(NodeStatus), "node execution"))
    return rows


def event_number(*candidates: str | None) -> int:
    """Return the first number that was given, or 0. Raises InvalidQuery."""
    text = next((one for one in candidates if one), "0")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise InvalidQuery(f"`since` is {text[:40]!r}. Use the number of the last event seen.")
    return int(text)


def _text(asked: QueryDict, name: str) -> str:
    """Return a parameter as a database can look for it; "" where it is not given."""
    return str(asked.get(name, "")).replace("\x00", "")


def _statuses(asked: QueryDict, known: Sequence[str], what: str) -> list[str]:
    wanted = asked.getlist("status")
    for status in wanted:
        if status not in known:
            raise InvalidQuery(f"`status` is {status[:40]!r}, which no {what} can have.")
    return wanted


def _moment(asked: QueryDict, name: str) -> datetime:
    text = _text(asked, name).replace(" ", "+")  # a plus sign that nobody escaped
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidQuery(f"`{name}` is {text[:40]!r}. Use a moment like 2026-03-01T09:00:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidQuery(f"`graph_id` is {text[:40]!r}, which is not an id.") from None
