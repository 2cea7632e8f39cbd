import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import User
from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution, NodeExecution
from agents.executions.services import start_draft
from agents.graphs.services import create_agent
from tests.integration.webui.conftest import Browse
from tests.support.graphs import GraphBuilder, calculator
from tests.support.probes import registered
from tests.support.runs import fresh, run, run_queued, run_to_end, start

pytestmark = pytest.mark.django_db

HOSTILE = '</pre><script>alert(1)</script><img src=x onerror="alert(2)">'


def echo(name: str = "Echo") -> GraphBuilder:
    """Return the graph that brings its input ``in`` out as ``out``."""
    g = GraphBuilder(name)
    g.link(g.input("in"), "result", g.output("out"), "value")
    return g


def division() -> GraphBuilder:
    """Return the graph that divides by its input, and handles no error."""
    g = GraphBuilder("Division")
    node = g.node("CalculatorBlock", operation="Divide", a=1)
    g.link(g.input("by"), "result", node, "b")
    g.link(node, "result", g.output("out"), "value")
    return g


def words(client: Client, execution: Execution) -> str:
    answer = client.get(f"/runs/{execution.pk}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def feed(page: str) -> dict[str, Any]:
    """Return what the page tells its script, None where it needs none."""
    found = re.search(r'<script id="feed" type="application/json">(.*?)</script>', page)
    assert found, "The page has nothing for its script."
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_a_run_that_is_over_is_complete_without_a_script(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator("Sum"), Input=8)
    page = words(browse(alice), execution)

    assert '<dt dir="auto">Output</dt>' in page
    assert page.count(">42.0</pre>") == 4  # the run's output, the sum, what the output got and gave
    assert page.count('data-status="COMPLETED"') == 4  # the run and its three nodes
    assert '<dt dir="auto">Input</dt>' in page
    assert 'id="feed"' not in page
    assert "Stop" not in page


def test_a_failed_run_says_why_and_shows_the_node(alice: User, browse: Browse) -> None:
    execution = run(alice, division(), by=0)
    page = words(browse(alice), execution)

    assert execution.state is ExecutionStatus.FAILED
    assert "The run failed" in page
    assert execution.error["message"] in page.replace("&#x27;", "'").replace("&quot;", '"')
    assert "<details open>" in page


def test_what_never_ran_is_listed_with_what_it_lacked(alice: User, browse: Browse) -> None:
    page = words(browse(alice), run(alice, division(), by=0))

    assert "Never ran" not in page  # the output got nothing at all, so nothing waits

    g = GraphBuilder("Half")
    node = g.node("CalculatorBlock", operation="Add")
    g.link(g.input("a", 1), "result", node, "a")
    g.link(g.input("b"), "result", node, "b")
    page = words(browse(alice), run(alice, g))

    assert "Never ran" in page
    assert "Calculator: input <code>b</code> has not arrived" in page


@pytest.mark.parametrize("value", [HOSTILE, {HOSTILE: [HOSTILE]}])
def test_what_a_block_gives_is_text_never_html(value: Any, alice: User, browse: Browse) -> None:
    g = echo(HOSTILE)
    g.nodes[1]["input_default"]["name"] = HOSTILE
    page = words(browse(alice), run(alice, g, **{"in": value}))

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_what_the_page_tells_its_script_cannot_end_the_script(alice: User, browse: Browse) -> None:
    page = words(browse(alice), start(alice, echo(HOSTILE), **{"in": HOSTILE}))

    assert feed(page)["status"] == "QUEUED"
    assert "<script>alert" not in page


@pytest.mark.parametrize("value", ["\ud800", "a\x00b", "🫖", "", None, 0, False, [], {}, 2**70])
def test_values_of_all_kinds_are_shown(value: Any, alice: User, browse: Browse) -> None:
    assert "Echo" in words(browse(alice), run(alice, echo(), **{"in": value}))


def test_large_values_are_cut_and_kept_whole_elsewhere(alice: User, browse: Browse) -> None:
    text = '\\"é🫖' * 20_000
    execution = run(alice, echo(), **{"in": text})
    client = browse(alice)
    page = words(client, execution)

    assert len(page) < 60_000
    links = re.findall(r'href="([^"]*)" data-show-all', page)
    assert len(links) == 4  # the run's output and input, and what the two nodes emitted
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.content.decode() == text
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")


def test_very_large_inputs_are_not_even_read(alice: User, browse: Browse) -> None:
    execution = run(alice, echo(), **{"in": "x" * 70_000})
    client = browse(alice)
    page = words(client, execution)

    assert "The inputs are large" in page
    node = NodeExecution.objects.filter(execution=execution).latest("number")
    whole = client.get(f"/runs/{execution.pk}/value/", {"node": str(node.pk)})
    assert json.loads(whole.content)["value"] == "x" * 70_000


@pytest.mark.parametrize(
    "place",
    [
        {"input": "other"},
        {"node": "x"},
        {"node": str(UUID(int=7))},
        {"node": "", "output": "result", "index": "0"},
    ],
)
def test_a_value_that_is_not_there_is_not_found(
    place: dict[str, str], alice: User, browse: Browse
) -> None:
    execution = run(alice, echo(), **{"in": 1})

    assert browse(alice).get(f"/runs/{execution.pk}/value/", place).status_code == 404


@pytest.mark.parametrize("index", ["1", "-1", "x", "9" * 30, "²"])
def test_an_emission_that_is_not_there_is_not_found(
    index: str, alice: User, browse: Browse
) -> None:
    execution = run(alice, echo(), **{"in": 1})
    node = NodeExecution.objects.filter(execution=execution).earliest("number")
    place = {"node": str(node.pk), "output": "result", "index": index}

    assert browse(alice).get(f"/runs/{execution.pk}/value/", place).status_code == 404


def test_many_emissions_are_cut_and_kept_whole_elsewhere(alice: User, browse: Browse) -> None:
    g = GraphBuilder("Loop")
    loop = g.node("StepThroughItemsBlock", items=list(range(60)))
    g.link(loop, "item", g.output("out"), "value")
    execution = run(alice, g)
    client = browse(alice)
    page = words(client, execution)
    node = NodeExecution.objects.filter(execution=execution).earliest("number")

    assert 'data-live="more-count">70<' in page
    assert "Page 1" in page
    assert page.count("data-node-exec=") == 50
    whole = client.get(f"/runs/{execution.pk}/value/", {"node": str(node.pk), "output": "item"})
    assert json.loads(whole.content) == list(range(60))


def test_a_stranger_meets_a_404_everywhere(alice: User, charlie: User, browse: Browse) -> None:
    execution = start(alice, echo(), **{"in": 1})
    client = browse(charlie)

    for path in ("", "waiting/", "value/"):
        assert client.get(f"/runs/{execution.pk}/{path}").status_code == 404
    assert client.post(f"/runs/{execution.pk}/stop/").status_code == 404
    execution.refresh_from_db()
    assert not execution.is_cancelled


def test_a_run_is_stopped_by_its_button(alice: User, browse: Browse) -> None:
    execution = start(alice, echo(), **{"in": 1})
    client = browse(alice)
    assert "Stop" in words(client, execution)

    assert client.post(f"/runs/{execution.pk}/stop/")["Location"] == f"/runs/{execution.pk}/"

    execution.refresh_from_db()
    assert execution.state is ExecutionStatus.TERMINATED
    assert 'data-run-status="TERMINATED"' in words(client, execution)


def test_stopping_a_run_that_has_ended_changes_nothing(alice: User, browse: Browse) -> None:
    execution = run(alice, echo(), **{"in": 1})
    answer = browse(alice).post(f"/runs/{execution.pk}/stop/", follow=True)

    assert "The run had ended already." in answer.content.decode()
    execution.refresh_from_db()
    assert execution.state is ExecutionStatus.COMPLETED


def test_a_page_of_a_running_run_says_where_its_script_goes_on(alice: User, browse: Browse) -> None:
    execution = start(alice, calculator(), Input=8)
    run_queued()
    execution.refresh_from_db()
    page = words(browse(alice), execution)
    told = feed(page)

    assert told["since"] == execution.last_seq
    assert told["run"] == str(execution.pk)
    assert told["follows"] is True
    assert page.count(">8</pre>") == 3  # the run's input, what its node emitted, the sum's `a`


def test_emissions_that_events_have_still_to_tell_are_left_to_the_script(
    alice: User, browse: Browse
) -> None:
    from webui.runs import node_runs, started_rows

    execution = start(alice, calculator(), Input=8)
    before = execution.last_seq
    run_queued()
    execution.refresh_from_db()
    rows = list(started_rows(execution))

    assert node_runs(execution, rows, execution.last_seq)[0].outputs[0].value.text == "8"
    assert node_runs(execution, rows, before)[0].outputs == []


def test_a_sub_agents_run_and_the_run_that_started_it_link_to_each_other(
    alice: User, browse: Browse
) -> None:
    main = GraphBuilder("Main")
    main.agent(calculator("Helper"), Input=1)
    execution = run_to_end(start(alice, main))
    child = Execution.objects.get(parent__execution=execution)
    client = browse(alice)

    assert f'href="/runs/{child.pk}/"' in words(client, execution)
    assert f'href="/runs/{execution.pk}/"' in words(client, child)


def test_what_waits_can_be_asked_for_by_itself(alice: User, browse: Browse) -> None:
    execution = start(alice, calculator(), Input=8)
    answer = browse(alice).get(f"/runs/{execution.pk}/waiting/")

    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


def test_the_page_takes_as_many_queries_for_many_nodes_as_for_few(
    alice: User, browse: Browse, django_assert_num_queries: Any
) -> None:
    g = GraphBuilder("Loop")
    loop = g.node("StepThroughItemsBlock", items=list(range(30)))
    g.link(loop, "item", g.output("out"), "value")
    execution = run(alice, g)
    client = browse(alice)
    words(client, execution)
    # session, user, run, nodes, emissions, inputs, outputs, their number, what waits, open nodes
    with django_assert_num_queries(13):
        words(client, execution)


def test_a_failed_run_is_retried_with_its_button(alice: User, browse: Browse) -> None:
    graph = GraphBuilder()
    with registered():
        graph.node("Flaky", path="/nowhere/at/all")
        execution = run(alice, graph)
        page = browse(alice)
        address = f"/runs/{execution.pk}/"
        assert f'action="{address}retry/"' in page.get(address).content.decode()

        answer = page.post(f"{address}retry/")

        assert answer["Location"] == address
        assert fresh(execution).status == "RUNNING"
        assert f'action="{address}retry/"' not in page.get(address).content.decode()


def test_a_run_that_cannot_be_retried_says_why(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=1)
    page = browse(alice).post(f"/runs/{execution.pk}/retry/", follow=True).content.decode()

    assert "The run completed, so there is nothing to retry." in page
    assert fresh(execution).status == "COMPLETED"


def test_a_run_is_replayed_from_a_node_once_for_a_double_click(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=1)
    _source, total, _sink = execution.graph_version.graph.nodes
    page = browse(alice)
    address = f"/runs/{execution.pk}/"
    assert f'name="from_node" value="{total}"' in page.get(address).content.decode()

    body = {"from_node": total, "click": "c"}
    answers = [page.post(f"{address}replay/", body)["Location"] for _ in range(2)]

    new = Execution.objects.get(replay_of=execution)
    assert answers == [f"/runs/{new.pk}/"] * 2
    shown_page = page.get(answers[0]).content.decode()
    assert "Taken over from the run that this one replays." in shown_page
    assert f'href="{address}"' in shown_page


def test_a_replay_from_nowhere_says_so(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=1)
    body = {"from_node": "x", "click": "c"}
    page = browse(alice).post(f"/runs/{execution.pk}/replay/", body, follow=True)

    assert "has no node" in page.content.decode()
    assert Execution.objects.count() == 1


def test_strangers_retry_and_replay_nothing(alice: User, charlie: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=1)

    for action in ("retry", "replay"):
        answer = browse(charlie).post(f"/runs/{execution.pk}/{action}/", {"from_node": "x"})
        assert answer.status_code == 404


def test_a_run_of_a_draft_says_so_and_leads_to_the_canvas(alice: User, browse: Browse) -> None:
    version = create_agent(alice, calculator("Sum").file())
    execution = run_to_end(start_draft(owner=alice, agent_id=version.agent_id, inputs={"Input": 1}))
    client = browse(alice)
    page = words(client, execution)

    assert '<span class="chip">a draft after v1 </span>' in page
    assert f'href="/agents/{version.agent_id}/edit/?execution={execution.pk}"' in page
    assert ">Run again</a>" not in page
    assert "a draft after v1" in client.get("/runs/").content.decode()
