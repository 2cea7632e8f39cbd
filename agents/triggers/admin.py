"""Triggers and what arrived, for staff: to look at, and to pause."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from agents.triggers import standing
from agents.triggers.models import Arrival, Trigger


class LookOnly:
    """Nothing can be added, changed or deleted here: triggers change through their services."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Trigger)
class TriggerAdmin(LookOnly, admin.ModelAdmin[Trigger]):
    list_display = ("name", "kind", "owner", "agent", "is_active", "failures", "created")
    list_select_related = ("owner", "agent")
    list_filter = ("kind", "is_active")
    search_fields = ("id", "name", "owner__username", "agent__id")
    exclude = ("inputs", "node_inputs", "state", "key_id")
    actions = ("pause",)
    show_full_result_count = False

    @admin.action(description="Pause the chosen triggers", permissions=["pause"])
    def pause(self, request: HttpRequest, queryset: models.QuerySet[Trigger]) -> None:
        for trigger in queryset:
            standing.pause(trigger, "An administrator of this instance paused it.")

    def has_pause_permission(self, request: HttpRequest) -> bool:
        """Return whether this person of the staff may pause triggers."""
        return request.user.has_perm("triggers.change_trigger")


@admin.register(Arrival)
class ArrivalAdmin(LookOnly, admin.ModelAdmin[Arrival]):
    list_display = ("received", "trigger", "verdict", "event", "execution_id", "size")
    list_select_related = ("trigger",)
    list_filter = ("verdict",)
    search_fields = ("id", "trigger__id", "execution_id", "delivery_id")
    exclude = ("payload", "body", "headers", "signature", "digest")
    show_full_result_count = False
