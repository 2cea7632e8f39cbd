"""Agents and their versions, for staff: to look at, not to change."""

import json
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html

from agents.graphs.models import Agent, Draft, GraphVersion
from agents.graphs.stripping import stripped


class LookOnly:
    """Nothing can be added or changed here: agents change through their services."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class GraphVersionInline(LookOnly, admin.TabularInline[GraphVersion, Agent]):
    model = GraphVersion
    fields = readonly_fields = ("version", "is_active", "name", "created")
    show_change_link = True
    extra = 0


@admin.register(Agent)
class AgentAdmin(LookOnly, admin.ModelAdmin[Agent]):
    list_display = ("id", "owner", "sample", "created", "deleted_at")
    list_select_related = ("owner",)
    list_filter = ("deleted_at", "sample")
    search_fields = ("id", "owner__username", "versions__name")
    inlines = (GraphVersionInline,)
    show_full_result_count = False


@admin.register(Draft)
class DraftAdmin(LookOnly, admin.ModelAdmin[Draft]):
    list_display = ("agent", "owner", "base", "updated")
    list_select_related = ("agent__owner", "base")
    search_fields = ("agent__id", "agent__owner__username")
    exclude = ("document",)
    readonly_fields = ("graph_without_secrets",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Draft]:
        return super().get_queryset(request).defer("document", "base__document")

    @admin.display(description="Graph, without secrets")
    def graph_without_secrets(self, draft: Draft) -> str:
        return format_html("<pre>{}</pre>", json.dumps(stripped(draft.document), indent=2))

    @admin.display(ordering="agent__owner")
    def owner(self, draft: Draft) -> str:
        return str(draft.agent.owner)


@admin.register(GraphVersion)
class GraphVersionAdmin(LookOnly, admin.ModelAdmin[GraphVersion]):
    list_display = ("name", "version", "is_active", "owner", "created")
    list_select_related = ("agent__owner",)
    list_filter = ("is_active",)
    search_fields = ("name", "agent__id", "agent__owner__username")
    exclude = ("document",)
    readonly_fields = ("graph_without_secrets",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[GraphVersion]:
        return super().get_queryset(request).defer("document")

    @admin.display(description="Graph, without secrets")
    def graph_without_secrets(self, version: GraphVersion) -> str:
        return format_html("<pre>{}</pre>", json.dumps(stripped(version.document), indent=2))

    @admin.display(ordering="agent__owner")
    def owner(self, version: GraphVersion) -> str:
        return str(version.agent.owner)
