"""``Idempotency-Key``: any view that starts a run takes it with these.

@extend_schema(parameters=[IDEMPOTENCY_KEY], responses=STARTED)
def post(self, request):
…
started = once(person(request).pk, keyed_request(request), lambda pk: …)
return started_response(request, started)
"""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from agents.executions.api.serializers import ExecutionSummarySerializer
from agents.executions.idempotency import Started
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from kernel.access import Scope, may
from kernel.api.idempotency import REPLAYED, parameter

IDEMPOTENCY_KEY = parameter("starts a run", "that run")
STARTED = {202: ExecutionSummarySerializer}


def started_response(
    request: Request,
    started: Started,
    shape: type[ExecutionSummarySerializer] = ExecutionSummarySerializer,
) -> Response:
    """Return 202 with the run, the same for the request that began it and for a repeated one.

    Who may start runs and not read them gets a receipt: the run as any run begins.
    """
    execution = started.thing
    if not may(request.user, Scope.READ_GRAPH):
        execution = _receipt(execution)
    headers = {"Location": reverse("execution-detail", args=[execution.pk], request=request)}
    if started.replayed:
        headers |= REPLAYED
    return Response(shape(execution).data, status=202, headers=headers)


def _receipt(run: Execution) -> Execution:
    """Return what is known of a run without looking at it: its ids, and that it was accepted."""
    version = GraphVersion(agent_id=run.graph_version.agent_id, version=run.graph_version.version)
    return Execution(
        pk=run.pk,
        owner_id=run.owner_id,
        graph_version=version,
        created=run.created,
        admitted_at=None,
    )
