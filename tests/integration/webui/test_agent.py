import json
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs import services
from agents.graphs.models import Agent, GraphVersion
from tests.integration.webui.conftest import Browse
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import run

pytestmark = pytest.mark.django_db

LONG = "x" * 255
ARABIC = "حاسبة"


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum").file())


def words(client: Client, url: str) -> str:
    """Return the page with every run of blanks as one."""
    return " ".join(client.get(url).content.decode().split())


def test_a_stranger_meets_a_404_everywhere(
    version: GraphVersion, charlie: User, browse: Browse
) -> None:
    client = browse(charlie)
    url = f"/agents/{version.agent_id}"

    for path in ("/", "/export/", "/delete/"):
        assert client.get(f"{url}{path}").status_code == 404
    for path in ("/run/", "/delete/", "/activate/"):
        assert client.post(f"{url}{path}", {"version": 1}).status_code == 404
    assert Agent.objects.get().deleted_at is None
    assert not Execution.objects.exists()


def test_a_page_that_is_not_there_is_explained(alice: User, browse: Browse) -> None:
    page = browse(alice).get(f"/agents/{uuid4()}/")

    assert page.status_code == 404
    assert "There is nothing here" in page.content.decode()


def test_nodes_are_told_in_words(version: GraphVersion, alice: User, browse: Browse) -> None:
    page = words(browse(alice), f"/agents/{version.agent_id}/")

    assert "3 nodes, 2 links" in page
    assert (
        'takes <code dir="auto">a</code> from <bdi class="strong">Agent Input</bdi> '
        '(<code dir="auto">result</code>)' in page
    )
    assert '<code dir="auto">operation</code> <bdi>Add</bdi>' in page


def test_values_that_sound_secret_are_not_told(alice: User, browse: Browse) -> None:
    g = GraphBuilder()
    g.node("CreateDictionaryBlock", values={"password": "hunter2", "user": "ada"})
    version = services.create_agent(alice, g.file())
    page = words(browse(alice), f"/agents/{version.agent_id}/")

    assert "ada" in page
    assert "hunter2" not in page


def test_an_agent_that_cannot_run_says_why_and_has_no_button(alice: User, browse: Browse) -> None:
    g = calculator()
    g.add(str(uuid4()), {}, title="Mystery")
    version = services.create_agent(alice, g.file())
    client = browse(alice)
    page = words(client, f"/agents/{version.agent_id}/")

    assert "This agent cannot run yet" in page
    assert "unknown_block" in page
    assert "not on this instance" in page
    assert "disabled aria-describedby" in page
    answer = client.post(f"/agents/{version.agent_id}/run/", {"version": 1, "input-0": "8"})
    assert answer.status_code == 400
    assert not Execution.objects.exists()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", ARABIC, "🫖 party", LONG])
def test_names_of_all_kinds_are_text(name: str, alice: User, browse: Browse) -> None:
    g = GraphBuilder(name)
    g.link(g.input(name), "result", g.output(name), "value")
    version = services.create_agent(alice, g.file())
    page = words(browse(alice), f"/agents/{version.agent_id}/")

    assert "<script>alert" not in page
    assert name.replace("<", "&lt;").replace(">", "&gt;") in page


def test_half_of_a_surrogate_pair_in_a_title_is_shown_as_a_question_mark(
    alice: User, browse: Browse
) -> None:
    g = calculator()
    g.nodes[0]["metadata"]["customized_name"] = "odd \ud800 title"
    version = services.create_agent(alice, g.file())

    assert "odd ? title" in words(browse(alice), f"/agents/{version.agent_id}/")


def test_a_large_agent_is_shown_in_pages(alice: User, browse: Browse) -> None:
    g = GraphBuilder("Large")
    nodes = [g.node("StoreValueBlock", input=number) for number in range(5000)]
    for source, sink in pairwise(nodes):
        g.link(source, "output", sink, "input")
    version = services.create_agent(alice, g.file())
    client = browse(alice)
    page = words(client, f"/agents/{version.agent_id}/")

    assert page.count('<li class="node"') == 50
    assert "5000 nodes, 4999 links" in page
    assert words(client, f"/agents/{version.agent_id}/?nodes=100").count('<li class="node"') == 50
    assert len(page) < 100_000


