"""Staff screens of runs: look, and help what is stuck. Nobody starts or edits a run here.

Actions go through `interventions`, which look at what the row is now, and leave a line each in the
admin's log: who, when, what happened.
"""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_permission_codename
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join

from agents.executions import interventions, masking, services, waiting
from agents.executions.models import CredentialLimit, Execution, NodeExecution
from agents.graphs.models import graph_of
from kernel.jsontypes import dumps

LONGEST = 2000  # characters of a value
MOST_REASONS = 20


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


class ReasonForm(forms.Form):
    """Why an operator gives something up; its owner reads it."""

    reason = forms.CharField(
        max_length=500,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text="The run's owner sees it as the error.",
    )


class InterveningAdmin(ReadOnlyAdmin):
    """Rows that an operator can requeue, fail or stop. Subclasses say how."""

    actions = ("requeue", "fail", "stop")
    own_transactions = True  # one for each run: they lock its row

    def requeue_one(self, row: Any) -> str:
        """Return what happened."""
        raise NotImplementedError

    def fail_one(self, row: Any, reason: str) -> str:
        """Return what happened."""
        raise NotImplementedError

    def stop_one(self, row: Any) -> str:
        """Return what happened."""
        raise NotImplementedError

    @admin.action(description="Requeue: send, wake or take over", permissions=["intervene"])
    def requeue(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Send again what is queued, wake what waits, take over what runs."""
        for row in rows:
            self._tell(request, row, "Requeue", self.requeue_one(row))

    @admin.action(description="Fail with a reason", permissions=["intervene"])
    def fail(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        """Ask for the reason first."""
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            for row in rows:
                done = self.fail_one(row, reason)
                self._tell(request, row, f"Fail with the reason “{reason}”", done)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Fail with a reason",
            "opts": self.model._meta,
            "rows": rows,
            "form": form,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/executions/fail.html", context)

    @admin.action(description="Stop the runs", permissions=["intervene"])
    def stop(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Cancel the runs that have not ended."""
        for row in rows:
            self._tell(request, row, "Stop", self.stop_one(row))

    def has_intervene_permission(self, request: HttpRequest) -> bool:
        """Whether the person may change these rows in general; a page of one changes nothing."""
        name = get_permission_codename("change", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{name}")

    def _tell(self, request: HttpRequest, row: Any, what: str, done: str) -> None:
        LogEntry.objects.log_actions(
            cast("int", request.user.pk), [row], CHANGE, change_message=f"{what}: {done}"
        )
        # The admin begins a message with a capital: it may not begin with an id.
        self.message_user(request, f"{self.opts.verbose_name} {row.pk}: {done}", messages.SUCCESS)


def stopped(execution: UUID) -> str:
    """Stop a run; return what happened."""
    if services.stop_execution(execution):
        return "It is asked to stop."
    return "It had ended, or was being stopped already."


@admin.register(Execution)
class ExecutionAdmin(InterveningAdmin):
    """Runs, newest first."""

    list_display = ("id", "ran", "owner", "status", "created", "ended_at", "started", "failed")
    list_filter = ("status", ("created", admin.DateFieldListFilter), "owner")
    list_select_related = ("graph_version", "owner")
    list_per_page = 50
    search_fields = ("id__exact", "graph_version__agent__id__exact")
    search_help_text = "The id of a run or of an agent, as it is"
    ordering = ("-created",)
    fields = (
        "id",
        "ran",
        "owner",
        "parent",
        "status",
        "waits_for",
        "replay_of",
        "cause",
        "cause_id",
        "preset_id",
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
        return rows.defer(
            "inputs", "nodes_input_masks", "credential_inputs", "graph_version__document"
        )

    @admin.display(description="agent")
    def ran(self, execution: Execution) -> str:
        return str(execution.graph_version)

    @admin.display(description="inputs")
    def shown_inputs(self, execution: Execution) -> str:
        return shortened(masking.run_inputs(execution.graph_version.graph, execution.inputs))

    @admin.display(description="error")
    def shown_error(self, execution: Execution) -> str:
        return shortened(execution.error)

    @admin.display(description="waits for")
    def waits_for(self, execution: Execution) -> str:
        found = waiting.waiting(execution)
        lines = ((one["reason"], one["since"] or "", one["help"]) for one in found[:MOST_REASONS])
        return format_html_join("", "<p>{}<br><small>since {}. {}</small></p>", lines) or "nothing"

    def requeue_one(self, row: Execution) -> str:
        return interventions.requeue_run(row.pk)

    def fail_one(self, row: Execution, reason: str) -> str:
        return interventions.fail_run(row.pk, reason)

    def stop_one(self, row: Execution) -> str:
        return stopped(row.pk)


@admin.register(CredentialLimit)
class CredentialLimitAdmin(admin.ModelAdmin[CredentialLimit]):
    """How often and how many at once people's credentials may be used."""

    list_display = ("credential", "owner", "max_concurrent", "rate_amount", "rate_seconds")
    list_select_related = ("owner",)
    search_fields = ("credential", "owner__username")
    raw_id_fields = ("owner",)


@admin.register(NodeExecution)
class NodeExecutionAdmin(InterveningAdmin):
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

    def requeue_one(self, row: NodeExecution) -> str:
        return interventions.requeue(row.pk)

    def fail_one(self, row: NodeExecution, reason: str) -> str:
        return interventions.fail(row.pk, reason)

    def stop_one(self, row: NodeExecution) -> str:
        return stopped(row.execution_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[NodeExecution]:
        return super().get_queryset(request).defer("input_data")  # may be large

    @admin.display(description="inputs")
    def shown_inputs(self, row: NodeExecution) -> str:
        graph = graph_of(row.execution.graph_version_id)
        return shortened(masking.node_inputs(graph, row.node_id, row.input_data))

    @admin.display(description="error")
    def shown_error(self, row: NodeExecution) -> str:
        return shortened(row.error)
