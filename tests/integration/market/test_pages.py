"""Pages of the market: for everybody, with nothing on them that not everybody may see."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import Profile, User
from market import cards, counting
from market.models import Entry, FeaturedCreator, FeaturedListing
from store.models import Listing
from store.moderation import State
from tests.factories.market import listed, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"User-Agent": FIREFOX})


@pytest.fixture
def tea(alice: User) -> Listing:
    """An agent that says everything that one can."""
    Profile.objects.create(user=alice, description="Makes tea.", links=["https://example.org/"])
    return listed(
        alice,
        "Tea party",
        sub_heading="Invites your guests",
        description="It **writes** invitations.\n\n<script>alert(1)</script>",
        instructions="Say who comes.",
        changes_summary="Better jokes",
        recommended_schedule="0 9 * * 1",
        video_url="https://example.org/video",
        manifest={
            "hosts": ["api.example.org"],
            "credentials": [{"providers": ["smtp"], "required": True}],
            "code": [{"language": "python", "lines": 3}],
            "models": [{"model": "gpt-5", "provider": "openai"}],
            "cost": {"questions": 1, "cents": "0.40", "is_complete": True},
        },
    )


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


class TestFrontPage:
    def test_an_empty_market_says_what_will_be_there(self, visitor: Client) -> None:
        assert "Nothing is published yet" in text(visitor.get("/market/"))

    def test_strangers_are_led_there_and_others_to_their_agents(
        self, visitor: Client, alice: User
    ) -> None:
        assert visitor.get("/")["Location"] == "/market/"

        visitor.force_login(alice)

        assert visitor.get("/")["Location"] == "/agents/"

    def test_it_shows_what_is_featured_trending_and_new(
        self, visitor: Client, alice: User, bob: User, tea: Listing
    ) -> None:
        other = listed(bob, "Other")
        FeaturedListing.objects.create(listing=tea)
        FeaturedCreator.objects.create(creator=bob)

        page = text(visitor.get("/market/"))

        assert page.index('id="featured"') < page.index('id="trending"') < page.index('id="newest"')
        assert page.count('href="/market/agents/alice/tea-party/"') == 3
        assert f"/market/agents/bob/{other.slug}/" in page
        assert "/market/creators/bob/" in page

    def test_what_is_featured_is_gone_when_it_is_suspended(
        self, visitor: Client, tea: Listing
    ) -> None:
        FeaturedListing.objects.create(listing=tea)
        Listing.objects.filter(pk=tea.pk).update(suspended_at=now())

        assert "Tea party" not in text(visitor.get("/market/"))

    def test_it_takes_few_queries_however_much_there_is(
        self, visitor: Client, alice: User, bob: User, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(12):
            listed(alice if number % 2 else bob, f"Tea {number}", categories=["data", "sales"])
        FeaturedListing.objects.create(listing=Listing.objects.all()[0])
        FeaturedCreator.objects.create(creator=bob)
        visitor.get("/market/")  # drawings are made once

        with django_assert_max_num_queries(FRONT_QUERIES):
            text(visitor.get("/market/"))


FRONT_QUERIES = 8
SEARCH_QUERIES = 5
AGENT_QUERIES = 12


class TestSearch:
    def test_matches_are_marked(self, visitor: Client, tea: Listing) -> None:
        page = text(visitor.get("/market/search/?q=invitations"))

        assert "<mark>invitations</mark>" in page
        assert "<script>alert" not in page
        assert "1 agent" in page

    def test_a_slip_is_put_right(self, visitor: Client, tea: Listing) -> None:
        page = text(visitor.get("/market/search/?q=prty"))

        assert "Did you mean" in page
        assert 'href="?q=party"' in page

    def test_filters_that_make_no_sense_are_left_out(self, visitor: Client, tea: Listing) -> None:
        address = "/market/search/?category=x&stars=9&sort=password&page=-1&free=maybe&q=%00"

        assert "Tea party" in text(visitor.get(address))

    def test_few_queries(
        self, visitor: Client, alice: User, django_assert_num_queries: Any
    ) -> None:
        for number in range(5):
            listed(alice, f"Tea {number}")
        visitor.get("/market/search/?q=tea")

        with django_assert_num_queries(SEARCH_QUERIES):
            text(visitor.get("/market/search/?q=tea"))


class TestAgent:
    def test_it_says_what_the_agent_does_and_can_do(self, visitor: Client, tea: Listing) -> None:
        page = text(visitor.get("/market/agents/alice/tea-party/"))

        for said in (
            '<h1 dir="auto">Tea party</h1>',
            "<strong>writes</strong>",
            "api.example.org",
            "smtp",
            "python, 3 lines",
            "gpt-5 (openai)",
            "0.40 cents",
            "Better jokes",
            "0 9 * * 1",
            "Say who comes.",
            'class="graph"',
            "/market/agents/alice/tea-party/download/",
        ):
            assert said in page
        assert "<script>alert" not in page

    def test_its_address_is_one_however_it_is_spelled(self, visitor: Client, tea: Listing) -> None:
        page = text(visitor.get("/market/agents/ALICE/tea-party"))

        assert re.search(r'rel="canonical" href="[^"]*/market/agents/alice/tea-party/"', page)

    def test_structured_data_is_json_that_stays_where_it_is(
        self, visitor: Client, alice: User
    ) -> None:
        made = listed(alice, "</script><b>Tea", sub_heading="<!-- & \u2028")
        Entry.objects.filter(pk=made.pk).update(rating_total=9, rating_count=2)

        page = text(visitor.get(f"/market/agents/alice/{made.slug}/"))

        [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
        data = json.loads(found)
        assert data["name"] == "</script><b>Tea"
        assert data["aggregateRating"] == {
            "@type": "AggregateRating",
            "ratingValue": 4.5,
            "ratingCount": 2,
        }

    def test_similar_agents_are_those_that_have_most_in_common(
        self, visitor: Client, alice: User, bob: User
    ) -> None:
        for name, blocks in (
            ("One", {"A": 1, "B": 1}),
            ("Near", {"A": 1, "B": 2}),
            ("Far", {"C": 1}),
        ):
            listed(bob, name, categories=["sales"], manifest={"blocks": blocks})
        listed(alice, "Elsewhere", categories=["finance"])

        page = text(visitor.get("/market/agents/bob/one/"))

        like = page[page.index("Similar agents") :]
        assert like.index("Near") < like.index("Far")
        assert "Elsewhere" not in like

    def test_few_queries(
        self, visitor: Client, tea: Listing, bob: User, django_assert_num_queries: Any
    ) -> None:
        listed(bob, "Other")
        visitor.get("/market/agents/alice/tea-party/")

        with django_assert_num_queries(AGENT_QUERIES):
            visitor.get("/market/agents/alice/tea-party/")

    def test_a_graph_that_is_kept_is_neither_drawn_nor_handed_out(
        self, visitor: Client, alice: User
    ) -> None:
        listed(alice, "Closed", shows_graph=False)

        page = text(visitor.get("/market/agents/alice/closed/"))

        assert 'class="graph"' not in page
        assert "download/" not in page
        assert visitor.get("/market/agents/alice/closed/download/").status_code == 404


class TestCaching:
    def test_who_has_the_page_is_told_so_until_a_decision_changes_it(
        self, visitor: Client, tea: Listing
    ) -> None:
        address = "/market/agents/alice/tea-party/"
        first = visitor.get(address)
        assert first["Cache-Control"] == "public, no-cache"
        assert "Cookie" in first["Vary"]

        again = visitor.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

        version(tea, "Coffee party")
        changed = visitor.get(address, headers={"If-None-Match": first["ETag"]})
        assert "Coffee party" in text(changed)

        Listing.objects.filter(pk=tea.pk).update(suspended_at=now())
        gone = visitor.get(address, headers={"If-None-Match": first["ETag"]})
        assert gone.status_code == 404

    @pytest.mark.parametrize(
        "address", ["/market/", "/market/search/", "/market/agents/alice/tea-party/"]
    )
    def test_what_somebody_sees_who_signed_in_is_kept_by_nobody(
        self, visitor: Client, bob: User, tea: Listing, address: str
    ) -> None:
        strangers = visitor.get(address)
        visitor.force_login(bob)

        mine = visitor.get(address, headers={"If-None-Match": strangers["ETag"]})

        assert "bob" in text(mine)
        assert mine["Cache-Control"] == "private, no-store"
        assert "Cookie" in mine["Vary"]
        assert not mine.has_header("ETag")
        assert "bob" not in strangers.content.decode()

    def test_a_strangers_page_sets_no_cookie(self, visitor: Client, tea: Listing) -> None:
        answer = visitor.get("/market/agents/alice/tea-party/")

        assert not answer.cookies


class TestCreators:
    def test_a_creator_shows_what_is_public(self, visitor: Client, tea: Listing) -> None:
        listed(tea.owner, "Draft", state=State.DRAFT)

        page = text(visitor.get("/market/creators/Alice/"))

        assert "Makes tea." in page
        assert "1 agent" in page
        assert "Draft" not in page

    def test_whoever_has_nothing_public_is_nobody(self, visitor: Client, bob: User) -> None:
        assert visitor.get("/market/creators/bob/").status_code == 404
        assert "bob" not in text(visitor.get("/market/creators/"))

    def test_creators_are_listed_and_found(self, visitor: Client, bob: User, tea: Listing) -> None:
        listed(bob, "Other")

        assert "/market/creators/bob/" in text(visitor.get("/market/creators/"))
        assert "/market/creators/bob/" not in text(visitor.get("/market/creators/?q=alice"))


class TestMachines:
    def test_feeds_have_the_newest_agents(self, visitor: Client, bob: User, tea: Listing) -> None:
        listed(bob, "Other \x07 one", categories=["sales"])

        def entries(address: str) -> list[str]:
            root = ElementTree.fromstring(visitor.get(address).content)
            return [one.findtext(f"{ATOM}title", "") for one in root.findall(f"{ATOM}entry")]

        assert entries("/market/feed.atom") == ["Other  one", "Tea party"]
        assert entries("/market/categories/sales/feed.atom") == ["Other  one"]
        assert entries("/market/creators/alice/feed.atom") == ["Tea party"]
        assert visitor.get("/market/categories/none/feed.atom").status_code == 404
        assert visitor.get("/market/creators/nobody/feed.atom").status_code == 404

    def test_the_sitemap_names_every_public_page(self, visitor: Client, tea: Listing) -> None:
        index = visitor.get("/sitemap.xml").content.decode()
        assert "sitemap-agents.xml" in index

        assert "/market/agents/alice/tea-party/" in text(visitor.get("/sitemap-agents.xml"))
        assert "/market/creators/alice/" in text(visitor.get("/sitemap-creators.xml"))
        assert "/market/top/" in text(visitor.get("/sitemap-pages.xml"))
        assert visitor.get("/sitemap-other.xml").status_code == 404

    def test_robots_are_kept_to_the_market(self, visitor: Client) -> None:
        lines = text(visitor.get("/robots.txt")).splitlines()

        assert "Allow: /market/" in lines
        assert "Disallow: /" in lines

    def test_the_card_is_a_picture_until_what_it_says_changes(
        self, visitor: Client, tea: Listing
    ) -> None:
        shown = tea.active_version
        assert shown is not None
        address = f"/market/cards/{shown.pk}/{cards.digest(shown)}.png"

        answer = visitor.get(address)

        assert answer["Content-Type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG")
        assert len(answer.content) < 100_000
        assert visitor.get(address).content == answer.content
        assert visitor.get(f"/market/cards/{shown.pk}/other.png").status_code == 404
        Listing.objects.filter(pk=tea.pk).update(suspended_at=now())
        assert visitor.get(address).status_code == 404


def test_looks_at_a_page_are_counted(visitor: Client, bob: User, tea: Listing) -> None:
    buffer = counting.buffer()
    for key in buffer.client.scan_iter(match="market:*"):
        buffer.client.delete(key)
    visitor.get("/market/agents/alice/tea-party/")
    visitor.get("/market/agents/alice/tea-party/")
    visitor.get("/market/agents/alice/tea-party/download/")
    visitor.head("/market/agents/alice/tea-party/")
    visitor.force_login(tea.owner)
    visitor.get("/market/agents/alice/tea-party/")
    visitor.force_login(bob)
    visitor.get("/market/agents/alice/tea-party/")
    counting.roll_up()

    entry = Entry.objects.get(pk=tea.pk)
    assert (entry.views, entry.downloads) == (2, 1)
    assert "1 download" in text(visitor.get("/market/top/"))
