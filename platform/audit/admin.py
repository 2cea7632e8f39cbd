"""Staff screens of the audit log: look, search, choose, take with you."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.timezone import now

from audit import export, trail
from audit.actions import Action
from audit.models import Entry


class ActionFilter(admin.SimpleListFilter):
    """Which action; the table is not asked which there are."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, code) for code in sorted(Action.values)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin[Entry]):
    """Nobody adds, changes or deletes anything here."""

    own_transactions = True  # an export reads for as long as somebody downloads

    list_display = ("created", "what", "outcome", "who", "via", "address", "thing", "request_id")
    list_filter = (
        ActionFilter,
        "outcome",
        ("via", admin.ChoicesFieldListFilter),
        ("created", admin.DateFieldListFilter),
    )
    search_fields = (
        *("object_id__exact", "object_label", "request_id__exact", "credential__startswith"),
        *("actor__username", "owner__username", "address"),
    )
    search_help_text = "A name, an address, or the id of a thing or a request as it is"
    list_select_related = ("actor", "owner")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created", "-pk")
    fields = readonly_fields = (
        *("created", "action", "outcome", "who", "actor_id", "via", "credential"),
        *("credential_id", "address", "request_id", "owner_id", "object_type", "object_id"),
        *("object_label", "details"),
    )
    actions = ("export_lines",)

    @admin.action(description="Export as a file for spreadsheets", permissions=["view"])
    def export_lines(self, request: HttpRequest, rows: QuerySet[Entry]) -> StreamingHttpResponse:
        """Answer with the lines that were chosen, at most `export.MOST`."""
        with transaction.atomic():
            trail.record(Action.LOG_EXPORTED, request=request)
        chosen: Any = Entry.objects.filter(pk__in=rows.order_by().values("pk"))
        name = f"audit-{now():%Y%m%dT%H%M%SZ}.csv"
        return StreamingHttpResponse(
            export.lines(chosen),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )

    @admin.display(description="thing")
    def thing(self, line: Entry) -> str:
        return f"{line.object_type} {line.label or line.object_id}".strip()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False
