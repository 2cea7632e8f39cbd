"""Presets, for staff: to look at, without what is kept in them."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from agents.presets.models import Preset


@admin.register(Preset)
class PresetAdmin(admin.ModelAdmin[Preset]):
    """Whose presets there are, and for which agents."""

    list_display = ("name", "owner", "agent_id", "version", "is_active", "updated")
    list_select_related = ("owner",)
    search_fields = ("id__exact", "agent__id__exact", "owner__username", "name")
    exclude = ("inputs", "credential_inputs")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
