import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from agents.executions.services import start_execution
from agents.graphs import services
from agents.graphs.models import Agent, GraphVersion
from tests.integration.webui.conftest import Browse
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import run

pytestmark = pytest.mark.django_db


def upload(content: Any, name: str = "agent.json") -> dict[str, SimpleUploadedFile]:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return {"file": SimpleUploadedFile(name, text, "application/json")}


def test_without_agents_the_list_explains_what_to_do(alice: User, browse: Browse) -> None:
    page = browse(alice).get("/agents/").content.decode()

    assert "No agents yet" in page
    assert "Make your first agent" in page
    assert 'href="/agents/new/"' in page
    assert "Or import one below" in page
    assert 'type="file"' in page


def test_the_list_shows_ones_own_agents_only(alice: User, bob: User, browse: Browse) -> None:
    services.create_agent(alice, calculator("Alice's sum").file())
    services.create_agent(bob, calculator("Bob's sum").file())
    page = browse(alice).get("/agents/").content.decode()

    assert "Alice&#x27;s sum" in page
    assert "Bob&#x27;s sum" not in page


def test_the_list_shows_how_the_last_run_went(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=8)
    page = browse(alice).get("/agents/").content.decode()

    assert f'href="/runs/{execution.pk}/"' in page
    assert 'data-status="COMPLETED"' in page


def test_the_last_run_is_that_of_any_version(alice: User, browse: Browse) -> None:
    version = services.create_agent(alice, calculator().file())
    runs = [
        start_execution(owner=alice, agent_id=version.agent_id, inputs={"Input": n}).pk
        for n in range(2)
    ]
    services.save_version(version.agent, {**services.export(version), "name": "Never ran"})
    page = browse(alice).get("/agents/").content.decode()

    assert "Never ran" in page
    assert f'href="/runs/{runs[1]}/"' in page
    assert f'href="/runs/{runs[0]}/"' not in page


def test_the_list_takes_as_many_queries_for_many_agents_as_for_one(
    alice: User, browse: Browse, django_assert_num_queries: Any
) -> None:
    for number in range(12):
        services.create_agent(alice, calculator(f"Sum {number}").file())
    client = browse(alice)
    client.get("/runs/")  # the session notes when it was used
    # session, user, agents, runs under way, what all the graphs look like, count of reviews
    with django_assert_num_queries(8):
        assert client.get("/agents/").content.decode().count("row__title") == 12
    with django_assert_num_queries(7):  # what graphs look like is kept
        client.get("/agents/")


def test_each_graph_is_drawn_cut_to_its_nodes(alice: User, browse: Browse) -> None:
    g = GraphBuilder("Drawn")
    g.link(g.input("in"), "result", g.output("out"), "value")
    services.create_agent(alice, g.file())
    services.create_agent(alice, GraphBuilder("Bare").file())
    page = browse(alice).get("/agents/").content.decode()

    assert page.count('class="graph"') == 2
    assert page.count("<rect") == 2
    assert page.count('<path class="graph__line"') == 1
    assert 'class="graph__box graph__box--input"' in page
    assert "style=" not in page


def test_long_lists_come_in_pages(alice: User, browse: Browse) -> None:
    for number in range(26):
        services.create_agent(alice, calculator(f"Sum {number}").file())
    client = browse(alice)
    first, second = (client.get(url).content.decode() for url in ("/agents/", "/agents/?page=2&q="))

    assert first.count("row__title") == 24
    assert 'rel="next" href="?page=2"' in " ".join(first.split())
    assert second.count("row__title") == 2
    assert ">Sum 0<" in second


def names(client: Client, query: str = "") -> list[str]:
    """Return the names of the agents that the list shows, in its order."""
    page = client.get(f"/agents/{query}").content.decode()
    return re.findall(r'<a href="/agents/[0-9a-f-]+/" dir="auto">([^<]*)</a>', page)


def test_agents_come_in_the_order_that_is_asked_for(alice: User, browse: Browse) -> None:
    run(alice, calculator("bravo"), Input=1)
    run(alice, calculator("Alpha"), Input=1)
    services.create_agent(alice, calculator("charlie").file())
    client = browse(alice)

    assert names(client) == ["charlie", "Alpha", "bravo"]
    assert names(client, "?sort=name") == ["Alpha", "bravo", "charlie"]
    assert names(client, "?sort=run") == ["Alpha", "bravo", "charlie"]
    assert names(client, "?sort=odd") == ["charlie", "Alpha", "bravo"]


