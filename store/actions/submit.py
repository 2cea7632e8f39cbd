"""A creator sends a version of an agent to be published, or keeps it as a draft first."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import now

from accounts.models import User
from agents.graphs import services as graphs
from agents.graphs.models import Agent, GraphVersion
from kernel.errors import Detail
from store import deciding, manifest, moderation, pictures, screening, texts
from store.errors import InvalidListing, SlugTaken, SubmissionClosed, SubmissionOpen
from store.models import Listing, ListingVersion
from store.moderation import Action, Role, State
from store.walking import party


@transaction.atomic
def submit(
    user: User,
    agent_id: UUID,
    *,
    fields: Mapping[str, Any],
    version: int | None = None,
    slug: str | None = None,
    shown: Sequence[UUID] = (),
    shows_graph: bool | None = None,
    draft: bool = False,
) -> ListingVersion:
    """Return a new version of the agent's listing, which waits for a moderator, or is a draft.

    ``fields`` are those of `store.texts`, ``shown`` the pictures in their order. Sent a second time as
    it is, it is the same version. Raises NotFound, InvalidListing, SlugTaken, SubmissionOpen,
    SubAgentNotPublic or PictureMissing; then nothing was kept.
    """
    named = graphs.find(user, agent_id, version)
    cleaned = texts.clean(fields)
    texts.check_pictures(list(shown))
    Agent.objects.locked(agent_id)  # two at a time: one makes the listing
    listing = _listing(user, named, slug or texts.slug_of(cleaned.get("name", named.name)))
    if (waiting := listing.versions.open().first()) is not None:
        if not draft and _says_the_same(waiting, named, cleaned, shown):
            return waiting
        raise SubmissionOpen(members={"store_listing_version_id": str(waiting.pk)})
    _rename(listing, slug)
    if shows_graph is not None:
        listing.shows_graph = shows_graph
    listing.deleted_at = None
    listing.save()
    made = ListingVersion(listing=listing, number=_next(listing), graph_version=named, **cleaned)
    made.name = made.name or named.name
    fill(made)
    pictures.show(made, shown)
    if not draft:
        _send(user, made)
    return made


@transaction.atomic
def send(user: User, pk: UUID) -> ListingVersion:
    """Return the draft, which waits for a moderator from now on; one that waits already stays so.

    Raises NotFound, InvalidListing, SubAgentNotPublic or SubmissionClosed; then nothing changed.
    """
    version = deciding.locked(pk)
    deciding.check_may(Action.SUBMIT, user, version.listing)
    if version.state is State.PENDING:
        return version
    if moderation.after(Action.SUBMIT, version.state) is None:
        raise SubmissionClosed
    fill(version)
    _send(user, version)
    return version


def fill(version: ListingVersion) -> None:
    """Keep the version with what its graph can do now, and with the agents that come along.

    Raises SubAgentNotPublic.
    """
    travelling = party(version.graph_version, version.listing.owner_id)
    deciding.check_party(travelling)
    version.manifest = manifest.of(travelling.versions)
    version.manifest_digest = manifest.digest(version.manifest)
    version.save()
    version.sub_agents.set(travelling.sub_agents)


def _send(user: User, version: ListingVersion) -> None:
    texts.check_complete(version)
    before = version.state
    version.status, version.submitted_at = State.PENDING, now()
    version.save(update_fields=["status", "submitted_at", "updated"])
    deciding.note(
        Action.SUBMIT, user, version.listing, Role.CREATOR, version=version, before=before
    )
    screening.ask(version)


def _listing(user: User, named: GraphVersion, slug: str) -> Listing:
    """Return the agent's listing with its row locked, made now if there is none."""
    present = Listing.objects.filter(agent_id=named.agent_id).first()
    if present is not None:
        rows = Listing.objects.select_for_update(of=("self",), no_key=True)
        return rows.select_related("owner").get(pk=present.pk)
    try:
        with transaction.atomic():
            return Listing.objects.create(
                owner=user, agent_id=named.agent_id, slug=texts.check_slug(slug)
            )
    except IntegrityError:
        raise SlugTaken(f"Another listing of yours has the slug {slug!r}.") from None


def _rename(listing: Listing, slug: str | None) -> None:
    """Give the listing another slug. Raises SlugTaken, or InvalidListing once it was published."""
    if slug is None or slug == listing.slug:
        return
    if listing.versions.filter(reviewed_at__isnull=False).approved().exists():
        sentence = f"The listing is published as {listing.slug!r}; links lead there. Keep its slug."
        raise InvalidListing(sentence, errors=[Detail("slug_is_kept", sentence, "slug")])
    if Listing.objects.filter(owner=listing.owner_id, slug=slug).exclude(pk=listing.pk).exists():
        raise SlugTaken(f"Another listing of yours has the slug {slug!r}.")
    listing.slug = texts.check_slug(slug)


def _next(listing: Listing) -> int:
    greatest: int | None = listing.versions.aggregate(greatest=Max("number"))["greatest"]
    return (greatest or 0) + 1


def _says_the_same(
    waiting: ListingVersion, named: GraphVersion, fields: Mapping[str, Any], shown: Sequence[UUID]
) -> bool:
    return (
        waiting.state is State.PENDING
        and waiting.graph_version_id == named.pk
        and all(getattr(waiting, name) == value for name, value in fields.items())
        and list(waiting.shown_pictures.values_list("picture_id", flat=True)) == list(shown)
    )
