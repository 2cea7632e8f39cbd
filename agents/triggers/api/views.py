"""Triggers: list, make, see, change, give new secrets, test and delete them; and what arrived."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from accounts.people import person
from agents.graphs import services as graphs
from agents.presets import services as presets
from agents.triggers import kinds, presetting, services
from agents.triggers.api.serializers import (
    ArrivalSerializer,
    ChangeTriggerSerializer,
    CreateTriggerSerializer,
    KindSerializer,
    MadeTriggerSerializer,
    RotateTriggerSerializer,
    SetUpPresetSerializer,
    SetUpTriggerSerializer,
    TestTriggerSerializer,
    TriggerDetailSerializer,
    TriggerSerializer,
)
from agents.triggers.models import Arrival, Trigger
from kernel.access import Scope
from kernel.api.access import SIGNED_IN, needs

READ = needs(Scope.READ_GRAPH)
CHANGE = needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH)
NOT_KEPT = {"Cache-Control": "no-store"}


class KindsView(APIView):
    """Which kinds of triggers there are."""

    access = {"get": SIGNED_IN}

    @extend_schema(responses=KindSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(KindSerializer(kinds.every(), many=True).data)


class AgentTriggersView(GenericAPIView[Trigger]):
    """The triggers of one agent."""

    access = {"get": READ, "post": CHANGE}
    serializer_class = TriggerSerializer

    def get_queryset(self) -> QuerySet[Trigger]:
        return Trigger.objects.visible_to(self.request.user)

    @extend_schema(responses=TriggerSerializer(many=True))
    def get(self, request: Request, agent_id: UUID) -> Response:
        """List what begins runs of the agent."""
        graphs.find_startable(person(request), agent_id)
        page = self.paginate_queryset(self.get_queryset().filter(agent=agent_id))
        return self.get_paginated_response(TriggerSerializer(page or [], many=True).data)

    @extend_schema(request=CreateTriggerSerializer, responses={201: MadeTriggerSerializer})
    def post(self, request: Request, agent_id: UUID) -> Response:
        """Make a trigger. The secret of its callers is in this answer only."""
        graphs.find_startable(person(request), agent_id)
        asked = _with_preset(person(request), _asked(CreateTriggerSerializer, request))
        made = services.create(person(request), agent_id, **asked)
        where = reverse("trigger-detail", args=[made.trigger.pk], request=request)
        return _made(made, status=201, headers={"Location": where})


class SetUpTriggerView(APIView):
    """A preset and its trigger in one go."""

    access = {"post": needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH, Scope.WRITE_LIBRARY)}

    @extend_schema(request=SetUpTriggerSerializer, responses={201: SetUpPresetSerializer})
    def post(self, request: Request) -> Response:
        """Keep a preset, and begin runs with it when the agent's trigger node is called."""
        asked = _asked(SetUpTriggerSerializer, request)
        names = {"graph_version": "version", "agent_credentials": "credentials_inputs"}
        agent_id = asked.pop("graph_id")
        values = {names.get(name, name): value for name, value in asked.items()}
        made = presetting.set_up(person(request), agent_id, **values)
        shown = SetUpPresetSerializer(made.trigger.preset, context={"made": made}).data
        where = reverse("preset-detail", args=[made.trigger.preset_id], request=request)
        return Response(shown, status=201, headers={**NOT_KEPT, "Location": where})


class TriggerViewSet(ListModelMixin, GenericViewSet[Trigger]):
    """A person's triggers, of all agents."""

    access = {
        **dict.fromkeys(("list", "retrieve", "arrivals"), READ),
        **dict.fromkeys(("partial_update", "destroy", "rotate", "test"), CHANGE),
    }
    lookup_value_converter = "uuid"
    serializer_class = TriggerSerializer

    def get_queryset(self) -> QuerySet[Trigger]:
        return Trigger.objects.visible_to(self.request.user)

    @extend_schema(responses=TriggerDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """See a trigger, with its address."""
        found = services.find(person(request), pk)
        return Response(TriggerDetailSerializer(found).data, headers=NOT_KEPT)

    @extend_schema(request=ChangeTriggerSerializer, responses=MadeTriggerSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a trigger, let it rest, or let it go on."""
        found = services.find(person(request), pk)
        asked = _with_preset(person(request), _asked(ChangeTriggerSerializer, request))
        return _made(services.change(found, person(request), **asked))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a trigger with what arrived. Its address ends at once; its runs stay."""
        services.remove(services.find(person(request), pk))
        return Response(status=204)

    @extend_schema(request=RotateTriggerSerializer, responses=MadeTriggerSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: UUID) -> Response:
        """Give a trigger a new address and a new secret; the former ones end at once."""
        found = services.find(person(request), pk)
        asked = _asked(RotateTriggerSerializer, request)
        return _made(services.rotate(found, **asked))

    @extend_schema(request=TestTriggerSerializer, responses={202: ArrivalSerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: UUID) -> Response:
        """Begin a run as if this payload had arrived."""
        found = services.find(person(request), pk)
        asked = _asked(TestTriggerSerializer, request)
        arrival = services.send_test(found, asked.get("payload", {}))
        return Response(ArrivalSerializer(arrival).data, status=202)

    @extend_schema(responses=ArrivalSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def arrivals(self, request: Request, pk: UUID) -> Response:
        """List what arrived at a trigger and what became of it, newest first."""
        found = services.find(person(request), pk)
        self.ordering = "-received"
        rows = Arrival.objects.visible_to(request.user).filter(trigger=found).defer("payload")
        page: Any = self.paginator.paginate_queryset(rows, request, view=self)  # type: ignore[union-attr]
        return self.get_paginated_response(ArrivalSerializer(page or [], many=True).data)


def _asked(shape: Any, request: Request) -> dict[str, Any]:
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    found: dict[str, Any] = asked.validated_data
    return found


def _with_preset(user: User, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what was asked for, with the preset in place of its id. Raises NotFound."""
    if "preset_id" in asked:
        pk = asked.pop("preset_id")
        asked["preset"] = None if pk is None else presets.find(user, pk)
    return asked


def _made(
    made: services.Made,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    shown = {
        "trigger": TriggerDetailSerializer(made.trigger).data,
        "secret": made.secret,
        "problem": made.problem,
    }
    return Response(shown, status=status, headers={**NOT_KEPT, **(headers or {})})
