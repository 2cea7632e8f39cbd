"""The public API: the shapes that clients know, and never anything but what is public."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from agents.graphs import services
from agents.graphs.models import GraphVersion
from market.models import Entry, FeaturedListing
from store.models import Listing
from store.moderation import State
from tests.factories.graphs import AgentFactory, GraphVersionFactory, document
from tests.factories.market import listed, version
from tests.support.graphs import GraphBuilder, block_named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]
API = "/api/v1"
SECRET = "sk-Alices-secret-7741"


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"})


def got(anybody: Client, path: str, **given: Any) -> Any:
    answer = anybody.get(f"{API}/{path}", given)
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestStore:
    def test_agents_have_the_shape_that_clients_know(self, anybody: Client, alice: User) -> None:
        made = listed(alice, "Tea", sub_heading="Hot", description="**Very** hot.")
        Entry.objects.filter(pk=made.pk).update(runs=3, rating_total=9, rating_count=2, score=4)

        found = got(anybody, "store/agents/")

        [agent] = found["agents"]
        image = agent.pop("agent_image")
        assert f"/market/cards/{made.active_version_id}/" in image
        assert agent.pop("last_updated")
        assert agent == {
            "slug": "tea",
            "agent_name": "Tea",
            "creator": "alice",
            "creator_avatar": None,
            "sub_heading": "Hot",
            "description": "Very hot.",
            "categories": ["data"],
            "runs": 3,
            "rating": 4.5,
            "rating_count": 2,
            "downloads": 0,
            "store_listing_version_id": str(made.active_version_id),
        }
        assert found["pagination"] == {
            "total_items": 1,
            "total_pages": 1,
            "current_page": 1,
            "page_size": 20,
        }

    def test_they_are_searched_narrowed_and_sorted(
        self, anybody: Client, alice: User, bob: User
    ) -> None:
        one = listed(alice, "Tea one", categories=["sales"])
        two = listed(bob, "Tea two")
        Entry.objects.filter(pk=two.pk).update(runs=5)
        FeaturedListing.objects.create(listing=one)

        def slugs(**given: Any) -> list[str]:
            return [agent["slug"] for agent in got(anybody, "store/agents/", **given)["agents"]]

        assert slugs(search_query="tea", sorted_by="runs") == ["tea-two", "tea-one"]
        assert slugs(category="sales") == slugs(featured="true") == slugs(creator="Alice")
        assert slugs(category="sales") == ["tea-one"]
        assert slugs(sorted_by="name", page_size=1, page=2) == ["tea-two"]

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"page": "0"}, "invalid_page"),
            ({"page": "x"}, "invalid_page"),
            ({"page_size": "0"}, "invalid_page_size"),
            ({"page_size": "101"}, "invalid_page_size"),
        ],
    )
    def test_pages_that_are_none_are_refused(
        self, anybody: Client, given: dict[str, str], code: str
    ) -> None:
        for path in ("store/agents/", "store/creators/", "market/agents/", "market/search/"):
            answer = anybody.get(f"{API}/{path}", given)
            assert (answer.status_code, answer.json()["code"]) == (400, code)

    def test_an_agent_is_found_by_creator_and_slug_and_by_a_version(
        self, anybody: Client, alice: User
    ) -> None:
        made = listed(alice, "Tea", description="**Hot**", manifest={"hosts": ["a.example"]})
        old = made.active_version
        assert old is not None
        version(made, "Tea", changes_summary="Hotter")

        found = got(anybody, "store/agents/ALICE/tea/")

        assert found == got(anybody, f"store/agents/{old.pk}/")
        assert found["versions"] == ["2", "1"]
        assert found["version_history"][0]["changes_summary"] == "Hotter"
        assert found["can_download"] is True
        assert found["page"].endswith("/market/agents/alice/tea/")
        assert len(found["agent_image"]) == 1

    def test_creators_are_told_with_sums_of_what_is_public(
        self, anybody: Client, alice: User, bob: User
    ) -> None:
        shown, hidden = listed(alice, "Shown"), listed(alice, "Hidden")
        Entry.objects.update(runs=4, rating_total=10, rating_count=2)
        Listing.objects.filter(pk=hidden.pk).update(suspended_at=now())

        [creator] = got(anybody, "store/creators/")["creators"]

        assert creator["username"] == "alice"
        assert (creator["num_agents"], creator["agent_runs"]) == (1, 4)
        assert creator["agent_rating"] == 5.0
        details = got(anybody, "store/creator/ALICE/")
        assert details["top_categories"] == ["data"]
        assert details["links"] == []
        assert anybody.get(f"{API}/store/creator/bob/").status_code == 404
        assert shown.pk


class TestMarket:
    def test_agents_have_the_shape_of_the_market_service(
        self, anybody: Client, alice: User
    ) -> None:
        made = listed(alice, "Tea", description="x" * 100)

        found = got(anybody, "market/agents/", submission_status="PENDING")

        assert (found["total_count"], found["page"], found["total_pages"]) == (1, 1, 1)
        [agent] = found["agents"]
        assert (agent["id"], agent["name"], agent["author"]) == (str(made.pk), "Tea", "alice")
        assert agent["submissionStatus"] == "APPROVED"
        [item] = got(anybody, "market/search/", query="tea")["items"]
        assert len(item["description"]) == 60
        assert got(anybody, "market/search/", query="teb")["suggestion"] == "tea"
        assert got(anybody, "market/categories/") == {"unique_categories": ["data"]}

    def test_top_downloads_and_what_is_featured(self, anybody: Client, alice: User) -> None:
        one, two = listed(alice, "One"), listed(alice, "Two")
        Entry.objects.filter(pk=one.pk).update(downloads=2)
        FeaturedListing.objects.create(listing=two)

        assert [a["slug"] for a in got(anybody, "market/top-downloads/agents/")["agents"]] == [
            "one"
        ]
        assert [a["slug"] for a in got(anybody, "market/featured/agents/")["agents"]] == ["two"]

    def test_an_agent_by_its_id_has_its_graph_and_versions(
        self, anybody: Client, alice: User
    ) -> None:
        made = listed(alice, "Tea")
        version(made, "Tea two", state=State.PENDING)

        assert got(anybody, f"market/agents/{made.pk}/")["graph"]["name"] == "Tea"
        assert got(anybody, f"market/agents/{made.pk}/", version="1")["graph"]["name"] == "Tea"
        assert anybody.get(f"{API}/market/agents/{made.pk}/?version=2").status_code == 404
        assert anybody.get(f"{API}/market/agents/{uuid4()}/").status_code == 404


class TestFiles:
    def taken(self, anybody: Client, made: Listing) -> dict[str, Any]:
        answer = anybody.get(f"{API}/store/download/agents/{made.active_version_id}/")
        assert answer.status_code == 200, answer.content
        assert answer["Content-Disposition"].startswith("attachment; ")
        found: dict[str, Any] = json.loads(answer.content)
        return found

    def test_it_becomes_an_agent_of_whoever_imports_it(
        self, anybody: Client, alice: User, bob: User
    ) -> None:
        made = listed(alice, "Tea", sub_heading="Counts")

        file = self.taken(anybody, made)
        imported = services.create_agent(bob, file, imported=True)

        assert (imported.name, imported.agent.owner) == ("Tea", bob)
        assert len(imported.document["nodes"]) == len(file["nodes"])

    def test_nothing_in_it_belongs_to_its_creator(self, anybody: Client, alice: User) -> None:
        inner, outer = GraphBuilder("Inner"), GraphBuilder("Outer")
        inner.output("done")
        sub = GraphVersionFactory.create(
            agent=AgentFactory.create(owner=alice), name="Inner", document=document(inner)
        )
        outer.input("key", SECRET)
        node = outer.node(
            "AgentExecutorBlock", graph_id=str(sub.agent_id), graph_version=1, user_id=str(alice.pk)
        )
        made = listed(alice, "Outer")
        graph = GraphVersionFactory.create(
            agent=made.agent, version=7, is_active=False, document=document(outer)
        )
        shown = version(made, "Outer", graph=graph)
        shown.sub_agents.add(sub)
        made.refresh_from_db()

        file = self.taken(anybody, made)
        text = json.dumps(file)

        assert SECRET not in text
        for secret in (graph.agent_id, sub.agent_id, node, *_ids(graph), *_ids(sub)):
            assert str(secret) not in text
        [carried] = file["sub_graphs"]
        assert carried["name"] == "Inner"
        [runs] = [
            one
            for one in file["nodes"]
            if one["block_id"] == str(block_named("AgentExecutorBlock").id)
        ]
        assert runs["input_default"]["graph_id"] == carried["id"]
        assert file == self.taken(anybody, made)  # the same version is the same file

    def test_it_is_refused_where_a_graph_is_kept(
        self, anybody: Client, alice: User, bob: User
    ) -> None:
        closed = listed(alice, "Closed", shows_graph=False)
        carries = listed(bob, "Carries")
        assert closed.active_version is not None
        assert carries.active_version is not None
        carries.active_version.sub_agents.add(closed.active_version.graph_version)

        for made in (closed, carries):
            for path in (
                f"store/download/agents/{made.active_version_id}/",
                f"market/agents/{made.pk}/download/",
                f"market/agents/{made.pk}/download-file/",
            ):
                answer = anybody.get(f"{API}/{path}")
                assert (answer.status_code, answer.json()["code"]) == (403, "graph_not_shown")
            assert got(anybody, f"market/agents/{made.pk}/")["graph"] is None
        assert Entry.objects.filter(downloads__gt=0).count() == 0

    def test_the_market_names_its_file(self, anybody: Client, alice: User) -> None:
        made = listed(alice, "Tea")

        for query, name in (("", "latest"), ("?version=1", "1")):
            answer = anybody.get(f"{API}/market/agents/{made.pk}/download-file/{query}")
            expected = f'attachment; filename="agent_{made.pk}_v{name}.json"'
            assert answer["Content-Disposition"] == expected


class TestCaching:
    @pytest.mark.parametrize(
        "path",
        [
            "store/agents/",
            "store/agents/alice/tea/",
            "store/creators/",
            "store/creator/alice/",
            "market/agents/",
            "market/search/?query=tea",
            "market/top-downloads/agents/",
        ],
    )
    def test_the_same_answer_is_told_in_few_bytes(
        self, anybody: Client, alice: User, path: str
    ) -> None:
        made = listed(alice, "Tea")
        Entry.objects.filter(pk=made.pk).update(downloads=1)
        first = anybody.get(f"{API}/{path}")
        assert first["Cache-Control"] == "public, no-cache"
        same = {"If-None-Match": first["ETag"]}

        assert anybody.get(f"{API}/{path}", headers=same).status_code == 304

        Listing.objects.filter(pk=made.pk).update(suspended_at=now())
        assert anybody.get(f"{API}/{path}", headers=same).status_code != 304

    def test_who_asks_makes_no_difference(self, anybody: Client, alice: User, keyed: Any) -> None:
        listed(alice, "Tea")

        strangers = anybody.get(f"{API}/store/agents/")
        owners = keyed(alice).get(f"{API}/store/agents/")

        assert owners.content == strangers.content


def _ids(graph: GraphVersion) -> list[str]:
    return [one["id"] for one in (*graph.document["nodes"], *graph.document["links"])]
