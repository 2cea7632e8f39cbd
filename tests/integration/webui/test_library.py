"""The pages of a library."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs.models import Agent, GraphVersion
from credentials import services as credentials
from credentials.kinds import Kind
from store.models import LibraryAgent, Listing, ListingReview
from tests.integration.webui.conftest import Browse
from tests.support import lockers
from tests.support.graphs import GraphBuilder
from tests.support.market import MARKER, collected, listed, publish, telling
from tests.support.runs import run_to_end, version_of
from uploads.models import Upload

pytestmark = pytest.mark.django_db
SECRET = "quince-5519"


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


def test_a_file_for_anothers_agent_is_kept_by_who_gives_it(
    browse: Browse, bob: User, alice: User
) -> None:
    reads = GraphBuilder("Reads")
    value = reads.node("AgentFileInputBlock", name="in")
    reads.link(value, "result", reads.output("out"), "value")
    listing = listed(alice, reads)
    collected(bob, listing)

    answer = browse(bob).post(
        reverse("webui:start", args=[listing.agent_id]),
        {"version": "1", "input-0": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")},
    )

    assert answer.status_code == 302
    upload = Upload.objects.get()
    assert upload.owner_id == bob.pk
    assert Execution.objects.get().inputs == {"in": upload.uri}


def test_what_an_author_keeps_secret_is_on_no_page_of_others(
    browse: Browse, bob: User, alice: User
) -> None:
    graph = GraphBuilder("Keeps")
    value = graph.node("AgentShortTextInputBlock", name="in", secret=True, value=SECRET)
    graph.link(value, "result", graph.output("out"), "value")
    listing = listed(alice, graph)
    collected(bob, listing)
    client = browse(bob)

    assert SECRET not in page(client, "agent", listing.agent_id)
    again = client.post(reverse("webui:start", args=[listing.agent_id]), {"version": "999"})
    assert SECRET not in again.content.decode()


@pytest.mark.parametrize(
    "form", ["", "presets/new/", "schedules/new/", "triggers/new/feed/", "triggers/new/agent/"]
)
def test_forms_offer_nobody_elses_credentials(
    browse: Browse, bob: User, alice: User, form: str
) -> None:
    graph = GraphBuilder("Asks")
    with lockers.registered():
        graph.node("Ask")
        listing = listed(alice, graph)
        collected(bob, listing)
        for owner, title in ((alice, "Of the creator"), (bob, "Of the collector")):
            credentials.create(
                owner, provider="openai", kind=Kind.API_KEY, title=title, given={"api_key": "sk"}
            )

        answer = browse(bob).get(f"/agents/{listing.agent_id}/{form}")

    assert answer.status_code in {200, 404}
    shown = answer.content.decode()
    assert "Of the creator" not in shown
    assert answer.status_code == 404 or "Of the collector" in shown
