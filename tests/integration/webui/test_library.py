"""The pages of a library."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs.models import Agent, GraphVersion
from store.models import LibraryAgent, Listing, ListingReview
from tests.integration.webui.conftest import Browse
from tests.support.market import MARKER, collected, listed, publish, telling
from tests.support.runs import run_to_end, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def greeter(alice: User) -> Listing:
    return listed(alice, telling())


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"webui:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_agent_is_taken_from_the_store_and_its_page_shows_no_graph(
    browse: Browse, bob: User, greeter: Listing
) -> None:
    client = browse(bob)

    answer = client.post(reverse("webui:library-get", args=[greeter.active_version_id]))

    assert answer["Location"] == reverse("webui:agent", args=[greeter.agent_id])
    shown = page(client, "agent", greeter.agent_id)
    assert "From the store, by" in shown
    assert "does not show what it consists of" in shown
    assert MARKER not in shown


def test_the_list_has_own_agents_and_collected_ones(
    browse: Browse, bob: User, greeter: Listing, django_assert_max_num_queries: object
) -> None:
    version_of(bob, telling("Mine"))
    collected(bob, greeter)
    client = browse(bob)

    shown = page(client, "agents")

    assert shown.count('class="agent"') == 2
    assert "by alice" in shown
    only = client.get(reverse("webui:agents"), {"show": "collected"}).content.decode()
    assert only.count('class="agent"') == 1
    found = client.get(reverse("webui:agents"), {"q": "greet"}).content.decode()
    assert found.count('class="agent"') == 1


def test_what_is_archived_is_under_its_own_choice(
    browse: Browse, bob: User, greeter: Listing
) -> None:
    entry = collected(bob, greeter)
    client = browse(bob)

    client.post(
        reverse("webui:library-keep", args=[entry.pk]),
        {"is_archived": "on", "is_favorite": "on", "new_folder": "Work"},
    )

    entry.refresh_from_db()
    assert (entry.is_archived, entry.is_favorite, entry.folder and entry.folder.name) == (
        True,
        True,
        "Work",
    )
    assert 'class="agent"' not in page(client, "agents")
    archived = client.get(reverse("webui:agents"), {"show": "archived"}).content.decode()
    assert archived.count('class="agent"') == 1


def test_it_is_run_from_its_page(browse: Browse, bob: User, greeter: Listing) -> None:
    collected(bob, greeter)
    client = browse(bob)

    wrong = client.post(reverse("webui:start", args=[greeter.agent_id]), {"version": "999"})
    answer = client.post(
        reverse("webui:start", args=[greeter.agent_id]), {"version": "1", "input-0": "Bob"}
    )

    execution = Execution.objects.get()
    assert wrong.status_code == 404
    assert answer["Location"] == reverse("webui:run", args=[execution.pk])
    run_to_end(execution)
    shown = page(client, "run", execution.pk)
    assert "Hello, Bob" in shown
    assert MARKER not in shown


def test_a_newer_version_is_shown_with_what_it_asks_for_and_taken(
    browse: Browse, alice: User, bob: User, greeter: Listing
) -> None:
    entry = collected(bob, greeter)
    before = entry.version.graph_version  # type: ignore[union-attr]
    newer = GraphVersion.objects.create(
        agent=before.agent, version=2, is_active=False, name="Newer", document=before.document
    )
    made = publish(alice, newer).active_version
    assert made is not None
    made.manifest = {"hosts": ["mail.example"]}
    made.save()
    client = browse(bob)

    shown = page(client, "agent", greeter.agent_id)
    client.post(reverse("webui:library-update", args=[entry.pk]), {"version": str(made.pk)})

    assert "It asks for more than the one that you have" in shown
    assert "New: mail.example" in shown
    entry.refresh_from_db()
    assert entry.version_id == made.pk


def test_a_review_is_written_by_who_ran_it(browse: Browse, bob: User, greeter: Listing) -> None:
    entry = collected(bob, greeter)
    client = browse(bob)
    assert "Your review" not in page(client, "agent", greeter.agent_id)
    client.post(reverse("webui:start", args=[greeter.agent_id]), {"version": "1", "input-0": "Bob"})
    run_to_end(Execution.objects.get())

    assert "Your review" in page(client, "agent", greeter.agent_id)
    client.post(
        reverse("webui:library-review", args=[entry.pk]), {"score": "4", "comments": "Good."}
    )

    review = ListingReview.objects.get()
    assert (review.score, review.comments, review.author) == (4, "Good.", bob)


def test_a_hidden_graph_is_not_copied_and_a_shown_one_is(
    browse: Browse, alice: User, bob: User, greeter: Listing
) -> None:
    hidden = collected(bob, greeter)
    shown = collected(bob, listed(alice, telling("Open"), shows_graph=True))
    client = browse(bob)

    client.post(reverse("webui:library-fork", args=[hidden.pk]))
    assert Agent.objects.filter(owner=bob).count() == 0
    client.post(reverse("webui:library-fork", args=[shown.pk]))
    assert GraphVersion.objects.get(agent__owner=bob).name == "Open (copy)"


def test_it_is_removed_once_that_is_confirmed(browse: Browse, bob: User, greeter: Listing) -> None:
    entry = collected(bob, greeter)
    client = browse(bob)

    assert "Remove “Greeter”?" in page(client, "library-remove", entry.pk)
    client.post(reverse("webui:library-remove", args=[entry.pk]))

    assert LibraryAgent.objects.visible_to(bob).count() == 0
    assert client.get(reverse("webui:agent", args=[greeter.agent_id])).status_code == 404
