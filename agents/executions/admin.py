"""Staff screens of runs: look, and stop. Nobody starts or changes a run here."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from agents.executions import services
from agents.executions.models import CredentialLimit, Execution, NodeExecution
from kernel.jsontypes import dumps

LONGEST = 2000  # characters of a value


def shortened(value: Any) -> str:
    """Return the value's JSON on a page, cut where it is long."""
    text = dumps(value)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text):,} characters in all)"
    return format_html("<code>{}</code>", text)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that only the engine writes. Lists do not count all rows: there may be millions."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Execution)
class ExecutionAdmin(ReadOnlyAdmin):
    """Runs, newest first."""

    list_display = ("id", "agent", "owner", "status", "created", "ended_at", "started", "failed")
    list_filter = ("status", ("created", admin.DateFieldListFilter), "owner")
    list_select_related = ("graph_version", "owner")
    list_per_page = 50
    search_fields = ("id__exact", "graph_version__agent__id__exact")
    search_help_text = "The id of a run or of an agent, as it is"
    ordering = ("-created",)
    actions = ("stop",)
    fields = (
        "id",
        "agent",
        "owner",
        "parent",
        "status",
        "shown_inputs",
        "shown_error",
        "cancel_requested_at",
        "created",
        "started_at",
        "ended_at",
        "payload_purged_at",
        "purging",
        "opened",
        "started",
        "unfinished",
        "failed",
        "last_seq",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Execution]:
        rows = super().get_queryset(request).select_related("graph_version", "owner")
        return rows.defer("inputs", "nodes_input_masks", "graph_version__document")

    @admin.display(description="agent")
    def agent(self, execution: Execution) -> str:
        return str(execution.graph_version)

    @admin.display(description="inputs")
    def shown_inputs(self, execution: Execution) -> str:
        return shortened(execution.inputs)

    @admin.display(description="error")
    def shown_error(self, execution: Execution) -> str:
        return shortened(execution.error)

    @admin.action(description="Stop the selected runs", permissions=["stop"])
    def stop(self, request: HttpRequest, rows: QuerySet[Execution]) -> None:
        """Stop those that have not ended, and say how many these were."""
        stopped = sum(services.stop_execution(pk) for pk in rows.values_list("pk", flat=True))
        self.message_user(request, f"{stopped} runs are asked to stop.", messages.SUCCESS)

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """Whether the person may change runs in general; a page of a run still changes nothing."""
        return request.user.has_perm("executions.change_execution")


@admin.register(CredentialLimit)
class CredentialLimitAdmin(admin.ModelAdmin[CredentialLimit]):
    """How often and how many at once people's credentials may be used."""

    list_display = ("credential", "owner", "max_concurrent", "rate_amount", "rate_seconds")
    list_select_related = ("owner",)
    search_fields = ("credential", "owner__username")
    raw_id_fields = ("owner",)


@admin.register(NodeExecution)
class NodeExecutionAdmin(ReadOnlyAdmin):
    """Node executions: which worker has them, since when, and how they went."""

    list_display = ("id", "execution_id", "node_id", "status", "queue", "worker", "queued_at")
    list_filter = ("status", "queue", ("queued_at", admin.DateFieldListFilter))
    list_per_page = 50
    search_fields = ("id__exact", "execution__id__exact")
    search_help_text = "The id of a node execution or of a run, as it is"
    ordering = ("execution", "number")
    fields = (
        "id",
        "execution_id",
        "node_id",
        "number",
        "start_number",
        "status",
        "queue",
        "worker",
        "attempt",
        "losses",
        "lease_until",
        "waits_for",
        "wake_at",
        "emitted",
        "delivered",
        "settled",
        "shown_inputs",
        "shown_error",
        "added_at",
        "queued_at",
        "started_at",
        "ended_at",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[NodeExecution]:
        return super().get_queryset(request).defer("input_data")  # may be large

    @admin.display(description="inputs")
    def shown_inputs(self, row: NodeExecution) -> str:
        return shortened(row.input_data)

    @admin.display(description="error")
    def shown_error(self, row: NodeExecution) -> str:
        return shortened(row.error)
