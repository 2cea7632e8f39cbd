"""Libraries over the API."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.graphs.models import Agent, GraphVersion
from audit.models import Entry
from store import announcing
from store.models import LibraryAgent, Listing
from tests.factories.graphs import GraphVersionFactory
from tests.support.market import MARKER, collected, listed, publish, telling
from tests.support.runs import version_of

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]
AGENTS = "/api/v1/library/agents/"
FOLDERS = "/api/v1/library/folders/"


@pytest.fixture
def greeter(alice: User) -> Listing:
    return listed(alice, telling())


@pytest.fixture
def installed() -> Any:
    """Return the listings that were told to be in one more library."""
    told: list[Any] = []
    announcing.INSTALL_LISTENERS.append(told.extend)
    yield told
    announcing.INSTALL_LISTENERS.remove(told.extend)


def newer(alice: User, listing: Listing, **manifest: Any) -> Listing:
    """Approve another version of the listing, with this manifest."""
    assert listing.active_version is not None
    before = listing.active_version.graph_version
    version = GraphVersion.objects.create(
        agent=before.agent, version=2, is_active=False, name="Newer", document=before.document
    )
    publish(alice, version)
    listing.refresh_from_db()
    assert listing.active_version is not None
    listing.active_version.manifest = manifest
    listing.active_version.changes_summary = "Greets better"
    listing.active_version.save()
    return listing


def take(api: APIClient, listing: Listing) -> Any:
    return api.post(
        AGENTS, {"store_listing_version_id": str(listing.active_version_id)}, format="json"
    )


class TestCollecting:
    def test_an_agent_of_the_store_comes_into_the_library_and_is_not_copied(
        self, api: Api, bob: User, greeter: Listing, installed: list[Any]
    ) -> None:
        answer = take(api(bob), greeter)

        told = answer.json()
        assert answer.status_code == 201
        assert answer["Location"].endswith(f"{AGENTS}{told['id']}/")
        assert (told["graph_id"], told["graph_version"]) == (str(greeter.agent_id), 1)
        assert (told["can_access_graph"], told["standing"]) == (False, "usable")
        assert told["marketplace_listing"]["creator"] == "alice"
        assert told["is_latest_version"] is True
        assert told["available_update"] is None
        assert Agent.objects.count() == 1
        assert installed == [greeter.pk]
        assert Entry.objects.filter(action="library.collected", owner=bob.pk).count() == 1

    def test_twice_is_once(
        self, api: Api, bob: User, greeter: Listing, installed: list[Any]
    ) -> None:
        first = take(api(bob), greeter)
        second = take(api(bob), greeter)

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["id"] == second.json()["id"]
        assert installed == [greeter.pk]

    def test_creators_get_the_entry_that_they_have(
        self, api: Api, alice: User, greeter: Listing, installed: list[Any]
    ) -> None:
        answer = take(api(alice), greeter)

        assert (answer.status_code, answer.json()["id"]) == (200, str(greeter.agent_id))
        assert answer.json()["can_access_graph"] is True
        assert (LibraryAgent.objects.count(), installed) == (0, [])

    def test_what_nobody_may_see_is_not_there(self, api: Api, bob: User, greeter: Listing) -> None:
        Listing.objects.update(suspended_at="2026-01-01T00:00Z")

        unknown = api(bob).post(AGENTS, {"store_listing_version_id": str(uuid4())}, format="json")

        assert (take(api(bob), greeter).status_code, unknown.status_code) == (404, 404)
        assert LibraryAgent.objects.count() == 0

    def test_it_is_taken_out_and_in_again_and_counted_once(
        self, api: Api, bob: User, greeter: Listing, installed: list[Any]
    ) -> None:
        entry = take(api(bob), greeter).json()["id"]

        assert api(bob).delete(f"{AGENTS}{entry}/").status_code == 204
        assert api(bob).get(AGENTS).json()["agents"] == []
        assert api(bob).delete(f"{AGENTS}{entry}/").status_code == 404
        assert take(api(bob), greeter).json()["id"] == entry
        assert installed == [greeter.pk]

    def test_an_own_agent_cannot_be_taken_out(self, api: Api, alice: User) -> None:
        version = version_of(alice, telling())

        answer = api(alice).delete(f"{AGENTS}{version.agent_id}/")

        assert (answer.status_code, answer.json()["code"]) == (409, "own_agent")


class TestTheList:
    def test_own_agents_and_collected_ones_are_in_one_list(
        self, api: Api, bob: User, greeter: Listing, django_assert_num_queries: Any
    ) -> None:
        own = version_of(bob, telling("Own"))
        collected(bob, greeter)
        version_of(User.objects.get(username="alice"), telling("Hers"))

        with django_assert_num_queries(5):
            told = api(bob).get(f"{AGENTS}?sort_by=name").json()

        assert [(one["name"], one["can_access_graph"]) for one in told["agents"]] == [
            ("Greeter", False),
            ("Own", True),
        ]
        assert told["agents"][1]["id"] == str(own.agent_id)
        assert told["pagination"] == {
            "total_items": 2,
            "total_pages": 1,
            "current_page": 1,
            "page_size": 15,
        }
        assert MARKER not in str(told["agents"][0])

    def test_it_is_searched_and_chosen_from(self, api: Api, bob: User, greeter: Listing) -> None:
        version_of(bob, telling("Own"))
        entry = collected(bob, greeter)
        folder = api(bob).post(FOLDERS, {"name": "Work"}, format="json").json()["id"]
        body = {"is_favorite": True, "is_archived": True, "folder_id": folder}
        changed = api(bob).patch(f"{AGENTS}{entry.pk}/", body, format="json").json()

        def names(query: str) -> list[str]:
            return [one["name"] for one in api(bob).get(f"{AGENTS}?{query}").json()["agents"]]

        assert (changed["is_favorite"], changed["folder_id"]) == (True, folder)
        assert names("search_term=greet") == ["Greeter"]
        assert names(f"search_term={MARKER}") == []
        assert names("is_archived=false") == ["Own"]
        assert names(f"folder_id={folder}") == names("is_favorite=true") == ["Greeter"]
        assert names("page_size=1&page=2&sort_by=name") == ["Own"]
        assert [one["name"] for one in api(bob).get(f"{AGENTS}favorites/").json()["agents"]] == [
            "Greeter"
        ]

    def test_something_is_kept_about_an_own_agent(self, api: Api, alice: User) -> None:
        version = version_of(alice, telling())
        address = f"{AGENTS}{version.agent_id}/"

        assert api(alice).get(address).json()["is_favorite"] is False
        api(alice).patch(address, {"is_favorite": True}, format="json")
        assert api(alice).get(address).json()["is_favorite"] is True
        assert LibraryAgent.objects.get().pk == version.agent_id

    def test_an_entry_is_found_by_its_agent_and_by_its_listing(
        self, api: Api, bob: User, greeter: Listing
    ) -> None:
        entry = collected(bob, greeter)

        for address in (f"by-graph/{greeter.agent_id}", f"marketplace/{greeter.active_version_id}"):
            assert api(bob).get(f"{AGENTS}{address}/").json()["id"] == str(entry.pk)

    def test_others_do_not_see_it(
        self, api: Api, bob: User, charlie: User, greeter: Listing
    ) -> None:
        entry = collected(bob, greeter)

        assert api(charlie).get(f"{AGENTS}{entry.pk}/").status_code == 404
        assert api(charlie).get(AGENTS).json()["agents"] == []

    def test_a_listing_that_was_suspended_is_marked(
        self, api: Api, bob: User, greeter: Listing
    ) -> None:
        collected(bob, greeter)
        Listing.objects.update(suspended_at="2026-01-01T00:00Z")

        [told] = api(bob).get(AGENTS).json()["agents"]

        assert (told["standing"], told["can_access_graph"]) == ("suspended", False)


class TestUpdates:
    def test_a_newer_version_is_offered_with_what_changes_and_taken(
        self, api: Api, alice: User, bob: User, greeter: Listing
    ) -> None:
        entry = collected(bob, greeter)
        newer(alice, greeter, hosts=["evil.example"])

        told = api(bob).get(f"{AGENTS}{entry.pk}/").json()
        offered = told["available_update"]
        body = {"store_listing_version_id": offered["store_listing_version_id"]}
        taken = api(bob).post(f"{AGENTS}{entry.pk}/update/", body, format="json").json()

        assert (told["is_latest_version"], told["graph_version"]) == (False, 1)
        assert (offered["version"], offered["changes_summary"]) == (2, "Greets better")
        assert offered["asks_for_more"] is True
        assert offered["manifest_changes"] == {"hosts": {"added": ["evil.example"], "removed": []}}
        assert (taken["graph_version"], taken["available_update"]) == (2, None)

    def test_another_version_than_the_one_looked_at_is_not_taken(
        self, api: Api, alice: User, bob: User, greeter: Listing
    ) -> None:
        entry = collected(bob, greeter)
        newer(alice, greeter)
        body = {"store_listing_version_id": str(uuid4())}

        answer = api(bob).post(f"{AGENTS}{entry.pk}/update/", body, format="json")

        assert (answer.status_code, answer.json()["code"]) == (409, "update_changed")
        entry.refresh_from_db()
        assert entry.version is not None
        assert entry.version.number == 1

    def test_nothing_of_a_suspended_listing_is_taken(
        self, api: Api, alice: User, bob: User, greeter: Listing
    ) -> None:
        entry = collected(bob, greeter)
        newer(alice, greeter)
        Listing.objects.update(suspended_at="2026-01-01T00:00Z")
        body = {"store_listing_version_id": str(greeter.active_version_id)}

        answer = api(bob).post(f"{AGENTS}{entry.pk}/update/", body, format="json")

        assert (answer.status_code, answer.json()["code"]) == (409, "no_update")

    @pytest.mark.parametrize(
        ("wanted", "hosts", "number"),
        [(True, [], 2), (True, ["more.example"], 1), (False, [], 1)],
        ids=["wanted", "wanted, but it asks for more", "not wanted"],
    )
    def test_it_is_taken_by_itself_only_where_that_is_wanted_and_asks_for_nothing_more(  # noqa: PLR0917
        self,
        api: Api,
        alice: User,
        bob: User,
        greeter: Listing,
        wanted: bool,
        hosts: list[str],
        number: int,
    ) -> None:
        entry = collected(bob, greeter)
        api(bob).patch(f"{AGENTS}{entry.pk}/", {"auto_update_version": wanted}, format="json")

        newer(alice, greeter, hosts=hosts)
        announcing.changed(greeter.pk)

        entry.refresh_from_db()
        assert entry.version is not None
        assert entry.version.number == number


class TestForking:
    def test_a_graph_that_is_shown_becomes_an_own_agent_without_the_author_s_values(
        self, api: Api, alice: User, bob: User
    ) -> None:
        graph = telling()
        graph.nodes[0]["input_default"]["value"] = "Alice"
        listing = listed(alice, graph, shows_graph=True)
        entry = collected(bob, listing)

        answer = api(bob).post(f"{AGENTS}{entry.pk}/fork/")

        assert answer.status_code == 201, answer.content
        told = answer.json()
        made = GraphVersion.objects.get(agent=told["graph_id"])
        assert (made.agent.owner, told["name"]) == (bob, "Greeter (copy)")
        assert (made.forked_from_id, made.forked_from_version) == (listing.agent_id, 1)
        before = {node["id"] for node in listing.active_version.graph_version.document["nodes"]}  # type: ignore[union-attr]
        after = {node["id"] for node in made.document["nodes"]}
        assert not before & after
        assert made.document["nodes"][0]["input_default"]["value"] == ""

    def test_a_hidden_graph_cannot_be_copied(self, api: Api, bob: User, greeter: Listing) -> None:
        entry = collected(bob, greeter)

        answer = api(bob).post(f"{AGENTS}{entry.pk}/fork/")

        assert (answer.status_code, answer.json()["code"]) == (403, "graph_hidden")
        assert Agent.objects.filter(owner=bob).count() == 0

    def test_sub_agents_of_the_same_creator_come_along(
        self, api: Api, alice: User, bob: User
    ) -> None:
        from tests.support.graphs import GraphBuilder

        outer = GraphBuilder("Outer")
        outer.agent(telling("Inner"))
        entry = collected(bob, listed(alice, outer, shows_graph=True))

        api(bob).post(f"{AGENTS}{entry.pk}/fork/")

        assert sorted(
            GraphVersion.objects.filter(agent__owner=bob).values_list("name", flat=True)
        ) == ["Inner", "Outer (copy)"]


class TestFolders:
    def test_names_are_once_per_person_whatever_their_capitals(
        self, api: Api, alice: User, bob: User
    ) -> None:
        made = api(alice).post(FOLDERS, {"name": "Work"}, format="json")
        again = api(alice).post(FOLDERS, {"name": "work"}, format="json")
        other = api(bob).post(FOLDERS, {"name": "Work"}, format="json")

        assert [made.status_code, again.status_code, other.status_code] == [201, 409, 201]
        assert again.json()["code"] == "folder_exists"

    def test_agents_stay_when_their_folder_goes(self, api: Api, alice: User) -> None:
        version = GraphVersionFactory.create(agent__owner=alice)
        folder = api(alice).post(FOLDERS, {"name": "Work"}, format="json").json()["id"]
        address = f"{AGENTS}{version.agent_id}/"
        api(alice).patch(address, {"folder_id": folder}, format="json")

        renamed = api(alice).patch(f"{FOLDERS}{folder}/", {"name": "Play"}, format="json")
        gone = api(alice).delete(f"{FOLDERS}{folder}/")

        assert (renamed.json()["name"], gone.status_code) == ("Play", 204)
        assert api(alice).get(address).json()["folder_id"] is None

    def test_nobody_puts_an_agent_into_another_s_folder(
        self, api: Api, alice: User, bob: User
    ) -> None:
        version = GraphVersionFactory.create(agent__owner=alice)
        folder = api(bob).post(FOLDERS, {"name": "His"}, format="json").json()["id"]

        answer = api(alice).patch(
            f"{AGENTS}{version.agent_id}/", {"folder_id": folder}, format="json"
        )

        assert answer.status_code == 404
        assert LibraryAgent.objects.count() == 0