def test_a_node_with_many_links_is_cut_short(alice: User, browse: Browse) -> None:
    g = GraphBuilder("Fan")
    source = g.input("in")
    for number in range(40):
        g.link(source, "result", g.output(f"out {number}"), "value")
    version = services.create_agent(alice, g.file())

    assert "and 28 more links" in words(browse(alice), f"/agents/{version.agent_id}/")


def test_a_sub_agent_is_linked(alice: User, browse: Browse) -> None:
    main = GraphBuilder("Main")
    main.agent(calculator("Helper"), Input=1)
    version = services.create_agent(alice, main.file())
    helper = Agent.objects.get(imported_with=version.agent)
    client = browse(alice)

    url = f"/agents/{helper.pk}/?version=1"
    assert f'href="{url}"' in words(client, f"/agents/{version.agent_id}/")
    assert '<h1 dir="auto"> Helper </h1>' in words(client, url)


def test_recent_runs_are_listed(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=8)
    page = words(browse(alice), f"/agents/{execution.graph_version.agent_id}/")

    assert f'href="/runs/{execution.pk}/"' in page


def test_the_form_is_filled_in_again_for_another_run(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input="seven 🫖")
    url = f"/agents/{execution.graph_version.agent_id}/?again={execution.pk}"

    assert "seven 🫖</textarea>" in words(browse(alice), url)


@pytest.mark.parametrize("again", ["nonsense", str(UUID(int=7)), "\x00"])
def test_an_unknown_run_fills_nothing_in(
    again: str, version: GraphVersion, alice: User, browse: Browse
) -> None:
    page = browse(alice).get(f"/agents/{version.agent_id}/", {"again": again})
    assert page.status_code == 200


@pytest.mark.parametrize("asked", ["7", "-1", "x", "99999999999", "²"])
def test_a_version_that_is_not_there_is_not_found(
    asked: str, version: GraphVersion, alice: User, browse: Browse
) -> None:
    page = browse(alice).get(f"/agents/{version.agent_id}/", {"version": asked})
    assert page.status_code == 404


def test_an_export_can_be_imported(version: GraphVersion, alice: User, browse: Browse) -> None:
    answer = browse(alice).get(f"/agents/{version.agent_id}/export/")

    assert answer["Content-Disposition"] == 'attachment; filename="sum-v1.json"'
    assert services.create_agent(alice, json.loads(answer.content)).name == "Sum"


def test_another_version_is_made_active(version: GraphVersion, alice: User, browse: Browse) -> None:
    services.save_version(version.agent, calculator("Sum, better").file() | {"id": ""})
    client = browse(alice)
    assert '<h1 dir="auto"> Sum, better </h1>' in words(client, f"/agents/{version.agent_id}/")

    answer = client.post(f"/agents/{version.agent_id}/activate/", {"version": 1}, follow=True)

    assert "Version 1 is active now." in answer.content.decode()
    assert services.find(alice, version.agent_id).version == 1


def test_deleting_asks_first(version: GraphVersion, alice: User, browse: Browse) -> None:
    client = browse(alice)
    url = f"/agents/{version.agent_id}/delete/"

    assert "Delete “Sum”?" in client.get(url).content.decode()
    assert Agent.objects.get().deleted_at is None

    answer = client.post(url, follow=True)
    assert "“Sum” is deleted." in answer.content.decode()
    assert client.get(f"/agents/{version.agent_id}/").status_code == 404


def test_runs_of_a_deleted_agent_stay(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator("Gone"), Input=8)
    services.delete(execution.graph_version.agent)
    page = words(browse(alice), f"/runs/{execution.pk}/")

    assert "Gone" in page
    assert "Run again" not in page


def test_the_page_takes_a_fixed_number_of_queries(
    version: GraphVersion, alice: User, browse: Browse, django_assert_num_queries: Any
) -> None:
    client = browse(alice)
    client.get(f"/agents/{version.agent_id}/")
    # session, user, version, runs, versions, schedules, presets, triggers, reviews, notifications
    with django_assert_num_queries(10):
        client.get(f"/agents/{version.agent_id}/")
