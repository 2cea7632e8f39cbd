"""A few words to publish agents in a test."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission

from accounts.models import User
from accounts.roles import MODERATORS
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from store import screening
from store.actions.approve import approve
from store.actions.submit import submit
from store.models import ListingVersion
from tests.factories.accounts import UserFactory
from tests.support.graphs import GraphBuilder, calculator

RIGHTS = ("moderate_listing", "view_listing", "view_listingversion")
SAID: dict[str, Any] = {
    "name": "Calculator",
    "sub_heading": "Adds and takes away",
    "description": "It **calculates**.",
    "categories": ["productivity"],
}


def moderator(username: str = "mona") -> User:
    """Return somebody who decides about listings, and is staff."""
    user = UserFactory.create(username=username, is_staff=True)
    # What a migration made is gone after a test that commits.
    group, _ = Group.objects.get_or_create(name=MODERATORS)
    group.permissions.add(
        *Permission.objects.filter(content_type__app_label="store", codename__in=RIGHTS)
    )
    user.groups.add(group)
    return User.objects.get(pk=user.pk)  # without the rights that were asked for before


def agent(owner: User, builder: GraphBuilder | None = None) -> GraphVersion:
    """Return the first version of a new agent of the owner's."""
    return graphs.create_agent(owner, (builder or calculator()).file())


def submitted(
    owner: User, version: GraphVersion | None = None, *, draft: bool = False, **fields: Any
) -> ListingVersion:
    """Return a version of a listing that waits, screened as a worker does it."""
    version = version or agent(owner)
    made = submit(owner, version.agent_id, fields={**SAID, **fields}, draft=draft)
    return screened(made.pk)


def screened(pk: UUID) -> ListingVersion:
    """Return the version, screened."""
    screening.screen(pk)
    return ListingVersion.objects.select_related("listing").get(pk=pk)


def approved(
    owner: User, version: GraphVersion | None = None, *, by: User | None = None, **fields: Any
) -> ListingVersion:
    """Return a version that everybody gets."""
    waiting = submitted(owner, version, **fields)
    approve(by or moderator(f"mona{User.objects.count()}"), waiting.pk)
    return ListingVersion.objects.select_related("listing").get(pk=waiting.pk)
