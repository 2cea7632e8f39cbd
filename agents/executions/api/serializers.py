"""Shapes of runs."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, prefetch_related_objects
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.settings import api_settings

from agents.engine.ids import NodeId
from agents.engine.states import ExecutionStatus, NodeStatus
from agents.executions import charging, events, masking, output, retention, waiting
from agents.executions.api.schemas import (
    CAUSE,
    ERROR,
    JSON_OBJECT,
    KEPT_UNTIL,
    LOG_LINES,
    MODELS_USED,
    OUTPUTS,
    REASON,
    REUSED,
    RUN_ERROR,
    STATISTICS,
    WAITING,
    listed,
    nullable,
)
from agents.executions.models import Execution, NodeExecution
from blocks.sdk import BlockKind
from kernel.api.fields import json_field
from kernel.api.members import KnownMembers

MOST_NODE_EXECUTIONS = 500


class StartSerializer(KnownMembers):
    """What a run is started with."""

    also_known = frozenset({"node_input"})
    inputs = serializers.JSONField(
        required=False, help_text="The agent's inputs by name, as its `input_schema` says."
    )

    credentials_inputs = serializers.DictField(
        required=False,
        help_text="Credentials by name, as the agent's `credentials_input_schema` says: "
        '`{"id": "…", "provider": "…", "type": "…"}`.',
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return ``{"inputs": {…}, "credentials_inputs": {…}}``; the older name ``node_input`` is accepted."""
        if not isinstance(data, dict):
            sentence = 'The body must be an object like {"inputs": {}}.'
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [sentence]})
        self.refuse_unknown(data)
        inputs = data.get("inputs", data.get("node_input", {}))
        if not isinstance(inputs, dict):
            raise serializers.ValidationError(
                {"inputs": "This must be an object of inputs by name."}
            )
        credentials = data.get("credentials_inputs") or {}
        if not isinstance(credentials, dict):
            raise serializers.ValidationError(
                {"credentials_inputs": "This must be an object of credentials by name."}
            )
        return {"inputs": inputs, "credentials_inputs": credentials}


