"""The shapes of what everybody sees, as the AutoGPT Platform's clients know them."""

from typing import Any

from rest_framework import serializers

from market import addresses, creators
from market.api.paging import PaginationSerializer
from store.categories import names
from store.markdown import plain
from store.models import Listing

ROUNDED = 2


class StoreAgentSerializer(serializers.Serializer[Any]):
    """A public agent in a list."""

    slug = serializers.CharField(read_only=True)
    agent_name = serializers.CharField(source="active_version.name", read_only=True)
    agent_image = serializers.SerializerMethodField(
        help_text="A picture of it, or one drawn of it."
    )
    creator = serializers.CharField(source="owner.username", read_only=True)
    creator_avatar = serializers.SerializerMethodField()
    sub_heading = serializers.CharField(source="active_version.sub_heading", read_only=True)
    description = serializers.SerializerMethodField(help_text="The words of it, shortened.")
    categories = serializers.ListField(
        source="active_version.categories", child=serializers.CharField(), read_only=True
    )
    runs = serializers.IntegerField(source="market.runs", read_only=True)
    rating = serializers.SerializerMethodField(help_text="The average of its reviews; 0 for none.")
    rating_count = serializers.IntegerField(source="market.rating_count", read_only=True)
    downloads = serializers.IntegerField(source="market.downloads", read_only=True)
    store_listing_version_id = serializers.UUIDField(source="active_version_id", read_only=True)
    last_updated = serializers.DateTimeField(source="market.updated_at", read_only=True)

    def get_agent_image(self, listing: Listing) -> str | None:
        version: Any = listing.active_version
        version.listing = listing  # it is there already, with its owner
        shown = version.shown_pictures.all()
        found = addresses.picture(shown[0].picture) if shown else addresses.card(version)
        return addresses.whole(found)

    def get_creator_avatar(self, listing: Listing) -> str | None:
        return addresses.whole(addresses.avatar(listing.owner))

    def get_description(self, listing: Listing) -> str:
        version: Any = listing.active_version
        return plain(version.description, 300)

    def get_rating(self, listing: Listing) -> float:
        entry: Any = listing.market
        return round(float(entry.rating), ROUNDED)


class StoreAgentsSerializer(serializers.Serializer[Any]):
    """A page of public agents."""

    agents = StoreAgentSerializer(many=True, read_only=True)
    pagination = PaginationSerializer(read_only=True)


class VersionSerializer(serializers.Serializer[Any]):
    """A version of an agent that everybody may get, or could once."""

    version = serializers.IntegerField(source="number", read_only=True)
    store_listing_version_id = serializers.UUIDField(source="pk", read_only=True)
    approved_at = serializers.DateTimeField(source="reviewed_at", read_only=True)
    changes_summary = serializers.CharField(read_only=True)


class StoreAgentDetailsSerializer(StoreAgentSerializer):
    """A public agent with all that it says of itself, and what it can do."""

    agent_image = serializers.SerializerMethodField()
    agent_video = serializers.CharField(source="active_version.video_url", read_only=True)
    description = serializers.CharField(  # type: ignore[assignment]
        source="active_version.description", read_only=True, help_text="Markdown."
    )
    instructions = serializers.CharField(
        source="active_version.instructions", read_only=True, help_text="Markdown."
    )
    recommended_schedule_cron = serializers.CharField(
        source="active_version.recommended_schedule", read_only=True
    )
    manifest = serializers.DictField(
        source="active_version.manifest", read_only=True, help_text="What it can do."
    )
    versions = serializers.SerializerMethodField()
    version_history = serializers.SerializerMethodField()
    views = serializers.IntegerField(source="market.views", read_only=True)
    installs = serializers.IntegerField(source="market.installs", read_only=True)
    can_download = serializers.SerializerMethodField(
        help_text="Whether its graph is for everybody; it runs from a library all the same."
    )
    page = serializers.SerializerMethodField(help_text="The address of its page.")

    def get_agent_image(self, listing: Listing) -> list[str]:  # type: ignore[override]
        version: Any = listing.active_version
        version.listing = listing  # it is there already, with its owner
        shown = [addresses.picture(one.picture) for one in version.shown_pictures.all()]
        return [str(addresses.whole(path)) for path in shown or [addresses.card(version)]]

    def get_versions(self, listing: Listing) -> list[str]:
        return [str(one.number) for one in self.context["versions"]]

    def get_version_history(self, listing: Listing) -> Any:
        return VersionSerializer(self.context["versions"], many=True).data

    def get_can_download(self, listing: Listing) -> bool:
        return bool(self.context["can_download"])

    def get_page(self, listing: Listing) -> str | None:
        return addresses.whole(addresses.agent(listing))


