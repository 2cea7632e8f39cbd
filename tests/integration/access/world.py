"""What Alice, the owner, has: a row for each part of an address that names one.

To walk a new address with a part in braces, add what the part stands for to `World.parts`.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils.timezone import now
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from accounts import avatars
from accounts.models import User
from accounts.notifications import NotificationType
from agents.executions import places, sharing
from agents.graphs import drafts
from agents.news import services as webhooks
from agents.presets import services as presets
from apikeys import services as keys
from blocks.openapi import services as apis
from credentials import services as credentials
from credentials.kinds import Kind
from knowledge import services as knowledge
from knowledge.entries import Entry
from knowledge.models import Collection
from market import cards
from notifications.models import Notification
from notifications.services import Note, tell
from notifications.unsubscribing import path_for
from store import pictures
from store.library import keeping
from store.models import ListingRating, ListingReview
from tests.factories.accounts import UserFactory
from tests.factories.market import listed
from tests.support import market as markets
from tests.support.apis import document
from tests.support.avatars import picture
from tests.support.graphs import block_named, calculator
from tests.support.hooks import hooked
from tests.support.reviews import asked
from tests.support.runs import run
from tests.support.schedules import hourly
from tests.support.store import submitted
from uploads import services as uploads

UNKNOWN = UUID("00000000-0000-4000-8000-000000000000")
NO_LINK = f"trsh_{'x' * 43}"
SECRET = "Alices-secret-7741"  # in her names and values: nobody else may ever read it


@dataclass
class World:
    """The parts of addresses, by the names that docs/access.md has for them."""

    owner: User
    parts: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)  # the same for things that are not there

    def add(self, name: str, present: Any, unknown: Any = UNKNOWN) -> None:
        self.parts[name], self.unknown[name] = str(present), str(unknown)


def world() -> World:
    """Return what there is to ask for."""
    alice = UserFactory.create(username="alice")
    here = World(alice)
    graph = calculator(SECRET)
    execution = run(alice, graph, Input=7741)
    agent = execution.graph_version.agent_id
    drafts.save(alice, agent, graph.file() | {"description": SECRET}, if_match=None)
    _, _, review = asked(alice, {"secret": SECRET}, name=SECRET)
    places.set_limit(
        alice, "alices-credential", max_concurrent=1, rate_amount=None, rate_seconds=None
    )
    here.add("agent", agent)
    here.add("version", 1, 999)
    here.add("block", block_named("CalculatorBlock").id)
    here.add("run", execution.pk)
    here.add("share", sharing.share(execution).share.pk)
    # Of another run, because anybody may see that one.
    here.add("link", sharing.share(run(alice, calculator("Shared"), Input=1)).token, NO_LINK)
    here.add("review", review.pk)
    here.add("schedule", hourly(alice, graph, name=SECRET).pk)
    preset = presets.create(
        alice, agent_id=agent, name=SECRET, inputs={"Input": SECRET}, description=SECRET
    )
    here.add("preset", preset.pk)
    here.add("credential", "alices-credential", "no-credential")
    kept = credentials.create(
        alice, provider="openai", kind=Kind.API_KEY, title=SECRET, given={"api_key": SECRET}
    )
    here.add("api", apis.add(alice, document(SECRET)).pk)
    here.add("provider", "openai", "openai")
    here.add("kind", "api_key", "api_key")
    here.add("secret", kept.pk)
    hook = webhooks.create(
        alice, url=f"https://example.org/{SECRET}", events=["execution.failed"], name=SECRET
    ).endpoint
    here.add("webhook", hook.pk)
    here.add("delivery", webhooks.test(hook).pk)
    tell(Note(alice.pk, NotificationType.AGENT_RUN, SECRET, SECRET))
    here.add("notification", Notification.objects.get(owner=alice).pk)
    # Its answer tells what it is about, to whoever has the mail.
    stop = path_for(UserFactory.create(username="ada"), {NotificationType.AGENT_RUN})
    here.add("unsubscribe", stop.removesuffix("/").rpartition("/")[2], "no-such-address")
    here.add("key", keys.create(alice, name=SECRET, scopes=[]).key.pk, 999_999)
    content = ContentFile(SECRET.encode(), name=SECRET)
    here.add("file", uploads.keep(alice.pk, content, name=SECRET).pk)
    here.add("collection", _collection(alice).pk)
    here.add("trigger_kind", "feed", "nothing")
    here.add("trigger", hooked(alice, name=SECRET, secret=f"{SECRET}-of-callers").trigger.pk)
    _published(here)
    _in_libraries(here)
    here.add("app", "accounts", "nothing")
    here.add("type", 1, 999_999)
    here.add("token", "MQ-abc", "MQ-abd")  # of a mail
    here.add("uid", "MQ", "Mg")
    here.add("passkey", 1, 999_999)
    here.add("avatar", avatars.change(alice, picture()).pk)
    here.add("elsewhere", "nothing/here")
    _sent(here, alice)
    _scheduled()
    return here


def _published(here: World) -> None:
    """Add what everybody may see: an agent of somebody else."""
    published = listed(UserFactory.create(username="carol"), "For everybody").active_version
    assert published is not None
    here.add("published", published.pk)
    here.add("card", cards.digest(published), "none")
    here.add("listing", published.listing_id)
    here.add("creator", "carol", "nobody")
    here.add("slug", "for-everybody", "nothing")
    here.add("category", "data", "none")
    here.add("section", "agents", "none")


def _sent(here: World, alice: User) -> None:
    """Send an agent to the store. Moderators read it, so it has none of her secrets."""
    waiting = submitted(alice)
    here.add("submission", waiting.pk)
    here.add("own_listing", waiting.listing_id)
    here.add("picture", pictures.keep(alice, picture((400, 300))).pk)


def row_of(app: str, model: str) -> str:
    """Return the key of a row that the staff screens of a model can show, if there is one."""
    found = apps.get_model(app, model)._base_manager.first()
    return str(found.pk) if found else "1"


def _in_libraries(here: World) -> None:
    """Let Alice have and review another's agent, and another review hers."""
    ada = UserFactory.create(username="maker")
    theirs = markets.listed(ada, calculator("Theirs"), shows_graph=True)
    hers = markets.listed(here.owner, calculator("Hers"))
    here.add("entry", markets.collected(here.owner, theirs).pk)
    here.add("listed", theirs.active_version_id)
    here.add("folder", keeping.make_folder(here.owner, SECRET).pk)
    here.add("maker", "maker", "someone-else")
    here.add("word", theirs.slug, "no-such-agent")
    about = {"version": None, "score": 4}
    ListingReview.objects.create(listing=theirs, author=here.owner, **about)
    ListingRating.objects.create(listing=theirs, total=4, count=1)
    here.add("opinion", ListingReview.objects.create(listing=hers, author=ada, **about).pk)


def _collection(owner: User) -> Collection:
    """Keep a text, and return what it is in."""
    texts = [Entry(SECRET, SECRET, {"secret": SECRET})]
    knowledge.add(owner.pk, SECRET, texts, vectors=[[1.0, 0.0]], model="m")
    return Collection.objects.get(owner=owner)


def _scheduled() -> None:
    """Make a row of each kind that django-celery-beat has staff screens for."""
    Group.objects.get_or_create(name="Some group")
    crontab = CrontabSchedule.objects.create()
    IntervalSchedule.objects.create(every=1, period="days")
    SolarSchedule.objects.create(event="sunset", latitude=0, longitude=0)
    ClockedSchedule.objects.create(clocked_time=now())
    PeriodicTask.objects.create(name="A task", task="nothing", crontab=crontab)
