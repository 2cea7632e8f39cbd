"""What staff put forward, and what they see of the market."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from market.models import Entry, FeaturedCreator, FeaturedListing, SearchTerm


@admin.register(FeaturedListing)
class FeaturedListingAdmin(admin.ModelAdmin[FeaturedListing]):
    """Agents at the top of the market."""

    list_display = ("listing", "creator", "position", "is_shown", "created")
    list_editable = ("position",)
    list_select_related = ("listing__owner",)
    raw_id_fields = ("listing",)
    search_fields = ("listing__slug", "listing__owner__username")

    @admin.display(ordering="listing__owner__username")
    def creator(self, row: FeaturedListing) -> str:
        return row.listing.owner.get_username()

    @admin.display(boolean=True, description="shown")
    def is_shown(self, row: FeaturedListing) -> bool:
        """Return whether everybody may see it now; what is suspended is not shown, featured or not."""
        return type(row.listing).objects.public().filter(pk=row.listing_id).exists()


@admin.register(FeaturedCreator)
class FeaturedCreatorAdmin(admin.ModelAdmin[FeaturedCreator]):
    """Creators at the top of the market."""

    list_display = ("creator", "position", "created")
    list_editable = ("position",)
    list_select_related = ("creator",)
    raw_id_fields = ("creator",)
    search_fields = ("creator__username",)


class ReadOnly(admin.ModelAdmin[Any]):
    """Rows that come by themselves."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SearchTerm)
class SearchTermAdmin(ReadOnly):
    """What people look for, and what they do not find."""

    list_display = ("day", "term", "searches", "found")
    list_filter = ("found",)
    search_fields = ("term",)
    date_hierarchy = "day"
    ordering = ("-day", "-searches")


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    """How listings do."""

    list_display = ("listing", "views", "downloads", "installs", "runs", "rating_count", "score")
    search_fields = ("listing__slug", "listing__owner__username")
    ordering = ("-heat",)
    exclude = ("document",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("listing").defer("document")
