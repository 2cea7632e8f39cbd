"""Which version a start runs, and that nobody starts what is not theirs."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.graphs import startable
from agents.graphs.models import GraphVersion
from agents.graphs.references import LAST_VERSION
from kernel.access import Grant, Scope
from tests.factories.graphs import GraphVersionFactory


@pytest.fixture
def versions(alice: User) -> list[GraphVersion]:
    """Versions 1 and 2 of an agent of Alice; the second one is active."""
    first = GraphVersionFactory.create(agent__owner=alice, version=1, is_active=False)
    return [first, GraphVersionFactory.create(agent=first.agent, version=2)]


@pytest.fixture
def find(versions: list[GraphVersion]) -> Callable[..., GraphVersion | None]:
    agent = versions[0].agent_id
    return lambda user, version=None: startable.find(user, agent, version)


def test_the_active_version_and_any_other_by_its_number(
    alice: User, versions: list[GraphVersion], find: Callable[..., GraphVersion | None]
) -> None:
    assert [find(alice), find(alice, 1), find(alice, 2)] == [versions[1], *versions]


def test_all_of_it_is_there_but_the_document(
    alice: User, versions: list[GraphVersion], find: Callable[..., GraphVersion | None]
) -> None:
    found = find(alice)
    assert found is not None
    assert found.get_deferred_fields() == {"document"}
    assert {name: getattr(found, name) for name in startable.FIELDS} == {
        name: getattr(versions[1], name) for name in startable.FIELDS
    }


@pytest.mark.parametrize("version", [0, -1, 3, LAST_VERSION, LAST_VERSION + 1, 10**40])
def test_a_number_that_no_version_has_finds_nothing(
    alice: User, find: Callable[..., GraphVersion | None], version: int
) -> None:
    assert find(alice, version) is None


def test_nobody_starts_what_another_one_has(
    bob: User, find: Callable[..., GraphVersion | None]
) -> None:
    assert [find(bob), find(bob, 1)] == [None, None]


def test_what_is_deleted_is_not_started(
    alice: User, versions: list[GraphVersion], find: Callable[..., GraphVersion | None]
) -> None:
    agent = versions[0].agent
    agent.deleted_at = now()
    agent.save()

    assert [find(alice), find(alice, 1)] == [None, None]


def test_a_snapshot_of_a_draft_is_no_version(
    alice: User, versions: list[GraphVersion], find: Callable[..., GraphVersion | None]
) -> None:
    GraphVersionFactory.create(
        agent=versions[0].agent, version=3, is_active=False, snapshot="of a draft"
    )

    assert find(alice, 3) is None


@pytest.mark.parametrize(("scope", "starts"), [("EXECUTE_GRAPH", True), ("READ_GRAPH", False)])
def test_a_key_starts_with_the_scope_for_it_alone(
    alice: User, find: Callable[..., GraphVersion | None], scope: str, starts: bool
) -> None:
    alice.grant = Grant(frozenset({Scope(scope)}))

    assert (find(alice) is not None, find(alice, 1) is not None) == (starts, starts)


def test_an_agent_that_does_not_exist_is_not_found(alice: User) -> None:
    assert startable.find(alice, uuid4(), None) is None
