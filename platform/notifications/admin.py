"""Staff screens of notifications: whether mails went, not what they say."""

from django.contrib import admin
from django.http import HttpRequest

from notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(admin.ModelAdmin[Notification]):
    """Notifications can be looked up and deleted, and nothing about them changed."""

    list_display = (
        "kind",
        "owner",
        "count",
        "updated",
        "mail_due_at",
        "mailed_at",
        "mail_failures",
    )
    list_filter = ("kind",)
    list_select_related = ("owner",)
    search_fields = ("owner__username", "id__exact")
    ordering = ("-updated",)
    fields = ("id", *list_display, "created", "read_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notification | None = None) -> bool:
        return False
