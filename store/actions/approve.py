"""A moderator publishes a version: from now on people get it."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from store import deciding, telling
from store.actions import review
from store.deciding import Comments
from store.errors import NotDecidable
from store.models import ListingVersion
from store.moderation import Action
from store.walking import party

NONE = Comments()


@transaction.atomic
def approve(
    user: User, pk: UUID, *, comments: Comments = NONE, revision: int | None = None
) -> ListingVersion:
    """Return the version, which is the one that people get from now on.

    The graph version and those of the sub-agents are pinned; what becomes of the agents afterwards
    changes nothing. Raises NotFound, ModeratorsOnly, NotYours, NotDecidable or SubAgentNotPublic;
    then nothing changed.
    """
    version, role, is_new = review.open_for(Action.APPROVE, user, pk, revision)
    if not is_new:
        return version
    if version.graph_version.agent.deleted_at is not None:
        raise NotDecidable("Its creator deleted the agent. Reject this version.")
    travelling = party(version.graph_version, version.listing.owner_id)
    deciding.check_party(travelling)
    version.sub_agents.set(travelling.sub_agents)
    version.listing.active_version = version
    version.listing.save(update_fields=["active_version", "updated"])
    review.decide(version, Action.APPROVE, user, role, comments)
    telling.approved(version)
    return version