def test_the_list_says_how_many_runs_are_under_way(alice: User, bob: User, browse: Browse) -> None:
    version = services.create_agent(alice, calculator().file())
    for number in range(2):
        start_execution(owner=alice, agent_id=version.agent_id, inputs={"Input": number})
    page = browse(alice).get("/agents/").content.decode()

    assert "2 running now" in page
    assert f'href="/runs/?status=UNFINISHED&agent={version.agent_id}"' in page
    assert 'hx-trigger="every 5s"' in page
    quiet = browse(bob).get("/agents/").content.decode()
    assert "running now" not in quiet
    assert "every 5s" not in quiet


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999999999999999999", "٣", "9999"])
def test_a_page_number_that_is_none_is_no_fault(page: str, alice: User, browse: Browse) -> None:
    assert browse(alice).get("/agents/", {"page": page}).status_code == 200


def test_a_search_looks_in_names_and_descriptions(alice: User, browse: Browse) -> None:
    services.create_agent(alice, calculator("Sum").file())
    services.create_agent(alice, {**calculator("Other").file(), "description": "adds a SUM up"})
    services.create_agent(alice, calculator("Third").file())
    page = browse(alice).get("/agents/", {"q": "sum"}).content.decode()

    assert ">Sum<" in page
    assert ">Other<" in page
    assert ">Third<" not in page


def test_a_search_that_finds_nothing_says_so(alice: User, browse: Browse) -> None:
    page = browse(alice).get("/agents/", {"q": "<i>\x00"}).content.decode()

    assert "No agent has “&lt;i&gt;”" in page


def test_sub_agents_are_listed_only_when_searched_for(alice: User, browse: Browse) -> None:
    main = GraphBuilder("Main")
    main.agent(calculator("Helper"), Input=1)
    services.create_agent(alice, main.file())
    client = browse(alice)

    assert ">Helper<" not in client.get("/agents/").content.decode()
    assert ">Helper<" in client.get("/agents/?q=help").content.decode()


def test_an_imported_agent_is_shown(alice: User, browse: Browse) -> None:
    answer = browse(alice).post("/agents/import/", upload(calculator("Sum").file()), follow=True)

    version = GraphVersion.objects.get()
    assert answer.redirect_chain == [(f"/agents/{version.agent_id}/", 302)]
    assert "“Sum” is imported." in answer.content.decode()
    assert version.agent.owner == alice


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not JSON", "cannot be read: The text is not JSON"),
        (b'{"a": "\xff"}', "cannot be read: The JSON is not UTF-8 text."),
        (b"", "The file is empty."),
        (b"[" * 100_000, "nested deeper"),
        (b"NaN", "NaN is not JSON"),
        ([], "The graph has the wrong shape."),
        ({"name": "no nodes"}, "<code>nodes</code> is required."),
        ({"nodes": [{"block_id": 7}]}, "<code>nodes.0.block_id</code> must be"),
    ],
)
def test_a_file_that_is_no_agent_is_refused_with_the_reason(
    content: Any, sentence: str, alice: User, browse: Browse
) -> None:
    page = browse(alice).post("/agents/import/", upload(content))

    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert not Agent.objects.exists()


def test_all_problems_of_a_file_are_counted_and_the_first_are_listed(
    alice: User, browse: Browse
) -> None:
    file = calculator().file()
    file["links"] = [{**file["links"][0], "sink_id": str(uuid4())} for _ in range(25)]
    page = browse(alice).post("/agents/import/", upload(file)).content.decode()

    assert page.count("link_to_unknown_node") == 20
    assert "And 5 more." in page


def test_an_import_without_a_file_asks_for_one(alice: User, browse: Browse) -> None:
    page = browse(alice).post("/agents/import/")

    assert page.status_code == 400
    assert "Choose the JSON file of an agent first." in page.content.decode()


def test_the_address_of_an_import_leads_to_the_list(alice: User, browse: Browse) -> None:
    assert browse(alice).get("/agents/import/")["Location"] == "/agents/"
