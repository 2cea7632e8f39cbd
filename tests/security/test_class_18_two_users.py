"""Class 18: what is somebody's own. Two people's data never meet.

Alice and Bob have things of the same kinds. Bob looks wherever there is something to be seen, and
finds his own; nothing that he is told has a word of hers.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import User
from agents.executions import places
from agents.executions.files import RunFiles
from agents.executions.models import Execution, NodeExecution, Review, Share
from agents.graphs.models import Agent
from apikeys.models import ApiKey
from knowledge import services as knowledge
from knowledge.entries import Entry
from knowledge.models import Collection
from tests.support import runs
from tests.support.apikeys import Holder, key
from tests.support.graphs import GraphBuilder, calculator
from tests.support.reviews import asked
from tests.support.sockets import Sockets
from uploads import services as uploads
from uploads.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]
WORD = "heliotrope"  # in everything of Alice's, and in nothing of Bob's

LISTS = (
    *("graphs/", "executions/", "reviews/", "api-keys/", "credential-limits/", "blocks/"),
    *("auth/user/", "flags/", "files/", "audit/", "usage/"),
)
OF_ONE = (
    "graphs/",
    "executions/",
    "reviews/",
    "api-keys/",
    "credential-limits/",
    "files/",
    "knowledge/",
    "audit/",
)


class Person:
    """Somebody with one thing of each kind."""

    def __init__(self, user: User, word: str) -> None:
        self.user = user
        self.run = runs.run(user, calculator(word), Input=7)
        self.failed = runs.run(user, failing(word))
        _, _, self.review = asked(user, {"word": word}, name=word)
        places.set_limit(user, word, max_concurrent=1, rate_amount=None, rate_seconds=None)
        self.upload = uploads.keep(user.pk, ContentFile(word.encode()), name=f"{word}.txt")
        texts = [Entry(word, word, {"word": word})]
        knowledge.add(user.pk, word, texts, vectors=[[1.0, 0.0]], model="m")
        self.collection = Collection.objects.get(owner=user, name=word)
        self.file = RunFiles(self.run.pk).write(word.encode(), name="a.txt")
        self.row, self.holder = key(user, name=word)
        self.browser = Client()
        self.browser.force_login(user)


def used(usage: Any) -> Any:
    """Return what of the usage does not move with each request."""
    return {name: one for name, one in usage.items() if name != "rates"}


def failing(word: str) -> GraphBuilder:
    """Return a graph of that name that fails."""
    g = GraphBuilder(word)
    node = g.node("CalculatorBlock", operation="Divide", a=1, b=0)
    g.link(node, "result", g.output(word), "value")
    return g


@pytest.fixture
def hers(alice: User) -> Person:
    return Person(alice, WORD)


@pytest.fixture
def his(bob: User, hers: Person) -> Person:
    return Person(bob, "periwinkle")


def told(holder: Holder, path: str) -> str:
    answer = holder.client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def addresses_of(one: Person) -> Iterator[str]:
    """Yield the addresses of the person's things."""
    graph = one.run.graph_version.agent_id
    yield from (f"graphs/{graph}/", f"graphs/{graph}/versions/", f"graphs/{graph}/settings/")
    for run in (one.run, one.failed):
        parts = ("", "events/", "graph/", "node-executions/", "waiting/", "shares/")
        yield from (f"executions/{run.pk}/{part}" for part in parts)
    yield f"reviews/{one.review.pk}/"
    yield f"files/{one.upload.pk}/"
    yield f"files/{one.upload.pk}/content/"
    yield f"knowledge/{one.collection.pk}/"
    yield f"knowledge/{one.collection.pk}/entries/"
    yield f"api-keys/{one.row.pk}/"


class TestLists:
    def test_each_list_has_what_is_his_and_nothing_of_hers(self, hers: Person, his: Person) -> None:
        for path in LISTS:
            assert WORD not in told(his.holder, path), path
        for path in OF_ONE:
            assert "periwinkle" in told(his.holder, path), path
            assert WORD in told(hers.holder, path), path

    @pytest.mark.parametrize(
        "page",
        [
            *("/agents/", "/runs/", "/reviews/", "/account/keys/"),
            *("/account/files/", "/account/activity/"),
        ],
    )
    def test_each_page_too(self, hers: Person, his: Person, page: str) -> None:
        assert WORD in hers.browser.get(page).content.decode()
        assert WORD not in his.browser.get(page).content.decode()

    def test_a_page_of_a_list_that_hers_names_is_not_his(self, hers: Person, his: Person) -> None:
        for _ in range(2):
            runs.run(hers.user, calculator(WORD), Input=7)
        first = hers.holder.ask("get", "executions/?page_size=1")[1]

        answer = his.holder.client.get(first["next"])

        assert answer.status_code == 200
        assert WORD not in answer.content.decode()


