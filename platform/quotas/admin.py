"""Staff screens of limits."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from quotas.models import OwnQuota, OwnRate, Usage
from quotas.own import known


@admin.register(OwnRate)
class OwnRateAdmin(admin.ModelAdmin[OwnRate]):
    """Who may do more, or less, than everybody."""

    list_display = ("__str__", "user", "api_key", "kind", "rate")
    list_filter = ("kind",)
    list_select_related = ("user", "api_key")
    search_fields = ("user__username", "api_key__prefix", "api_key__user__username")
    autocomplete_fields = ("user", "api_key")

    def save_model(self, request: HttpRequest, obj: OwnRate, form: object, change: bool) -> None:
        super().save_model(request, obj, form, change)
        known.forget()

    def delete_model(self, request: HttpRequest, obj: OwnRate) -> None:
        super().delete_model(request, obj)
        known.forget()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[OwnRate]) -> None:
        super().delete_queryset(request, queryset)
        known.forget()


@admin.register(OwnQuota)
class OwnQuotaAdmin(admin.ModelAdmin[OwnQuota]):
    """Who may use more, or less, than everybody. It holds from the next start on."""

    list_display = ("user", "runs_per_day", "runs_per_month", "storage_mb")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    autocomplete_fields = ("user",)


@admin.register(Usage)
class UsageAdmin(admin.ModelAdmin[Usage]):
    """What everybody has used: to be read, never changed."""

    list_display = ("user", "stored_bytes", "day", "runs_of_day", "runs_of_month")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("-stored_bytes",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Usage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Usage | None = None) -> bool:
        return False
