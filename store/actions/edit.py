"""A creator changes what a version says, as long as nobody has decided about it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from agents.graphs import services as graphs
from store import deciding, moderation, pictures, screening, texts
from store.actions import submit
from store.errors import SubmissionClosed
from store.models import ListingVersion
from store.moderation import Action, Role, State


@transaction.atomic
def edit(
    user: User,
    pk: UUID,
    *,
    fields: Mapping[str, Any],
    version: int | None = None,
    shown: Sequence[UUID] | None = None,
    shows_graph: bool | None = None,
) -> ListingVersion:
    """Return the version with some of it changed; what is not named stays.

    One that waits goes on waiting, and is screened anew. Nothing is changed, and nothing written down,
    where it says all that already. Raises NotFound, SubmissionClosed, InvalidListing,
    SubAgentNotPublic or PictureMissing; then nothing changed.
    """
    found = deciding.locked(pk)
    deciding.check_may(Action.EDIT, user, found.listing)
    if moderation.after(Action.EDIT, found.state) is None:
        raise SubmissionClosed
    cleaned = texts.clean(fields)
    changed = {name for name, value in cleaned.items() if getattr(found, name) != value}
    for name in changed:
        setattr(found, name, cleaned[name])
    if version is not None and version != found.graph_version.version:
        found.graph_version = graphs.find(user, found.listing.agent_id, version)
        changed.add("graph_version")
    if shown is not None:
        texts.check_pictures(list(shown))
        if pictures.show(found, shown):
            changed.add("pictures")
    if shows_graph is not None and shows_graph != found.listing.shows_graph:
        found.listing.shows_graph = shows_graph
        found.listing.save(update_fields=["shows_graph", "updated"])
        changed.add("shows_graph")
    if changed:
        _keep(user, found)
    return found


def _keep(user: User, version: ListingVersion) -> None:
    version.revision += 1
    submit.fill(version)
    if version.state is State.PENDING:
        texts.check_complete(version)
        screening.ask(version)
    deciding.note(
        Action.EDIT, user, version.listing, Role.CREATOR, version=version, before=version.state
    )
