"""Staff screens of files: what there is and how large, not what is in them."""

from django.contrib import admin
from django.http import HttpRequest

from uploads import services
from uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin[Upload]):
    """Files can be looked up and deleted, and nothing about them changed."""

    list_display = ("name", "owner", "content_type", "size", "created", "last_used_at")
    search_fields = ("name", "owner__username")
    list_select_related = ("owner",)
    readonly_fields = (*list_display, "digest", "is_whole")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Upload) -> None:
        services.discard(obj)

    def delete_queryset(self, request: HttpRequest, queryset: object) -> None:
        for upload in queryset:  # type: ignore[attr-defined]
            services.discard(upload)
