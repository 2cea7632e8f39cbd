"""Staff screens of knowledge: what there is and how large, not what is in it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from knowledge import services
from knowledge.models import Collection, CollectionQuerySet


@admin.register(Collection)
class CollectionAdmin(admin.ModelAdmin[Collection]):
    """Collections can be looked up and deleted, and nothing about them changed."""

    list_display = ("name", "owner", "model", "dimensions", "texts", "bytes", "created", "updated")
    search_fields = ("name", "owner__username")
    list_select_related = ("owner",)
    readonly_fields = list_display

    def get_queryset(self, request: HttpRequest) -> CollectionQuerySet:
        return Collection.objects.with_totals()

    @admin.display(ordering="entries")
    def texts(self, row: Any) -> int:
        """Return how many texts it has."""
        return int(row.entries)

    @admin.display(ordering="size")
    def bytes(self, row: Any) -> int:
        """Return how much room they take."""
        return int(row.size)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Collection | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Collection) -> None:
        services.discard(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for collection in queryset:
            services.discard(collection)
