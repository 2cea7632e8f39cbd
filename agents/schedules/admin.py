"""Schedules and their times, for staff: to look at, to pause and to let go on."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest

from agents.schedules import services
from agents.schedules.models import Fire, Schedule
from agents.schedules.wording import in_words
from kernel.errors import TrellisError


class LookOnly:
    """Nothing can be added or changed here: schedules change through their services."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Schedule)
class ScheduleAdmin(LookOnly, admin.ModelAdmin[Schedule]):
    """When agents start, whose they are, and what keeps them from starting."""

    list_display = ("name", "owner", "words", "time_zone", "next_time", "pause", "failures_in_row")
    list_select_related = ("owner",)
    list_filter = ("pause", "kind", "missed", "overlap")
    search_fields = ("id__exact", "agent__id__exact", "owner__username", "name")
    exclude = ("inputs", "credential_inputs")
    ordering = ("next_time",)
    show_full_result_count = False
    actions = ("pause_schedules", "resume_schedules")

    @admin.display(description="starts")
    def words(self, schedule: Schedule) -> str:
        return in_words(schedule)

    def has_pause_permission(self, request: HttpRequest) -> bool:
        """Return whether somebody may pause schedules: who may change them elsewhere."""
        return request.user.has_perm("schedules.change_schedule")

    @admin.action(description="Pause", permissions=["pause"])
    def pause_schedules(self, request: HttpRequest, rows: models.QuerySet[Schedule]) -> None:
        for schedule in rows:
            services.pause(schedule)
        self.message_user(request, "They are paused.")

    @admin.action(description="Let go on", permissions=["pause"])
    def resume_schedules(self, request: HttpRequest, rows: models.QuerySet[Schedule]) -> None:
        for schedule in rows:
            try:
                services.resume(schedule)
            except TrellisError as error:
                self.message_user(request, f"{schedule.pk}: {error.message}", messages.ERROR)
        self.message_user(request, "They go on.")


@admin.register(Fire)
class FireAdmin(LookOnly, admin.ModelAdmin[Fire]):
    """The times of schedules, the latest first."""

    list_display = ("time", "schedule_id", "origin", "status", "outcome", "started_at", "code")
    list_filter = ("status", "origin", "outcome")
    search_fields = ("schedule__id__exact", "execution_id__exact")
    ordering = ("-time",)
    show_full_result_count = False
