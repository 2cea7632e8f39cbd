"""What all decisions about listings have in common: the lock, who may, and what is written down."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from audit import trail
from audit.actions import Action as Audited
from kernel.errors import Detail, NotFound
from store import announcing, moderation
from store.errors import ModeratorsOnly, NotYours, SubAgentNotPublic
from store.models import Decision, Listing, ListingVersion
from store.moderation import Action, Role, State
from store.walking import Party, Refused

RIGHT = "store.moderate_listing"
AUDITED = {
    Action.SUBMIT: Audited.LISTING_SUBMITTED,
    Action.EDIT: Audited.LISTING_EDITED,
    Action.WITHDRAW: Audited.LISTING_WITHDRAWN,
    Action.APPROVE: Audited.LISTING_APPROVED,
    Action.REJECT: Audited.LISTING_REJECTED,
    Action.SUSPEND: Audited.LISTING_SUSPENDED,
    Action.RESTORE: Audited.LISTING_RESTORED,
}


@dataclass(frozen=True)
class Comments:
    """What a moderator says: to the creator, and to other moderators."""

    public: str = ""
    internal: str = ""


def roles_of(user: User, listing: Listing) -> frozenset[Role]:
    """Return what the person is to the listing."""
    roles = {
        Role.CREATOR: user.pk == listing.owner_id,
        Role.MODERATOR: user.has_perm(RIGHT),
        Role.ADMINISTRATOR: user.is_active and user.is_superuser,
    }
    return frozenset(role for role, holds in roles.items() if holds)


def locked(pk: UUID) -> ListingVersion:
    """Return a version as it is now, its listing's row locked. Raises NotFound."""
    named = ListingVersion.objects.filter(pk=pk).values_list("listing_id", flat=True).first()
    if named is None:
        raise NotFound(f"There is no version `{pk}` of a listing.")
    listing = Listing.objects.locked(named)
    version = ListingVersion.objects.select_related("graph_version__agent").get(pk=pk)
    version.listing = listing
    return version


def check_may(action: Action, user: User, listing: Listing) -> Role:
    """Return the role in which the person does it. Raises NotFound, ModeratorsOnly or NotYours."""
    roles = roles_of(user, listing)
    if moderation.may(action, roles):
        if action in moderation.OF_CREATORS:
            return Role.CREATOR
        return Role.ADMINISTRATOR if Role.ADMINISTRATOR in roles else Role.MODERATOR
    if action in moderation.OF_CREATORS:
        raise NotFound("There is no such version of a listing, or it is not yours.")
    raise NotYours if Role.MODERATOR in roles else ModeratorsOnly


def note(
    action: Action,
    user: User,
    listing: Listing,
    role: Role,
    *,
    version: ListingVersion | None = None,
    before: State | None = None,
    comments: Comments | None = None,
) -> None:
    """Write down what was decided: in the listing's history and in the audit log, and announce it."""
    said = comments or Comments()
    Decision.objects.create(
        listing=listing,
        version=version,
        action=action,
        before=before or "",
        after=version.status if version else "",
        by=user,
        role=role,
        revision=version.revision if version else None,
        manifest_digest=version.manifest_digest if version else "",
        comments=said.public,
        internal_comments=said.internal,
    )
    trail.record(
        AUDITED[action],
        owner=listing.owner_id,
        thing=listing,
        details=_told(version),
    )
    announcing.changed(listing.pk)


def check_party(party: Party) -> None:
    """Raise SubAgentNotPublic where an agent would come along that may not."""
    if party.refused:
        details = [_refusal(one) for one in party.refused]
        raise SubAgentNotPublic(details[0].detail, errors=details)


def _refusal(one: Refused) -> Detail:
    which = f"version {one.reference.version} of the agent `{one.reference.agent_id}`"
    sentence = (
        f"In {one.inside.name!r}, {one.node.title[:60]!r} runs {which}, which is neither yours nor in "
        "the store. Use an agent of your own, or one that is in the store."
    )
    return Detail("sub_agent_not_public", sentence, node_id=one.node.id)


def _told(version: ListingVersion | None) -> dict[str, Any]:
    if version is None:
        return {}
    return {"version": version.number, "graph_version": version.graph_version.version}
