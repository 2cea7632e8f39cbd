"""Start, list, see, follow, stop, retry and replay runs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from agents.executions import blockrun, sealing, services, waiting
from agents.executions.api.idempotency import (
    IDEMPOTENCY_KEY,
    STARTED,
    started_response,
)
from agents.executions.api.queries import (
    OF_NODE_EXECUTIONS,
    OF_RUNS,
    chosen_node_executions,
    chosen_runs,
    event_number,
)
from agents.executions.api.renderers import EventStreamRenderer
from agents.executions.api.schemas import EVENTS, OUTPUTS
from agents.executions.api.serializers import (
    ExecutionSerializer,
    ListedExecutionSerializer,
    NodeExecutionSerializer,
    ReplayedSerializer,
    ReplaySerializer,
    RunBlockSerializer,
    StartSerializer,
    WaitingSerializer,
    node_executions,
)
from agents.executions.events import messages_after
from agents.executions.idempotency import once
from agents.executions.models import Execution, NodeExecution
from agents.executions.stream import event_stream
from agents.graphs.api.shapes import RunGraph
from apikeys.credentials import credential_of
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.idempotency import keyed_request

MOST_EVENTS = 500


class StartExecutionView(APIView):
    """Starts an agent: its active version, or the one in the path."""

    access = {"post": needs(Scope.EXECUTE_GRAPH)}

    @extend_schema(request=StartSerializer, parameters=[IDEMPOTENCY_KEY], responses=STARTED)
    def post(self, request: Request, agent_id: UUID, version: int | None = None) -> Response:
        asked = StartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        owner = person(request)
        started = once(
            owner.pk,
            keyed_request(request),
            lambda pk: services.start_execution(
                owner=owner,
                agent_id=agent_id,
                version=version,
                inputs=asked.validated_data["inputs"],
                credentials_inputs=asked.validated_data["credentials_inputs"],
                pk=pk,
            ),
        )
        return started_response(request, started)


class ExecutionViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Execution]):
    """A person's runs."""

    access = {
        **dict.fromkeys(
            ("list", "retrieve", "waiting", "graph", "events", "node_executions"),
            needs(Scope.READ_GRAPH),
        ),
        **dict.fromkeys(
            ("stop", "retry", "replay", "destroy"), needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH)
        ),
    }
    serializer_class = ExecutionSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Execution]:
        rows = Execution.objects.visible_to(self.request.user).with_graph()
        if self.action == "list":
            return chosen_runs(rows, self.request.query_params)
        return rows

    def get_serializer_class(self) -> Any:
        return ListedExecutionSerializer if self.action == "list" else ExecutionSerializer

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self.lines = waiting.lines(page or [])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "lines": getattr(self, "lines", {})}

    @extend_schema(parameters=OF_RUNS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a run that has ended, and those that it started, with their values and files."""
        services.delete_execution(self.get_object().pk)
        return Response(status=204)

    @extend_schema(responses={200: WaitingSerializer}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def waiting(self, request: Request, pk: UUID) -> Response:
        """Say what the run and its node executions wait for, without all else about the run."""
        return Response(WaitingSerializer(self.get_object()).data)

    @extend_schema(request=None, responses={200: ExecutionSerializer})
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: UUID) -> Response:
        """Cancel the run; one that has ended stays as it is."""
        execution = self.get_object()
        services.stop_execution(execution.pk)
        return Response(ExecutionSerializer(self.get_object()).data)

    @extend_schema(request=None, responses={202: ExecutionSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: UUID) -> Response:
        """Let a run that failed or was stopped go on from there, as the same run."""
        execution = self.get_object()
        services.retry_execution(execution.pk)
        return Response(ExecutionSerializer(self.get_object()).data, status=202)

    @extend_schema(
        request=ReplaySerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: ReplayedSerializer},
    )
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: UUID) -> Response:
        """Start a new run that takes over what this one recorded, up to the node given."""
        old = self.get_object()
        asked = ReplaySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        owner = person(request)
        started = once(
            owner.pk,
            keyed_request(request),
            lambda pk: services.replay_execution(old, owner=owner, pk=pk, **asked.validated_data),
        )
        return started_response(request, started, ReplayedSerializer)

    @extend_schema(responses={200: RunGraph})
    @action(detail=True, methods=["get"])
    def graph(self, request: Request, pk: UUID) -> Response:
        """See the graph that ran: a version's, or a draft's as it was then."""
        execution = self.get_object()
        sealing.require_open(execution)
        version = execution.graph_version
        return Response(
            {
                "id": version.agent_id,
                "version": version.version,
                "of_draft": version.is_snapshot,
                "name": version.name,
                "description": version.description,
                **version.document,
            }
        )

    @extend_schema(
        parameters=[OpenApiParameter("since", int, description="Only events after this number.")],
        responses={
            (200, "application/json"): OpenApiResponse(EVENTS, description="A page of events."),
            (200, "text/event-stream"): OpenApiResponse(
                OpenApiTypes.STR, description="The events as they are recorded, to the run's end."
            ),
        },
        filters=False,
    )
    @action(
        detail=True,
        methods=["get"],
        renderer_classes=[*GenericViewSet.renderer_classes, EventStreamRenderer],
        pagination_class=None,
    )
    def events(self, request: Request, pk: UUID) -> HttpResponseBase:
        """List what happened after ``since``, or follow it as a stream of server-sent events."""
        execution = self.get_object()
        since = event_number(
            request.query_params.get("since"), request.headers.get("Last-Event-ID")
        )
        if isinstance(request.accepted_renderer, EventStreamRenderer):
            return StreamingHttpResponse(
                event_stream(person(request), execution.pk, since, credential_of(request)),
                content_type="text/event-stream; charset=utf-8",
                headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
            )
        results = messages_after(execution, since, MOST_EVENTS)
        return Response({"next": _next(request, results), "previous": None, "results": results})

    @extend_schema(
        parameters=OF_NODE_EXECUTIONS,
        responses={200: NodeExecutionSerializer(many=True)},
        filters=False,
    )
    @action(detail=True, methods=["get"], url_path="node-executions")
    def node_executions(self, request: Request, pk: UUID) -> Response:
        """Page through the run's node executions in the order they were opened."""
        execution = self.get_object()
        sealing.require_open(execution)
        self.ordering = "number"
        rows = NodeExecution.objects.filter(execution=execution)
        rows = chosen_node_executions(rows, request.query_params)
        page: Any = self.paginator.paginate_queryset(rows, request, view=self)  # type: ignore[union-attr]
        return self.get_paginated_response(node_executions(execution, page or []))


class RunBlockView(APIView):
    """Runs one block by itself."""

    access = {"post": needs(Scope.EXECUTE_BLOCK)}

    @extend_schema(
        request=RunBlockSerializer,
        responses={200: OpenApiResponse(OUTPUTS, description="Each pin's values, in order.")},
    )
    def post(self, request: Request, block_id: str) -> Response:
        asked = RunBlockSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(
            blockrun.run_block(person(request), block_id, asked.validated_data["inputs"])
        )


def _next(request: Request, results: list[dict[str, Any]]) -> str | None:
    if len(results) < MOST_EVENTS:
        return None
    return request.build_absolute_uri(f"{request.path}?since={results[-1]['seq']}")
