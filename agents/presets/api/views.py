"""Presets: list, keep, see, change, delete, run."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from agents.executions.api.idempotency import IDEMPOTENCY_KEY, STARTED, started_response
from agents.executions.idempotency import once
from agents.presets import services
from agents.presets.api.serializers import (
    ChangePresetSerializer,
    ExecutePresetQuerySerializer,
    ExecutePresetSerializer,
    NewPresetSerializer,
    PresetListQuerySerializer,
    PresetSerializer,
)
from agents.presets.models import Preset
from agents.presets.shown import shown_inputs
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.idempotency import keyed_request


class PresetViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Preset]):
    """A person's presets."""

    access = {
        **dict.fromkeys(("list", "retrieve"), needs(Scope.READ_GRAPH)),
        **dict.fromkeys(
            ("create", "partial_update", "destroy"), needs(Scope.READ_GRAPH, Scope.WRITE_LIBRARY)
        ),
        "execute": needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH),
    }
    serializer_class = PresetSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Preset]:
        rows = Preset.objects.visible_to(self.request.user)
        if self.action == "list":
            query = PresetListQuerySerializer(data=self.request.query_params)
            query.is_valid(raise_exception=True)
            if agent := query.validated_data.get("graph_id"):
                rows = rows.filter(agent=agent)
        return rows

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self.inputs = shown_inputs(page or [])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "inputs": getattr(self, "inputs", {})}

    @extend_schema(parameters=[PresetListQuerySerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewPresetSerializer, responses={201: PresetSerializer})
    def create(self, request: Request) -> Response:
        """Keep inputs and credentials for an agent, or those of a run."""
        asked = NewPresetSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.said
        owner = person(request)
        run = said.pop("graph_execution_id", None)
        made = (
            services.create(owner, **said)
            if run is None
            else services.create_from_run(owner, run, **said)
        )
        location = reverse("preset-detail", args=[made.pk], request=request)
        return Response(PresetSerializer(made).data, status=201, headers={"Location": location})

    @extend_schema(request=ChangePresetSerializer, responses=PresetSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change some of it; what starts with it takes the change from then on."""
        preset = services.find(person(request), pk)
        asked = ChangePresetSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(PresetSerializer(services.change(preset, **asked.said)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a preset that nothing starts with."""
        services.delete(services.find(person(request), pk))
        return Response(status=204)

    @extend_schema(
        request=ExecutePresetSerializer,
        parameters=[IDEMPOTENCY_KEY, ExecutePresetQuerySerializer],
        responses=STARTED,
    )
    @action(detail=True, methods=["post"])
    def execute(self, request: Request, pk: UUID) -> Response:
        """Start the agent with the preset's inputs and credentials; those given here come first."""
        owner = person(request)
        preset = services.find(owner, pk)
        query = ExecutePresetQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = ExecutePresetSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version = query.validated_data.get("graph_version")
        started = once(
            owner.pk,
            keyed_request(request),
            lambda run: services.execute(
                owner, preset, version=version, pk=run, **asked.validated_data
            ),
        )
        return started_response(request, started)
