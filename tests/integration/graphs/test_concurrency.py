"""Several people and processes at the same agent at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from agents.graphs import drafts, services
from agents.graphs.errors import DraftConflict, VersionConflict
from agents.graphs.models import Agent, GraphVersion
from tests.support.graphs import calculator

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 4


def at_once(work: Callable[[], Any]) -> list[Any]:
    """Return what each of several threads got from the work, or the refusal that it met."""

    def attempt(_: int) -> Any:
        try:
            return work()
        except (VersionConflict, DraftConflict) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(TIMES) as threads:
        return list(threads.map(attempt, range(TIMES)))


def test_versions_saved_at_once_get_numbers_of_their_own(alice: User) -> None:
    version = services.create_agent(alice, calculator().file())
    saved = at_once(lambda: services.save_version(version.agent, version.document))

    assert sorted(one.version for one in saved) == [2, 3, 4, 5]
    assert [one.version for one in GraphVersion.objects.active()] == [5]


def test_of_changes_to_the_same_version_one_wins(alice: User) -> None:
    version = services.create_agent(alice, calculator().file())
    saved = at_once(lambda: services.save_version(version.agent, version.document, if_match={1}))

    assert sum(isinstance(one, VersionConflict) for one in saved) == TIMES - 1
    assert [one.version for one in GraphVersion.objects.order_by("version")] == [1, 2]


def test_samples_loaded_at_once_are_loaded_once(alice: User) -> None:
    loaded = at_once(lambda: services.load_samples(alice))

    assert sum(bool(versions) for versions in loaded) == 1
    assert Agent.objects.exclude(sample=None).count() == len(max(loaded, key=len)) > 0


def test_of_drafts_saved_on_the_same_revision_one_wins(alice: User) -> None:
    version = services.create_agent(alice, calculator().file())
    graph = drafts.read(alice, version.agent_id).as_json()["graph"]
    names = iter("ABCD")
    saved = at_once(
        lambda: drafts.save(
            alice, version.agent_id, {**graph, "name": next(names)}, if_match={0}
        ).document["name"]
    )

    [won] = [one for one in saved if isinstance(one, str)]
    assert drafts.read(alice, version.agent_id).document["name"] == won
    assert Agent.objects.get().revision == 1


def test_a_draft_published_at_once_becomes_one_version(alice: User) -> None:
    version = services.create_agent(alice, calculator().file())
    graph = drafts.read(alice, version.agent_id).as_json()["graph"]
    drafts.save(alice, version.agent_id, {**graph, "name": "New"}, if_match={0})
    published = at_once(lambda: drafts.publish(alice, version.agent_id, if_match={1})[0].version)

    assert published == [2, 2, 2, 2]
    assert version.agent.versions.count() == 2
