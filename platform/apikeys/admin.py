"""Staff screens of API keys: look and delete. Nobody can make or read a key here."""

from django.contrib import admin
from django.http import HttpRequest

from apikeys.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    list_display = ("__str__", "user", "name", "created", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("prefix", "user__username")
    fields = readonly_fields = ("user", "name", "prefix", "created", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