class TestCounts:
    def test_nothing_that_she_does_changes_what_he_counts(self, hers: Person, his: Person) -> None:
        def counts() -> list[int]:
            lists = [his.holder.ask("get", path)[1] for path in OF_ONE]
            return [len(one["results"]) for one in lists]

        before, page = counts(), his.browser.get("/runs/").content.decode()
        Person.__init__(hers, hers.user, f"{WORD} again")

        assert counts() == before
        assert his.browser.get("/runs/").content.decode().count("data-run") == page.count(
            "data-run"
        )

    def test_the_mark_of_waiting_reviews_counts_his_own(self, hers: Person, his: Person) -> None:
        for number in range(3):
            asked(hers.user, {"n": number}, name=WORD)

        page = his.browser.get("/agents/").content.decode()

        assert '<span class="count">1<' in page

    def test_nor_what_he_has_used(self, hers: Person, his: Person) -> None:
        before = his.holder.ask("get", "usage/")[1]
        Person.__init__(hers, hers.user, f"{WORD} again")

        after = his.holder.ask("get", "usage/")[1]

        assert used(after) == used(before)
        assert used(hers.holder.ask("get", "usage/")[1]) != used(before)


class TestSearch:
    @pytest.mark.parametrize("path", ["graphs/?search={}", "executions/?search={}"])
    def test_her_words_find_nothing_of_his(self, hers: Person, his: Person, path: str) -> None:
        assert hers.holder.ask("get", path.format(WORD))[1]["results"] != []
        assert his.holder.ask("get", path.format(WORD))[1]["results"] == []

    @pytest.mark.parametrize("page", ["/agents/?q={}", "/runs/?q={}"])
    def test_nor_on_pages(self, hers: Person, his: Person, page: str) -> None:
        for words in (WORD, str(hers.run.pk), str(hers.run.pk)[:8]):
            text = his.browser.get(page.format(words)).content.decode()
            assert f"/runs/{hers.run.pk}/" not in text
            assert f"/agents/{hers.run.graph_version.agent_id}/" not in text

    def test_filters_by_her_ids_find_nothing(self, hers: Person, his: Person) -> None:
        agent = hers.run.graph_version.agent_id
        for query in (f"graph_id={agent}", f"agent={agent}", f"graph_exec_id={hers.run.pk}"):
            text = his.holder.client.get(f"/api/v1/executions/?{query}").content.decode()
            assert WORD not in text
        assert WORD not in his.browser.get(f"/runs/?agent={agent}").content.decode()


class TestThings:
    def test_whatever_is_hers_is_not_there_for_him(self, hers: Person, his: Person) -> None:
        for path in addresses_of(hers):
            assert hers.holder.client.get(f"/api/v1/{path}").status_code in {200, 404}
            answer = his.holder.client.get(f"/api/v1/{path}")
            assert (answer.status_code, WORD in answer.content.decode()) == (404, False), path

    def test_her_things_under_his_addresses_are_not_there(self, hers: Person, his: Person) -> None:
        node = NodeExecution.objects.filter(execution=hers.run).first()
        assert node is not None
        for address in (
            f"/runs/{his.run.pk}/value/?node={node.pk}&input=value",
            f"/runs/{his.run.pk}/file/?node={node.pk}&input=value",
            f"/agents/{his.run.graph_version.agent_id}/?again={hers.run.pk}",
        ):
            answer = his.browser.get(address)
            assert WORD not in answer.content.decode(), address


class TestFiles:
    def test_the_name_of_her_file_opens_nothing_of_his(self, hers: Person, his: Person) -> None:
        NodeExecution.objects.filter(execution=his.run).update(input_data={"value": hers.file})
        for node in NodeExecution.objects.filter(execution=his.run):
            answer = his.browser.get(f"/runs/{his.run.pk}/file/?node={node.pk}&input=value")
            assert (answer.status_code, WORD in answer.content.decode()) == (404, False)

    def test_one_run_of_hers_does_not_open_another_s(self, hers: Person) -> None:
        other = runs.run(hers.user, calculator(), Input=1)
        assert RunFiles(hers.run.pk).size(hers.file) == len(WORD)
        assert RunFiles(other.pk).size(hers.file) is None


