"""Shapes of schedules and their times."""

from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agents.presets.api.fields import OBJECT, credentials_field, inputs_field, version_field
from agents.presets.shown import shown_inputs
from agents.schedules import wording
from agents.schedules.clock import LONGEST_LINE
from agents.schedules.models import Fire, Kind, Missed, Overlap, Schedule
from agents.schedules.models.schedule import LONGEST_NAME
from kernel.api.members import KnownMembers

GREATEST = 2**31 - 1
OF_KIND = {"cron": Kind.CRON, "every_seconds": Kind.INTERVAL, "at": Kind.ONCE}


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """A schedule. Secrets among its inputs are masked; sent back so, they stay as they are."""

    user_id = serializers.CharField(source="owner_id", read_only=True)
    graph_id = serializers.UUIDField(source="agent_id", read_only=True)
    graph_version = serializers.IntegerField(source="version", read_only=True, allow_null=True)
    preset_id = serializers.UUIDField(read_only=True, allow_null=True)
    cron = serializers.SerializerMethodField()
    at = serializers.SerializerMethodField()
    starts_at = serializers.SerializerMethodField()
    timezone = serializers.CharField(source="time_zone", read_only=True)
    in_words = serializers.SerializerMethodField()
    input_data = serializers.SerializerMethodField()
    input_credentials = serializers.SerializerMethodField()
    next_run_time = serializers.DateTimeField(source="next_time", read_only=True, allow_null=True)
    is_active = serializers.SerializerMethodField()
    pause_reason = serializers.ChoiceField(
        source="pause", choices=Schedule._meta.get_field("pause").choices or [], read_only=True
    )
    problem = serializers.CharField(
        source="refusal", read_only=True, help_text="Why the last start was refused."
    )
    created_at = serializers.DateTimeField(source="created", read_only=True)
    updated_at = serializers.DateTimeField(source="updated", read_only=True)

    class Meta:
        model = Schedule
        fields = (
            *("id", "name", "user_id", "graph_id", "graph_version", "preset_id"),
            *("cron", "every_seconds", "starts_at", "at", "timezone", "in_words"),
            *("input_data", "input_credentials", "next_run_time", "is_active"),
            *("jitter_seconds", "missed", "missed_window_seconds", "overlap"),
            *("pause_after_failures", "failures_in_row", "paused_at", "pause_reason"),
            *("problem", "created_at", "updated_at"),
        )
        read_only_fields = fields

    def get_cron(self, schedule: Schedule) -> str | None:
        return schedule.cron or None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_at(self, schedule: Schedule) -> Any:
        return _moment(schedule.at) if schedule.kind == Kind.ONCE else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_starts_at(self, schedule: Schedule) -> Any:
        return _moment(schedule.at) if schedule.kind == Kind.INTERVAL else None

    def get_in_words(self, schedule: Schedule) -> str:
        return wording.in_words(schedule)

    def get_is_active(self, schedule: Schedule) -> bool:
        return not schedule.is_paused

    @extend_schema_field(OBJECT)
    def get_input_data(self, schedule: Schedule) -> dict[str, Any]:
        known: dict[Any, dict[str, Any]] = self.context.get("inputs", {})
        return known[schedule.pk] if schedule.pk in known else shown_inputs([schedule])[schedule.pk]

    @extend_schema_field(OBJECT)
    def get_input_credentials(self, schedule: Schedule) -> dict[str, Any]:
        return dict(schedule.credential_inputs)


