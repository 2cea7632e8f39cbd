"""``Idempotency-Key``: any view that starts a run takes it with these.

@extend_schema(parameters=[IDEMPOTENCY_KEY], responses=STARTED)
def post(self, request):
…
started = once(person(request).pk, keyed_request(request), lambda pk: …)
return started_response(request, started)
"""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from agents.executions.api.serializers import ExecutionSummarySerializer
from agents.executions.idempotency import KeyedRequest, Started
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from kernel.access import Scope, may

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="Of requests with the same key and the same body, only the first starts a run; "
    "the others answer with that run, and the header `Idempotency-Replayed: true`. "
    "1 to 255 visible ASCII characters.",
)
STARTED = {202: ExecutionSummarySerializer}


def keyed_request(request: Request) -> KeyedRequest | None:
    """Return the request with its key; None where it has none. Raises InvalidIdempotencyKey."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    path = f"{request.path.rstrip('/')}/"  # both spellings are one endpoint
    return KeyedRequest.of(key, str(request.method), path, body=request.data)


def started_response(
    request: Request,
    started: Started,
    shape: type[ExecutionSummarySerializer] = ExecutionSummarySerializer,
) -> Response:
    """Return 202 with the run, the same for the request that began it and for a repeated one.

    Who may start runs and not read them gets a receipt: the run as any run begins.
    """
    execution = started.execution
    if not may(request.user, Scope.READ_GRAPH):
        execution = _receipt(execution)
    headers = {"Location": reverse("execution-detail", args=[execution.pk], request=request)}
    if started.replayed:
        headers["Idempotency-Replayed"] = "true"
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