class TestErrors:
    """An error says no more of hers than of what never was."""

    def test_a_refusal_is_the_one_of_an_unknown_id(self, hers: Person, his: Person) -> None:
        unknown = "00000000-0000-4000-8000-000000000000"
        for kind, pk in (
            ("executions", hers.run.pk),
            ("graphs", hers.run.graph_version.agent_id),
            ("reviews", hers.review.pk),
            ("files", hers.upload.pk),
        ):
            mine, never = (
                his.holder.client.get(f"/api/v1/{kind}/{one}/").json() for one in (pk, unknown)
            )
            for answer in (mine, never):
                answer.pop("request_id", None)
                answer.pop("instance", None)
            assert str(mine).replace(str(pk), "·") == str(never).replace(unknown, "·")

    def test_a_name_that_she_has_is_free_for_him(self, hers: Person, his: Person) -> None:
        body: dict[str, Any] = {"name": WORD, "permissions": []}

        assert his.holder.ask("post", "api-keys/", body)[0] == 201
        assert ApiKey.objects.filter(name=WORD).count() == 2

    def test_her_agent_as_a_sub_agent_of_his_does_not_run(self, hers: Person, his: Person) -> None:
        sub = calculator()
        sub.id = str(hers.run.graph_version.agent_id)
        g = GraphBuilder("Borrower")
        node = g.agent(sub)
        g.sub_graphs.clear()
        g.link(node, "Output", g.output("out"), "value")

        status, answer = his.holder.ask("post", "graphs/", {"graph": g.file()})

        assert WORD not in str(answer)
        if status == 201:
            started = his.holder.ask("post", f"graphs/{answer['id']}/execute/", {"inputs": {}})
            assert WORD not in str(started)
        runs_of_hers = Execution.objects.filter(graph_version__agent_id=sub.id)
        assert set(runs_of_hers.values_list("owner", flat=True)) == {hers.user.pk}


class TestChanges:
    """What he sends to her addresses changes nothing."""

    def test_nothing_of_hers_is_changed(self, hers: Person, his: Person) -> None:
        def state() -> list[Any]:
            return [
                *Agent.objects.filter(owner=hers.user).order_by("pk").values_list(),
                *Execution.objects.filter(owner=hers.user).order_by("pk").values_list(),
                *Review.objects.filter(execution__owner=hers.user).values_list(),
                *ApiKey.objects.filter(user=hers.user).values_list("pk", "name", "status"),
                *Upload.objects.filter(owner=hers.user).values_list(),
                *Share.objects.filter(execution__owner=hers.user).values_list(),
            ]

        before = state()
        for path in addresses_of(hers):
            for method in ("post", "put", "patch", "delete"):
                status = his.holder.ask(method, path, {"name": "mine"})[0]
                assert status in {400, 404, 405, 428}, (method, path)

        assert state() == before


class TestMetrics:
    def test_figures_name_nobody(self, hers: Person, his: Person) -> None:
        token = settings.METRICS_TOKEN
        answer = Client(headers={"Authorization": f"Bearer {token}"}).get("/metrics")

        assert answer.status_code == 200
        text = answer.content.decode()
        for one in (WORD, hers.user.username, str(hers.run.pk), str(his.run.pk), hers.row.prefix):
            assert one not in text

    def test_they_are_not_for_her(self, hers: Person) -> None:
        answers: list[Callable[[], Any]] = [
            lambda: hers.browser.get("/metrics"),
            lambda: hers.holder.client.get("/metrics"),
        ]
        assert [ask().status_code for ask in answers] == [401, 401]


@pytest.mark.django_db(transaction=True)
class TestEvents:
    async def test_what_happens_to_her_he_does_not_hear(
        self, socket: Sockets, alice: User, bob: User
    ) -> None:
        mine = await sync_to_async(runs.start)(bob, calculator("periwinkle"), Input=7)
        opened = await socket(user=bob)
        graph = {"graph_id": str(mine.graph_version.agent_id)}
        assert (await opened.ask("subscribe_graph_executions", graph))["success"]
        hers = await sync_to_async(runs.start)(alice, calculator(WORD), Input=7)
        await sync_to_async(runs.run_to_end)(hers)
        await sync_to_async(runs.run_to_end)(mine)

        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["data"]["status"] != "COMPLETED":
            heard.append(await opened.receive())

        assert {one["data"]["id"] for one in heard} == {str(mine.pk)}
        assert WORD not in str(heard)
