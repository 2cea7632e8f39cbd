"""Schedules: list, make, see, change, delete, preview, run, backfill, and what became of their times."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from accounts.people import person
from agents.executions.api.idempotency import IDEMPOTENCY_KEY, STARTED, started_response
from agents.executions.idempotency import once
from agents.graphs import services as graphs
from agents.presets import services as presets
from agents.presets.shown import shown_inputs
from agents.schedules import rules, services, wording
from agents.schedules.api.serializers import (
    BackfillSerializer,
    ChangeScheduleSerializer,
    DeletedSerializer,
    FireSerializer,
    NewAgentScheduleSerializer,
    NewScheduleSerializer,
    PreviewedSerializer,
    ScheduleListQuerySerializer,
    ScheduleSerializer,
    TimesSerializer,
)
from agents.schedules.models import Fire, Schedule
from kernel.access import Scope
from kernel.api.access import SIGNED_IN, needs
from kernel.api.idempotency import keyed_request

STARTING = needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH)


class Schedules(ListModelMixin, GenericViewSet[Schedule]):
    """What the lists of schedules share."""

    serializer_class = ScheduleSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Schedule]:
        rows = Schedule.objects.visible_to(self.request.user)
        return rows.select_related("preset")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        if queryset.model is Schedule:
            self.inputs = shown_inputs(page or [])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "inputs": getattr(self, "inputs", {})}


class AgentSchedulesView(Schedules):
    """The schedules of one agent."""

    access = {"list": needs(Scope.READ_GRAPH), "create": STARTING}

    def get_queryset(self) -> QuerySet[Schedule]:
        return super().get_queryset().filter(agent=self.kwargs["agent_id"])

    def list(self, request: Request, agent_id: UUID) -> Response:
        """List the agent's schedules, the newest first."""
        graphs.find_startable(person(request), agent_id)
        return super().list(request)

    @extend_schema(request=NewAgentScheduleSerializer, responses={201: ScheduleSerializer})
    def create(self, request: Request, agent_id: UUID) -> Response:
        """Let the agent start by the clock."""
        graphs.find_startable(person(request), agent_id)
        asked = NewAgentScheduleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return _made(request, _create(person(request), agent_id, asked))


class ScheduleViewSet(RetrieveModelMixin, Schedules):
    """A person's schedules."""

    access = {
        **dict.fromkeys(("list", "retrieve", "fires"), needs(Scope.READ_GRAPH)),
        **dict.fromkeys(("create", "partial_update", "destroy", "run", "backfill"), STARTING),
        "preview": SIGNED_IN,
    }

    def get_queryset(self) -> QuerySet[Schedule]:
        rows = super().get_queryset()
        if self.action == "list":
            query = ScheduleListQuerySerializer(data=self.request.query_params)
            query.is_valid(raise_exception=True)
            if agent := query.validated_data.get("graph_id"):
                rows = rows.filter(agent=agent)
        return rows

    @extend_schema(parameters=[ScheduleListQuerySerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List schedules, the newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewScheduleSerializer, responses={201: ScheduleSerializer})
    def create(self, request: Request) -> Response:
        """Let an agent start by the clock."""
        asked = NewScheduleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return _made(request, _create(person(request), asked.validated_data["graph_id"], asked))

    @extend_schema(request=ChangeScheduleSerializer, responses=ScheduleSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change some of it, pause it or let it go on; the change counts at once."""
        owner = person(request)
        schedule = services.find(owner, pk)
        asked = ChangeScheduleSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            schedule = services.change(
                owner, schedule, **asked.times, **asked.said, **_preset(owner, asked)
            )
            wanted = asked.validated_data.get("is_active")
            if wanted is not None:
                schedule = services.resume(schedule) if wanted else services.pause(schedule)
        return Response(ScheduleSerializer(schedule).data)

    @extend_schema(responses={200: DeletedSerializer})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a schedule with its history. Its runs stay."""
        services.delete(services.find(person(request), pk))
        return Response({"id": str(pk)})

    @extend_schema(request=None, parameters=[IDEMPOTENCY_KEY], responses=STARTED)
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: UUID) -> Response:
        """Start the agent now, as the schedule would."""
        owner = person(request)
        schedule = services.find(owner, pk)
        started = once(
            owner.pk,
            keyed_request(request),
            lambda run: services.run_now(owner, schedule, pk=run),
        )
        return started_response(request, started)

    @extend_schema(request=BackfillSerializer, responses={202: FireSerializer(many=True)})
    @action(detail=True, methods=["post"], pagination_class=None)
    def backfill(self, request: Request, pk: UUID) -> Response:
        """Start what a range of times that have passed would have started; each time once."""
        schedule = services.find(person(request), pk)
        asked = BackfillSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        since, until = asked.validated_data["since"], asked.validated_data["until"]
        fires = services.backfill(schedule, since, until)
        return Response(FireSerializer(fires, many=True).data, status=202)

    @extend_schema(responses={200: FireSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"])
    def fires(self, request: Request, pk: UUID) -> Response:
        """Page through the times that have come, the latest first, and what became of each."""
        schedule = services.find(person(request), pk)
        self.ordering = "-time"
        rows = Fire.objects.visible_to(request.user).filter(schedule=schedule)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(FireSerializer(page, many=True).data)

    @extend_schema(request=TimesSerializer, responses={200: PreviewedSerializer})
    @action(detail=False, methods=["post"], pagination_class=None)
    def preview(self, request: Request) -> Response:
        """Say when a schedule would start next, without keeping it."""
        owner = person(request)
        asked = TimesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        schedule = Schedule(owner=owner, **{"time_zone": owner.time_zone, **asked.times})
        times = rules.next_times(schedule, now())
        return Response(
            {
                "in_words": wording.in_words(schedule),
                "next_run_times": [time.astimezone(schedule.zone) for time in times],
            }
        )


def _create(owner: User, agent_id: UUID, asked: ChangeScheduleSerializer) -> Schedule:
    fields = {"time_zone": owner.time_zone, **asked.times, **asked.said, **_preset(owner, asked)}
    paused = asked.validated_data.get("is_active") is False
    return services.create(owner, agent_id, paused=paused, **fields)


def _preset(owner: User, asked: ChangeScheduleSerializer) -> dict[str, Any]:
    if "preset_id" not in asked.validated_data:
        return {}
    pk = asked.validated_data["preset_id"]
    return {"preset": presets.find(owner, pk) if pk else None}


def _made(request: Request, schedule: Schedule) -> Response:
    location = reverse("schedule-detail", args=[schedule.pk], request=request)
    return Response(ScheduleSerializer(schedule).data, status=201, headers={"Location": location})