class ReplaySerializer(KnownMembers):
    """What a run is replayed with."""

    from_node = serializers.CharField(
        max_length=64, help_text="The node that runs anew, with everything downstream of it."
    )
    inputs = serializers.DictField(required=False, help_text="Instead of the old run's inputs.")
    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Of the agent, instead of the old run's.",
    )
    draft = serializers.BooleanField(
        default=False, help_text="Run the agent's draft as it is now, instead of a version."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a version beside the draft."""
        if attrs["draft"] and "version" in attrs:
            raise serializers.ValidationError("Name a `version` or say `draft`, not both.")
        return attrs


class RunBlockSerializer(StartSerializer):
    """What a block is run with."""

    inputs = serializers.JSONField(required=False, help_text="The block's inputs by pin.")
    credentials_inputs = None  # type: ignore[assignment]  # they are among the inputs


class ExecutionSummarySerializer(serializers.ModelSerializer[Execution]):
    """A run in a list."""

    user_id = serializers.CharField(source="owner_id", read_only=True)
    graph_id = serializers.UUIDField(source="graph_version.agent_id", read_only=True)
    graph_version = serializers.IntegerField(source="graph_version.version", read_only=True)
    graph_name = serializers.CharField(source="graph_version.name", read_only=True)
    of_draft = serializers.BooleanField(
        source="graph_version.is_snapshot",
        read_only=True,
        help_text="Whether a draft ran; `graph_version` is the version that it was begun on.",
    )
    status = serializers.ChoiceField(choices=[status.value for status in ExecutionStatus])
    created_at = serializers.DateTimeField(source="created", read_only=True)
    is_sealed = serializers.BooleanField(
        read_only=True,
        help_text="Whether the agent is another person's, who does not show what it consists of.",
    )
    cause = serializers.SerializerMethodField()
    preset_id = serializers.UUIDField(read_only=True, allow_null=True)
    stats = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = Execution
        fields: tuple[str, ...] = (
            "id",
            "user_id",
            "graph_id",
            "graph_version",
            "graph_name",
            "of_draft",
            "is_sealed",
            "status",
            "created_at",
            "admitted_at",
            "started_at",
            "ended_at",
            "payload_purged_at",
            "cause",
            "preset_id",
            "stats",
            "error",
        )
        read_only_fields = fields

    @extend_schema_field(CAUSE)
    def get_cause(self, execution: Execution) -> dict[str, str] | None:
        """Return what began the run by itself; null where somebody asked for it."""
        return {"kind": execution.cause, "id": str(execution.cause_id)} if execution.cause else None

    @extend_schema_field(STATISTICS)
    def get_stats(self, execution: Execution) -> dict[str, Any]:
        return events.statistics(execution)

    @extend_schema_field(nullable(RUN_ERROR))
    def get_error(self, execution: Execution) -> Any:
        return execution.error


class NodeExecutionSerializer(serializers.Serializer[NodeExecution]):
    """One run of a node, with its values; null where retention removed them."""

    user_id = serializers.CharField()
    graph_id = serializers.UUIDField()
    graph_version = serializers.IntegerField()
    graph_exec_id = serializers.UUIDField()
    node_exec_id = serializers.UUIDField()
    node_id = serializers.CharField()
    node_title = serializers.CharField()
    block_id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=[status.value for status in NodeStatus])
    attempt = serializers.IntegerField(help_text="How often a worker took it.")
    tries = serializers.IntegerField(help_text="The present try, or the last one, from 1.")
    last_error = json_field(nullable(ERROR), help_text="Why the try before failed.")
    add_time = serializers.DateTimeField()
    queue_time = serializers.DateTimeField(allow_null=True)
    start_time = serializers.DateTimeField(allow_null=True)
    end_time = serializers.DateTimeField(allow_null=True)
    duration = serializers.FloatField(
        allow_null=True, help_text="Seconds from its start to its end, waits included."
    )
    error = json_field(nullable(ERROR))
    reused_from = serializers.UUIDField(
        allow_null=True, help_text="The node execution whose results a replay took over."
    )
    pinned = serializers.BooleanField(help_text="Whether it gave pinned outputs and did not run.")
    child_exec_id = serializers.UUIDField(
        allow_null=True, help_text="The run of another agent that it started."
    )
    input_data = json_field(nullable(JSON_OBJECT))
    output_data = json_field(nullable(OUTPUTS))
    waits_for = json_field(nullable(JSON_OBJECT))
    logs = json_field(nullable(LOG_LINES), help_text="What the block wrote, oldest first.")
    models = json_field(MODELS_USED, help_text="Which language models it asked.")


def node_executions(execution: Execution, rows: Iterable[NodeExecution]) -> list[dict[str, Any]]:
    """Return node executions of a run as `NodeExecutionSerializer` describes them."""
    found = list(rows)
    prefetch_related_objects(found, "emissions", "log_lines", "model_uses")
    callers = {node.id for node in execution.graph_version.graph.of_kind(BlockKind.AGENT)}
    asked = [row.pk for row in found if row.node_id in callers]
    pairs = Execution.objects.filter(parent__in=asked).values_list("parent_id", "pk")
    children = dict(pairs) if asked else {}
    return [_node_execution(execution, row, children.get(row.pk)) for row in found]


def _node_execution(execution: Execution, row: NodeExecution, child: Any) -> dict[str, Any]:
    graph = execution.graph_version.graph
    found: dict[str, list[Any]] = {}
    for emission in row.emissions.all():
        value = masking.emitted(graph, row.node_id, emission.value)
        found.setdefault(emission.pin, []).append(value)
    lines = [
        {"time": events.iso(line.written), "attempt": line.attempted, "text": line.text}
        for line in row.log_lines.all()
    ]
    has_values = execution.has_values
    return events.node_summary(execution, row) | {
        "input_data": (
            masking.node_inputs(graph, row.node_id, row.input_data) if has_values else None
        ),
        "output_data": found if has_values else None,
        "logs": lines if has_values else None,
        "models": charging.used(row.model_uses.all()),
        "waits_for": row.waits_for,
        "child_exec_id": child,
    }


class ListedExecutionSerializer(ExecutionSummarySerializer):
    """A run in a list of many, with what it waits for in one line."""

    waiting_for = serializers.SerializerMethodField()

    class Meta(ExecutionSummarySerializer.Meta):
        fields = (*ExecutionSummarySerializer.Meta.fields, "waiting_for")
        read_only_fields = fields

    def get_waiting_for(self, execution: Execution) -> str:
        """Return "" for a run that has ended."""
        lines: Mapping[UUID, str] = self.context.get("lines", {})
        return lines.get(execution.pk, "")


class WaitingSerializer(serializers.ModelSerializer[Execution]):
    """What keeps a run from its end; of one that has ended, what never ran."""

    waiting = serializers.SerializerMethodField()
    waiting_for = serializers.SerializerMethodField()

    class Meta:
        model = Execution
        fields = ("id", "status", "waiting", "waiting_for")
        read_only_fields = fields

    @extend_schema_field(listed(WAITING))
    def get_waiting(self, execution: Execution) -> list[dict[str, Any]]:
        return waiting.waiting(execution)

    @extend_schema_field(nullable(REASON))
    def get_waiting_for(self, execution: Execution) -> dict[str, Any] | None:
        """Return what the run as a whole waits for, ``{kind, reason, since, help}``."""
        return waiting.summary(execution)


class ExecutionSerializer(WaitingSerializer, ExecutionSummarySerializer):
    """A run: what it was given, what it gave, what it waits for."""

    inputs = serializers.SerializerMethodField()
    outputs = serializers.SerializerMethodField()
    node_executions = serializers.SerializerMethodField()
    credential_inputs = json_field(
        JSON_OBJECT, read_only=True, help_text="Which credentials it uses: references, by name."
    )
    parent_node_exec_id = serializers.UUIDField(source="parent_id", read_only=True)
    replay_of = serializers.UUIDField(source="replay_of_id", read_only=True)
    deadline_at = serializers.DateTimeField(read_only=True)
    last_seq = serializers.IntegerField(read_only=True)
    kept_until = serializers.SerializerMethodField()

    class Meta(ExecutionSummarySerializer.Meta):
        fields = (
            *ExecutionSummarySerializer.Meta.fields,
            "inputs",
            "credential_inputs",
            "outputs",
            "waiting",
            "waiting_for",
            "node_executions",
            "parent_node_exec_id",
            "replay_of",
            "deadline_at",
            "last_seq",
            "kept_until",
        )
        read_only_fields = fields

    @extend_schema_field(nullable(JSON_OBJECT))
    def get_inputs(self, execution: Execution) -> Any:
        """Return null where retention removed them."""
        if not execution.has_values:
            return None
        return masking.run_inputs(execution.graph_version.graph, execution.inputs)

    @extend_schema_field(nullable(OUTPUTS))
    def get_outputs(self, execution: Execution) -> dict[str, list[Any]] | None:
        """Return null where retention removed them."""
        return output.outputs(execution) if execution.has_values else None

    @extend_schema_field(KEPT_UNTIL)
    def get_kept_until(self, execution: Execution) -> dict[str, str | None]:
        """Return when values, and when the run, will be purged at the earliest; null for never."""
        kept = retention.kept_until(execution)
        return {"payload": events.iso(kept.values), "execution": events.iso(kept.rows)}

    @extend_schema_field(NodeExecutionSerializer(many=True))
    def get_node_executions(self, execution: Execution) -> list[dict[str, Any]]:
        """Return the first 500; ``…/node-executions/`` pages through all of them.

        None of a run that is sealed.
        """
        if execution.is_sealed:
            return []
        rows = execution.node_executions.order_by("number")
        return node_executions(execution, rows[:MOST_NODE_EXECUTIONS])


class ReplayedSerializer(ExecutionSummarySerializer):
    """A run that replays another one, and what it took over from it at its start."""

    replay_of = serializers.UUIDField(source="replay_of_id", read_only=True)
    from_node = serializers.CharField(source="replay_from", read_only=True)
    reused_count = serializers.SerializerMethodField()
    reused = serializers.SerializerMethodField()

    class Meta(ExecutionSummarySerializer.Meta):
        fields = (
            *ExecutionSummarySerializer.Meta.fields,
            "replay_of",
            "from_node",
            "reused_count",
            "reused",
        )
        read_only_fields = fields

    def get_reused_count(self, execution: Execution) -> int:
        return self._rows(execution).count()

    @extend_schema_field(listed(REUSED))
    def get_reused(self, execution: Execution) -> list[dict[str, Any]]:
        """Return the first 500, each ``{node_exec_id, node_id, node_title, reused_from}``."""
        nodes = execution.graph_version.graph.nodes
        rows = self._rows(execution).values_list("pk", "node_id", "reused_from")
        return [
            {
                "node_exec_id": str(pk),
                "node_id": node,
                "node_title": nodes[NodeId(node)].title,
                "reused_from": str(recorded),
            }
            for pk, node, recorded in rows.order_by("start_number")[:MOST_NODE_EXECUTIONS]
        ]

    def _rows(self, execution: Execution) -> QuerySet[NodeExecution]:
        return NodeExecution.objects.filter(execution=execution, reused_from__isnull=False)
