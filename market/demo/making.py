"""Make the demo: everything goes the way that it goes for people, by the store's own actions."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.timezone import now

from accounts.models import Profile, User
from accounts.roles import MODERATORS
from agents.graphs import services as graphs
from agents.graphs.models import Agent
from kernel.errors import Conflict
from kernel.jsontypes import JSONObject
from market import counting
from market.demo.scenes import (
    FEATURED,
    FEATURED_PEOPLE,
    MODERATOR,
    OFFERS,
    PEOPLE,
    READERS,
    SAID,
    Offer,
    Person,
)
from market.models import Entry, FeaturedCreator, FeaturedListing
from store import rating, screening
from store.actions import approve, submit
from store.models import Listing, ListingReview, ListingVersion

MARK = "demo:"  # before the names by which the demo knows its agents again
FEWEST_PEOPLE = 1  # somebody set this instance up


class NotForRealPeople(Conflict):
    """There are people here, who would take the demo for real. Ask for it with `--among-people`."""

    code = "not_for_real_people"


@dataclass(frozen=True)
class Made:
    """What was made, and what had been there."""

    creators: int
    listings: int
    reviews: int
    known: int


def make(*, among_people: bool = False) -> Made:
    """Return what was made; a second time, nothing more. Raises NotForRealPeople."""
    demo = {one.username for one in (*PEOPLE, *READERS, MODERATOR)}
    others = User.objects.exclude(username__in=demo).filter(is_active=True).count()
    if others > FEWEST_PEOPLE and not among_people:
        raise NotForRealPeople
    with transaction.atomic():
        people = {one.username: _person(one) for one in (*PEOPLE, *READERS)}
        moderator = _person(MODERATOR)
        moderator.groups.add(Group.objects.get_or_create(name=MODERATORS)[0])
    made, reviews = 0, 0
    for offer in OFFERS:
        with transaction.atomic():
            listing = _listing(offer, people[offer.creator], moderator)
            if listing is None:
                continue
            made += 1
            reviews += _reviews(offer, listing, [people[one.username] for one in READERS])
            _counts(offer, listing)
    _feature(people)
    return Made(len(PEOPLE), made, reviews, len(OFFERS) - made)


def _person(who: Person) -> User:
    """Return the person, who cannot sign in."""
    user, is_new = User.objects.get_or_create(
        username=who.username, defaults={"first_name": who.name}
    )
    if is_new:
        user.set_unusable_password()
        user.save()
        Profile.objects.update_or_create(
            user=user, defaults={"description": who.about, "links": list(who.links)}
        )
    return user


def _listing(offer: Offer, creator: User, moderator: User) -> Listing | None:
    """Return the listing, sent in and approved; None where it was there."""
    mark = f"{MARK}{offer.name}"
    if Agent.objects.filter(owner=creator, sample=mark).exists():
        return None
    version = graphs.create_agent(creator, _file(offer), imported=True)
    Agent.objects.filter(pk=version.agent_id).update(sample=mark)
    fields = {
        "name": offer.name,
        "sub_heading": offer.sub_heading,
        "description": offer.description,
        "categories": list(offer.categories),
        "instructions": offer.instructions,
        "recommended_schedule": offer.schedule,
        "changes_summary": offer.changes,
    }
    sent = submit.submit(creator, version.agent_id, fields=fields, shows_graph=offer.shows_graph)
    screening.screen(sent.pk)
    done: ListingVersion = approve.approve(moderator, sent.pk)
    return done.listing


def _file(offer: Offer) -> JSONObject:
    if offer.graph is not None:
        return offer.graph()
    path = settings.BASE_DIR / "agents" / "graphs" / "samples" / f"{offer.sample}.json"
    found: JSONObject = json.loads(path.read_text(encoding="utf-8"))
    return found


def _reviews(offer: Offer, listing: Listing, readers: Collection[User]) -> int:
    """Write what the readers say: they are part of the demo, so nobody asks whether they ran it."""
    figures = rating.locked(listing.pk)
    for place, (reader, stars) in enumerate(zip(readers, offer.scores, strict=False)):
        said = SAID[stars][place % len(SAID[stars])]
        ListingReview.objects.create(
            listing=listing,
            author=reader,
            version=listing.active_version,
            score=stars,
            comments=said,
        )
        rating.move(figures, None, stars)
    return min(len(offer.scores), len(readers))


def _counts(offer: Offer, listing: Listing) -> None:
    moment = now() - timedelta(days=offer.days_ago)
    counts = {
        "runs": offer.runs,
        "downloads": offer.downloads if offer.shows_graph else 0,
        "views": offer.views,
        "installs": offer.runs // 5,
    }
    counting.add({listing.pk: counts}, moment)
    Entry.objects.filter(pk=listing.pk).update(published_at=moment)


def _feature(people: dict[str, User]) -> None:
    """Put some forward, unless staff have chosen already."""
    if FeaturedListing.objects.exists() or FeaturedCreator.objects.exists():
        return
    for position, name in enumerate(FEATURED):
        rows: Any = Listing.objects.public().filter(
            active_version__name=name, owner__in=people.values()
        )
        if (listing := rows.first()) is not None:
            FeaturedListing.objects.create(listing=listing, position=position)
    for position, username in enumerate(FEATURED_PEOPLE):
        FeaturedCreator.objects.create(creator=people[username], position=position)
