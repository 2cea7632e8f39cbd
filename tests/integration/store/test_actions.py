"""What creators and moderators do, by each of the cast, twice, and at the same time."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.models import User
from agents.graphs import services as graphs
from audit.models import Entry
from kernel.errors import NotFound, TrellisError
from notifications.models import Notification
from store import announcing, manifest
from store.actions.approve import approve
from store.actions.edit import edit
from store.actions.reject import reject
from store.actions.restore import restore
from store.actions.submit import send, submit
from store.actions.suspend import suspend
from store.actions.withdraw import withdraw
from store.deciding import Comments
from store.errors import (
    AlreadyDecided,
    InvalidListing,
    ListingSuspended,
    ModeratorsOnly,
    NotDecidable,
    NotScreened,
    NotYours,
    SlugTaken,
    SubAgentNotPublic,
    SubmissionChanged,
    SubmissionClosed,
    SubmissionOpen,
)
from store.models import Decision, Finding, Listing, ListingVersion
from store.moderation import MOVES, Action, Role, State
from tests.factories.accounts import UserFactory
from tests.support.graphs import GraphBuilder, calculator
from tests.support.places import at_once
from tests.support.store import SAID, agent, approved, moderator, screened, submitted

pytestmark = pytest.mark.django_db
WHY = Comments("Say what it needs.", "Second time.")


def state_of(pk: UUID) -> str:
    return ListingVersion.objects.get(pk=pk).status


# Submit


def test_a_submission_says_what_its_creator_said_of_the_version_that_was_named(
    alice: User, sent: list[UUID], django_capture_on_commit_callbacks: Any
) -> None:
    version = agent(alice)
    graphs.save_version(version.agent, version.document)

    with django_capture_on_commit_callbacks(execute=True):
        made = submit(alice, version.agent_id, version=1, fields=SAID, slug="sums")

    made.refresh_from_db()
    assert {name: getattr(made, name) for name in SAID} == SAID
    assert (made.number, made.status, made.listing.slug) == (1, State.PENDING, "sums")
    assert made.graph_version_id == version.pk
    assert made.submitted_at is not None
    assert made.manifest["blocks"] == {"Agent Input": 1, "Agent Output": 1, "Calculator": 1}
    assert made.manifest_digest == manifest.digest(made.manifest)
    assert sent == [made.pk]
    [decision] = Decision.objects.all()
    assert (decision.action, decision.by, decision.role) == ("submit", alice, "creator")
    assert [
        (one.action, one.object_label)
        for one in Entry.objects.filter(action__startswith="listing.")
    ] == [("listing.submitted", "sums")]


def test_a_slug_is_made_of_the_name_where_none_is_chosen(alice: User) -> None:
    assert submitted(alice, name="Tea & Cake: 2nd party!").listing.slug == "tea-cake-2nd-party"
    assert submitted(alice, name="茶").listing.slug == "agent"


def test_the_same_submission_again_is_the_same_one(alice: User) -> None:
    version = agent(alice)
    first = submit(alice, version.agent_id, fields=SAID)
    again = submit(alice, version.agent_id, fields=SAID)

    assert again.pk == first.pk
    assert Decision.objects.count() == 1


def test_another_submission_is_refused_while_one_waits(alice: User) -> None:
    waiting = submitted(alice)

    with pytest.raises(SubmissionOpen) as refused:
        submit(alice, waiting.listing.agent_id, fields={**SAID, "name": "Another"})

    assert refused.value.members == {"store_listing_version_id": str(waiting.pk)}
    assert [one.name for one in ListingVersion.objects.all()] == ["Calculator"]


def test_a_slug_of_another_listing_is_refused(alice: User) -> None:
    submitted(alice)

    with pytest.raises(SlugTaken):
        submit(alice, agent(alice).agent_id, fields=SAID)

    assert Listing.objects.count() == 1


def test_the_slug_of_what_is_published_stays(alice: User, mona: User) -> None:
    listing = approved(alice, by=mona).listing

    with pytest.raises(InvalidListing, match="links lead there"):
        submit(alice, listing.agent_id, fields=SAID, slug="other")

    assert Listing.objects.get().slug == "calculator"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "x" * 501, "too_long"),
        ("description", "bell \x07", "control_characters"),
        ("description", "\ud800", "control_characters"),
        ("video_url", "javascript:alert(1)", "invalid_url"),
        ("video_url", "https://user:password@example.org/", "invalid_url"),
        ("categories", ["cooking"], "unknown_category"),
        ("categories", ["data", "sales", "other", "research"], "too_many"),
        ("recommended_schedule", "every day", "not_cron"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(
    alice: User, field: str, value: Any, code: str
) -> None:
    with pytest.raises(InvalidListing) as refused:
        submit(alice, agent(alice).agent_id, fields={**SAID, field: value})

    assert [one.code for one in refused.value.errors] == [code]
    assert not Listing.objects.exists()


@pytest.mark.parametrize("field", ["sub_heading", "description", "categories"])
def test_what_is_sent_is_complete(alice: User, field: str) -> None:
    fields = {name: value for name, value in SAID.items() if name != field}
    version = agent(alice)

    with pytest.raises(InvalidListing, match=field):
        submit(alice, version.agent_id, fields=fields)
    assert not Listing.objects.exists()

    assert submit(alice, version.agent_id, fields=fields, draft=True).status == State.DRAFT


def test_somebody_else_s_agent_is_not_there(alice: User, charlie: User) -> None:
    with pytest.raises(NotFound):
        submit(charlie, agent(alice).agent_id, fields=SAID)

    assert not Listing.objects.exists()


# Sub-agents


def family() -> GraphBuilder:
    builder = GraphBuilder("Boss")
    builder.agent(calculator("Helper"))
    return builder


def boss_of(owner: User, helper: Any) -> Any:
    """Return an agent of the owner's that runs the version, whoever's that is."""
    sub = calculator("Helper")
    sub.id, sub.version = str(helper.agent_id), helper.version
    builder = GraphBuilder("Boss")
    builder.agent(sub)
    builder.sub_graphs = []
    version = agent(owner)
    return graphs.save_version(version.agent, {**builder.file(), "id": str(version.agent_id)})


def test_sub_agents_come_along_in_their_versions(alice: User) -> None:
    version = agent(alice, family())
    made = submitted(alice, version)

    [helper] = made.sub_agents.all()
    assert helper.name == "Helper"
    assert made.manifest["sub_agents"] == [
        {"graph_id": str(helper.agent_id), "version": helper.version, "name": "Helper"}
    ]


def test_somebody_else_s_private_agent_does_not_come_along(alice: User, charlie: User) -> None:
    version = boss_of(alice, agent(charlie))

    with pytest.raises(SubAgentNotPublic, match="neither yours nor in the store"):
        submit(alice, version.agent_id, fields=SAID)

    assert not Listing.objects.exists()


def test_somebody_else_s_agent_comes_along_as_long_as_it_is_in_the_store(
    alice: User, charlie: User, mona: User
) -> None:
    helper = agent(charlie)
    listed = approved(charlie, helper, by=mona)
    made = submitted(alice, boss_of(alice, helper))
    assert [one.pk for one in made.sub_agents.all()] == [helper.pk]

    suspend(mona, listed.listing_id, reason="Spam")
    with pytest.raises(SubAgentNotPublic):
        approve(mona, made.pk)

    assert state_of(made.pk) == State.PENDING


# Edit and withdraw


def test_an_edit_changes_what_is_named_and_is_screened_anew(
    alice: User, sent: list[UUID], django_capture_on_commit_callbacks: Any
) -> None:
    waiting = submitted(alice)
    with django_capture_on_commit_callbacks(execute=True):
        edit(alice, waiting.pk, fields={"name": "Sums"})

    waiting.refresh_from_db()
    assert (waiting.name, waiting.sub_heading) == ("Sums", SAID["sub_heading"])
    assert (waiting.status, waiting.revision, waiting.is_screened) == (State.PENDING, 2, False)
    assert sent == [waiting.pk]


def test_an_edit_that_changes_nothing_is_not_written_down(alice: User) -> None:
    waiting = submitted(alice)
    edit(alice, waiting.pk, fields=SAID)

    waiting.refresh_from_db()
    assert (waiting.revision, waiting.is_screened) == (1, True)
    assert [one.action for one in Decision.objects.all()] == ["submit"]


def test_a_draft_is_sent_once(alice: User) -> None:
    draft = submitted(alice, draft=True)

    assert send(alice, draft.pk).status == State.PENDING
    assert send(alice, draft.pk).status == State.PENDING
    assert [one.action for one in Decision.objects.all()] == ["submit"]


def test_withdrawing_twice_is_withdrawing_once(alice: User) -> None:
    waiting = submitted(alice)

    assert withdraw(alice, waiting.pk).status == State.WITHDRAWN
    assert withdraw(alice, waiting.pk).status == State.WITHDRAWN
    assert [one.action for one in Decision.objects.order_by("pk")] == ["submit", "withdraw"]


def test_the_version_before_stands_in_for_one_that_is_withdrawn(alice: User, mona: User) -> None:
    first = approved(alice, by=mona)
    listing = first.listing
    second = submitted(alice, first.graph_version, changes_summary="Better")
    approve(mona, second.pk)
    assert Listing.objects.get().active_version_id == second.pk

    withdraw(alice, second.pk)
    assert Listing.objects.get().active_version_id == first.pk
    assert list(Listing.objects.public()) == [listing]

    withdraw(alice, first.pk)
    assert Listing.objects.get().active_version_id is None
    assert not Listing.objects.public().exists()


# Approve, reject, suspend, restore


def test_an_approved_version_is_what_everybody_gets(alice: User, mona: User) -> None:
    waiting = submitted(alice)
    approve(mona, waiting.pk, comments=Comments("Well done.", "Looked at twice."), revision=1)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.reviewer) == (State.APPROVED, mona)
    assert waiting.review_comments == "Well done."
    assert waiting.internal_comments == "Looked at twice."
    [listing] = Listing.objects.public()
    assert listing.active_version_id == waiting.pk
    [note] = Notification.objects.all()
    assert (note.owner, note.kind, note.text) == (alice, "AGENT_APPROVED", "Well done.")
    assert "Looked at twice" not in note.text + note.title


def test_what_becomes_of_the_agent_after_approval_changes_nothing(alice: User, mona: User) -> None:
    version = agent(alice)
    listed = approved(alice, version, by=mona)
    before = dict(listed.manifest)
    changed = calculator("Evil")
    changed.node("SendWebRequestBlock", url="https://evil.example.com/")
    graphs.save_version(version.agent, {**changed.file(), "id": str(version.agent_id)})

    listed.refresh_from_db()
    assert listed.graph_version_id == version.pk
    assert listed.graph_version.version == 1
    assert listed.manifest == before
    assert "evil" not in str(listed.graph_version.document)


def test_a_rejected_version_goes_back_with_the_reasons(alice: User, mona: User) -> None:
    waiting = submitted(alice)

    with pytest.raises(InvalidListing, match="comments"):
        reject(mona, waiting.pk, comments=Comments(" "))
    assert state_of(waiting.pk) == State.PENDING

    reject(mona, waiting.pk, comments=WHY)
    assert state_of(waiting.pk) == State.REJECTED
    [note] = Notification.objects.all()
    assert (note.kind, note.text) == ("AGENT_REJECTED", WHY.public)
    again = submitted(alice, waiting.graph_version)
    assert (again.number, again.status) == (2, State.PENDING)


def test_a_rejected_new_version_leaves_the_approved_one(alice: User, mona: User) -> None:
    first = approved(alice, by=mona)
    second = submitted(alice, first.graph_version, changes_summary="More")
    reject(mona, second.pk, comments=WHY)

    assert Listing.objects.public().get().active_version_id == first.pk


def test_deciding_twice_is_deciding_once(alice: User, mona: User) -> None:
    waiting = submitted(alice)
    approve(mona, waiting.pk)
    approve(mona, waiting.pk)

    assert [one.action for one in Decision.objects.order_by("pk")] == ["submit", "approve"]
    assert Notification.objects.get().count == 1


def test_a_second_moderator_is_told_who_was_first(alice: User, mona: User) -> None:
    waiting = submitted(alice)
    approve(mona, waiting.pk)

    with pytest.raises(AlreadyDecided, match="approved already, by mona"):
        reject(moderator("max"), waiting.pk, comments=WHY)

    assert state_of(waiting.pk) == State.APPROVED


def test_what_was_edited_meanwhile_is_looked_at_again(alice: User, mona: User) -> None:
    waiting = submitted(alice)
    edit(alice, waiting.pk, fields={"name": "Sums"})
    screened(waiting.pk)

    with pytest.raises(SubmissionChanged):
        approve(mona, waiting.pk, revision=1)

    assert state_of(waiting.pk) == State.PENDING


def test_what_is_not_screened_is_not_decided(alice: User, mona: User) -> None:
    waiting = submit(alice, agent(alice).agent_id, fields=SAID)

    with pytest.raises(NotScreened):
        approve(mona, waiting.pk)

    assert state_of(waiting.pk) == State.PENDING


def test_a_deleted_agent_is_not_approved(alice: User, mona: User) -> None:
    waiting = submitted(alice)
    graphs.delete(waiting.listing.agent)

    with pytest.raises(NotDecidable, match="deleted the agent"):
        approve(mona, waiting.pk)


def test_a_suspended_listing_is_gone_until_it_is_restored(alice: User, mona: User) -> None:
    listed = approved(alice, by=mona)
    newer = submitted(alice, listed.graph_version, name="Newer")

    suspend(mona, listed.listing_id, reason="It sends spam.", internal="Two complaints")
    suspend(mona, listed.listing_id, reason="Again")
    assert not Listing.objects.public().exists()
    assert Listing.objects.get().suspended_reason == "It sends spam."
    with pytest.raises(ListingSuspended):
        approve(mona, newer.pk)

    restore(mona, listed.listing_id)
    restore(mona, listed.listing_id)
    assert Listing.objects.public().exists()
    assert Listing.objects.get().suspended_reason == ""
    assert [one.action for one in Decision.objects.order_by("pk")] == [
        *("submit", "approve", "submit", "suspend", "restore")
    ]


def test_those_above_hear_of_every_decision_in_its_transaction(alice: User, mona: User) -> None:
    heard: list[Any] = []
    with patch.object(announcing, "LISTENERS", [heard.extend]):
        listed = approved(alice, by=mona)
        suspend(mona, listed.listing_id, reason="Spam")
        restore(mona, listed.listing_id)
        withdraw(alice, listed.pk)

    assert heard == [listed.listing_id] * 5


# Every state, action and role


def act(action: Action, user: User, version: ListingVersion) -> Any:
    pk, listing = version.pk, version.listing_id
    acts: dict[Action, Callable[[], Any]] = {
        Action.EDIT: lambda: edit(user, pk, fields={"name": "Edited"}),
        Action.SUBMIT: lambda: send(user, pk),
        Action.WITHDRAW: lambda: withdraw(user, pk),
        Action.APPROVE: lambda: approve(user, pk),
        Action.REJECT: lambda: reject(user, pk, comments=WHY),
        Action.SUSPEND: lambda: suspend(user, listing, reason="Spam"),
        Action.RESTORE: lambda: restore(user, listing),
    }
    return acts[action]()


def in_state(state: State, owner: User, by: User) -> ListingVersion:
    made = submitted(owner, draft=state is State.DRAFT)
    match state:
        case State.APPROVED:
            approve(by, made.pk)
        case State.REJECTED:
            reject(by, made.pk, comments=WHY)
        case State.WITHDRAWN:
            withdraw(owner, made.pk)
    if state is State.DRAFT:
        ListingVersion.objects.filter(pk=made.pk).update(screened_revision=made.revision)
    return ListingVersion.objects.select_related("listing").get(pk=made.pk)


ACTORS = ("creator", "stranger", "moderator", "moderating creator", "administrator")
SAME = {  # what is so already
    (Action.SUBMIT, State.PENDING),
    (Action.WITHDRAW, State.WITHDRAWN),
    *((Action.RESTORE, state) for state in State),
}


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", list(Action))
def test_every_action_in_every_state_by_everybody(action: Action, state: State, actor: str) -> None:
    other = moderator("max")
    owner = other if actor == "moderating creator" else UserFactory.create()
    people = {
        "creator": owner,
        "stranger": UserFactory.create(),
        "moderator": moderator("mona"),
        "moderating creator": other,
        "administrator": UserFactory.create(username="root", is_superuser=True, is_staff=True),
    }
    user = people[actor]
    version = in_state(state, owner, UserFactory.create(username="r2", is_superuser=True))
    is_creator = user.pk == owner.pk
    decisions = Decision.objects.count()

    of_creators = action in {Action.EDIT, Action.SUBMIT, Action.WITHDRAW}
    may = is_creator if of_creators else actor in {"moderator", "administrator"}
    goes = action not in MOVES or state in MOVES[action]
    expected: type[TrellisError] | None = None
    if not may:
        expected = (
            NotFound
            if of_creators
            else NotYours
            if actor == "moderating creator"
            else ModeratorsOnly
        )
    elif not goes and (action, state) not in SAME:
        expected = SubmissionClosed if of_creators else NotDecidable

    if expected is not None:
        with pytest.raises(expected):
            act(action, user, version)
        assert state_of(version.pk) == state
        assert Decision.objects.count() == decisions
        return
    act(action, user, version)
    wanted = MOVES[action].get(state, state) if action in MOVES else state
    assert state_of(version.pk) == wanted
    assert Decision.objects.count() == decisions + ((action, state) not in SAME)


def test_what_does_not_exist_is_not_found(alice: User, mona: User) -> None:
    for action in (
        lambda: withdraw(alice, uuid4()),
        lambda: approve(mona, uuid4()),
        lambda: suspend(mona, uuid4(), reason="Spam"),
    ):
        with pytest.raises(NotFound):
            action()


# At once


def outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except TrellisError as refusal:
        return refusal
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_at_once_one_decides(alice: User) -> None:
    waiting = submitted(alice)
    one, two = moderator("one"), moderator("two")

    met = at_once(
        2,
        lambda index: outcome(
            lambda: approve(one, waiting.pk) if index else reject(two, waiting.pk, comments=WHY)
        ),
    )

    assert sum(isinstance(each, AlreadyDecided) for each in met) == 1
    [decided] = Decision.objects.exclude(action="submit")
    assert decided.after == state_of(waiting.pk) in {State.APPROVED, State.REJECTED}
    assert Listing.objects.public().exists() == (decided.action == "approve")


@pytest.mark.django_db(transaction=True)
def test_when_a_creator_withdraws_while_it_is_approved_nobody_gets_it_in_the_end(
    alice: User,
) -> None:
    waiting = submitted(alice)
    mona = moderator("mona")

    met = at_once(
        2,
        lambda index: outcome(
            lambda: approve(mona, waiting.pk) if index else withdraw(alice, waiting.pk)
        ),
    )

    # Either it was approved and then taken back, or there was nothing left to approve.
    refused = [each for each in met if isinstance(each, TrellisError)]
    assert all(isinstance(each, NotDecidable) for each in refused)
    actions = [one.action for one in Decision.objects.order_by("pk")]
    assert actions == (["submit", "withdraw"] if refused else ["submit", "approve", "withdraw"])
    assert state_of(waiting.pk) == State.WITHDRAWN
    assert not Listing.objects.public().exists()


@pytest.mark.django_db(transaction=True)
def test_of_submissions_at_once_one_is_made(alice: User) -> None:
    version = agent(alice)

    met = at_once(
        4,
        lambda index: outcome(
            lambda: submit(alice, version.agent_id, fields={**SAID, "name": f"Name {index}"})
        ),
    )

    assert sum(isinstance(each, SubmissionOpen) for each in met) == 3
    assert ListingVersion.objects.count() == Listing.objects.count() == 1


def test_roles_are_named_in_decisions(alice: User, mona: User) -> None:
    approved(alice, by=mona)

    assert [one.role for one in Decision.objects.order_by("pk")] == [Role.CREATOR, Role.MODERATOR]
    assert not Finding.objects.exists()
