"""Staff screens of credentials: that they are there, and to delete them. Nobody reads one here."""

from django.contrib import admin
from django.http import HttpRequest

from credentials.models import Credential


@admin.register(Credential)
class CredentialAdmin(admin.ModelAdmin[Credential]):
    list_display = ("title", "owner", "provider", "kind", "created", "last_used_at")
    list_select_related = ("owner",)
    list_filter = ("provider", "kind")
    search_fields = ("owner__username", "provider")
    fields = readonly_fields = (
        *("owner", "provider", "kind", "title", "host", "expires_at"),
        *("created", "updated", "last_used_at", "key_id"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
