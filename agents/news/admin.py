"""Staff screens of webhooks: whether calls arrive. Addresses and what was sent are their owners' affair."""

from django.contrib import admin
from django.http import HttpRequest

from agents.news.models import Delivery, Endpoint


class LookOnly:
    """Rows can be looked up, and nothing about them changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Endpoint)
class EndpointAdmin(LookOnly, admin.ModelAdmin[Endpoint]):
    """Endpoints, with how they do."""

    list_display = ("id", "owner", "is_active", "failing_since", "created")
    list_filter = ("is_active",)
    list_select_related = ("owner",)
    search_fields = ("owner__username", "id__exact")
    fields = (*list_display, "events", "turned_off_why")
    readonly_fields = fields


@admin.register(Delivery)
class DeliveryAdmin(LookOnly, admin.ModelAdmin[Delivery]):
    """Deliveries, with how they went."""

    list_display = ("id", "endpoint_id", "type", "status", "attempts", "answer_status", "created")
    list_filter = ("status", "type")
    search_fields = ("endpoint__id__exact", "id__exact")
    fields = (*list_display, "due_at", "tried_at", "took_ms", "error")
    readonly_fields = fields