class CreatorSerializer(serializers.Serializer[Any]):
    """Somebody whose agents everybody may see. Sums are over public agents alone."""

    name = serializers.CharField(source="get_full_name", read_only=True)
    username = serializers.CharField(read_only=True)
    description = serializers.SerializerMethodField()
    avatar_url = serializers.SerializerMethodField()
    num_agents = serializers.IntegerField(read_only=True)
    agent_rating = serializers.SerializerMethodField()
    agent_runs = serializers.IntegerField(read_only=True)
    is_featured = serializers.SerializerMethodField()

    def get_description(self, user: Any) -> str:
        profile = getattr(user, "profile", None)
        return str(profile.description) if profile else ""

    def get_avatar_url(self, user: Any) -> str | None:
        return addresses.whole(addresses.avatar(user))

    def get_agent_rating(self, user: Any) -> float:
        return round(float(user.agent_rating), ROUNDED)

    def get_is_featured(self, user: Any) -> bool:
        return user.pk in self.context["featured"]


class CreatorsSerializer(serializers.Serializer[Any]):
    """A page of creators."""

    creators = CreatorSerializer(many=True, read_only=True)
    pagination = PaginationSerializer(read_only=True)


class CreatorDetailsSerializer(CreatorSerializer):
    """A creator with what they say of themselves."""

    links = serializers.SerializerMethodField()
    top_categories = serializers.SerializerMethodField()

    def get_links(self, user: Any) -> list[str]:
        profile = getattr(user, "profile", None)
        return list(profile.links) if profile else []

    def get_top_categories(self, user: Any) -> list[str]:
        return creators.top_categories(user)


class MarketAgentSerializer(serializers.Serializer[Any]):
    """A public agent as the market service of the AutoGPT Platform tells of it."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(source="active_version.name", read_only=True)
    description = serializers.SerializerMethodField()
    author = serializers.CharField(source="owner.username", read_only=True)
    keywords = serializers.SerializerMethodField()
    categories = serializers.ListField(
        source="active_version.categories", child=serializers.CharField(), read_only=True
    )
    version = serializers.IntegerField(source="active_version.number", read_only=True)
    createdAt = serializers.DateTimeField(source="market.published_at", read_only=True)  # noqa: N815
    updatedAt = serializers.DateTimeField(source="market.updated_at", read_only=True)  # noqa: N815
    submissionStatus = serializers.SerializerMethodField()  # noqa: N815
    views = serializers.IntegerField(source="market.views", read_only=True)
    downloads = serializers.IntegerField(source="market.downloads", read_only=True)
    slug = serializers.CharField(read_only=True)

    def get_description(self, listing: Listing) -> str:
        version: Any = listing.active_version
        return plain(version.description, self.context.get("letters", 300))

    def get_keywords(self, listing: Listing) -> list[str]:
        version: Any = listing.active_version
        return names(version.categories)

    def get_submissionStatus(self, listing: Listing) -> str:  # noqa: N802
        return "APPROVED"  # nothing else is ever here


class MarketAgentsSerializer(serializers.Serializer[Any]):
    """A page of public agents."""

    agents = MarketAgentSerializer(many=True, read_only=True)
    total_count = serializers.IntegerField(read_only=True)
    page = serializers.IntegerField(read_only=True)
    page_size = serializers.IntegerField(read_only=True)
    total_pages = serializers.IntegerField(read_only=True)


class MarketItemsSerializer(serializers.Serializer[Any]):
    """A page of what a search found."""

    items = MarketAgentSerializer(many=True, read_only=True)
    suggestion = serializers.CharField(
        read_only=True, help_text="Another spelling that finds something; empty where none does."
    )
    total_count = serializers.IntegerField(read_only=True)
    page = serializers.IntegerField(read_only=True)
    page_size = serializers.IntegerField(read_only=True)
    total_pages = serializers.IntegerField(read_only=True)


class MarketAgentDetailsSerializer(MarketAgentSerializer):
    """A public agent, with its graph where that is for everybody."""

    graph = serializers.SerializerMethodField(help_text="As a file of it; null where it is kept.")

    def get_graph(self, listing: Listing) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.context["graph"]
        return found


class MarketCategoriesSerializer(serializers.Serializer[Any]):
    """What there are public agents about."""

    unique_categories = serializers.ListField(child=serializers.CharField(), read_only=True)