class TimesSerializer(KnownMembers):
    """When a schedule starts: a cron line, an interval or a moment."""

    cron = serializers.CharField(
        max_length=LONGEST_LINE,
        required=False,
        help_text="Five fields: minute, hour, day of the month, month, day of the week.",
    )
    every_seconds = serializers.IntegerField(
        min_value=1, max_value=GREATEST, required=False, help_text="Instead: every so many seconds."
    )
    starts_at = serializers.DateTimeField(
        required=False, help_text="Where intervals are counted from; by default now."
    )
    at = serializers.DateTimeField(required=False, help_text="Instead: once, at this moment.")
    timezone = serializers.CharField(
        max_length=64,
        required=False,
        help_text="The IANA name of the zone in which the cron line is read; by default yours.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what says several times at once."""
        said = [name for name in OF_KIND if name in attrs]
        if len(said) > 1 or (not said and not self.partial):
            raise serializers.ValidationError("Give one of `cron`, `every_seconds` and `at`.")
        if "starts_at" in attrs and "every_seconds" not in attrs:
            raise serializers.ValidationError({"starts_at": "This goes with `every_seconds`."})
        return attrs

    @property
    def times(self) -> dict[str, Any]:
        """Return what a valid body says of times, as fields of the model."""
        said = self.validated_data
        fields: dict[str, Any] = {}
        if "timezone" in said:
            fields["time_zone"] = said["timezone"]
        for name in OF_KIND.keys() & said.keys():
            fields |= {"kind": OF_KIND[name], "cron": "", "every_seconds": None, "at": None}
            fields[name] = said[name]
            if name == "every_seconds":
                fields["at"] = said.get("starts_at") or now()
        return fields


class ChangeScheduleSerializer(TimesSerializer):
    """What is changed of a schedule."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    graph_version = version_field()
    preset_id = serializers.UUIDField(required=False, allow_null=True)
    inputs = inputs_field()
    credentials = credentials_field()
    is_active = serializers.BooleanField(required=False, help_text="False pauses it.")
    jitter_seconds = serializers.IntegerField(min_value=0, max_value=GREATEST, required=False)
    missed = serializers.ChoiceField(choices=Missed.choices, required=False)
    missed_window_seconds = serializers.IntegerField(
        min_value=1, max_value=GREATEST, required=False
    )
    overlap = serializers.ChoiceField(choices=Overlap.choices, required=False)
    pause_after_failures = serializers.IntegerField(
        min_value=1, max_value=GREATEST, required=False, allow_null=True
    )

    @property
    def said(self) -> dict[str, Any]:
        """Return what a valid body says but for its times, preset and pause, as fields of the model."""
        names = {"graph_version": "version", "credentials": "credential_inputs"}
        left = {*OF_KIND, "starts_at", "timezone", "is_active", "preset_id", "graph_id"}
        return {
            names.get(key, key): value
            for key, value in self.validated_data.items()
            if key not in left
        }


class NewAgentScheduleSerializer(ChangeScheduleSerializer):
    """A new schedule of the agent in the address."""

    name = serializers.CharField(max_length=LONGEST_NAME)


class NewScheduleSerializer(NewAgentScheduleSerializer):
    """A new schedule."""

    graph_id = serializers.UUIDField()


class PreviewedSerializer(serializers.Serializer[Any]):
    """When a schedule would start."""

    in_words = serializers.CharField()
    next_run_times = serializers.ListField(child=serializers.DateTimeField())


class FireSerializer(serializers.ModelSerializer[Fire]):
    """A time of a schedule, and what became of it."""

    graph_exec_id = serializers.UUIDField(source="execution_id", read_only=True, allow_null=True)
    status = serializers.ChoiceField(choices=Fire.Status.choices, read_only=True)
    origin = serializers.ChoiceField(choices=Fire.Origin.choices, read_only=True)
    outcome = serializers.CharField(read_only=True, help_text="How the run ended.")
    lateness_seconds = serializers.SerializerMethodField()

    class Meta:
        model = Fire
        fields = (
            *("id", "time", "due_at", "origin", "status", "started_at", "lateness_seconds"),
            *("graph_exec_id", "outcome", "code", "reason"),
        )
        read_only_fields = fields

    def get_lateness_seconds(self, fire: Fire) -> float | None:
        return None if fire.lateness is None else round(fire.lateness.total_seconds(), 3)


class BackfillSerializer(KnownMembers):
    """Which times that have passed are to be started now."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class DeletedSerializer(serializers.Serializer[Any]):
    """What was deleted."""

    id = serializers.UUIDField()


class ScheduleListQuerySerializer(serializers.Serializer[Any]):
    """Which schedules to list."""

    graph_id = serializers.UUIDField(required=False, help_text="Only this agent's.")


def _moment(value: Any) -> Any:
    return serializers.DateTimeField().to_representation(value)
