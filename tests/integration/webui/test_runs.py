"""The list of runs: what it shows, what narrows it, and what stops several of them."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs import services
from tests.integration.webui.conftest import Browse
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, run, run_queued, run_to_end, start

pytestmark = pytest.mark.django_db


def division() -> GraphBuilder:
    """Return the graph that divides by its input, and handles no error."""
    g = GraphBuilder("Division")
    node = g.node("CalculatorBlock", operation="Divide", a=1)
    g.link(g.input("by"), "result", node, "b")
    g.link(node, "result", g.output("out"), "value")
    return g


def listed(client: Client, query: str = "") -> list[str]:
    """Return the names of the agents whose runs the list shows, in its order."""
    page = client.get(f"/runs/{query}").content.decode()
    return re.findall(r'<a href="/runs/[0-9a-f-]+/" dir="auto">([^<]*)</a>', page)


def words(client: Client, path: str = "/runs/") -> str:
    return " ".join(client.get(path).content.decode().split())


def test_without_runs_the_list_explains_what_to_do(alice: User, browse: Browse) -> None:
    page = words(browse(alice))

    assert "No runs yet" in page
    assert "See your agents" in page


def test_only_ones_own_runs_are_listed_newest_first(alice: User, bob: User, browse: Browse) -> None:
    run(alice, calculator("First"), Input=1)
    run(alice, calculator("Second"), Input=1)
    run(bob, calculator("Of Bob"), Input=1)

    assert listed(browse(alice)) == ["Second", "First"]


def test_runs_that_runs_started_are_left_out(alice: User, browse: Browse) -> None:
    main = GraphBuilder("Main")
    main.agent(calculator("Helper"), Input=1)
    run_to_end(start(alice, main))

    assert listed(browse(alice)) == ["Main"]


def test_runs_are_filtered_by_status(alice: User, browse: Browse) -> None:
    run(alice, calculator("Good"), Input=1)
    run(alice, division(), by=0)
    start(alice, calculator("Queued"), Input=1)
    client = browse(alice)

    assert listed(client, "?status=FAILED") == ["Division"]
    assert listed(client, "?status=QUEUED") == ["Queued"]
    assert listed(client, "?status=UNFINISHED") == ["Queued"]
    assert "None of your runs is “Running”." in words(client, "/runs/?status=RUNNING")
    assert listed(client, "?status=odd") == ["Queued", "Division", "Good"]


def test_runs_are_filtered_by_agent_whatever_its_version(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator("Sum"), Input=1)
    run(alice, division(), by=1)
    agent = execution.graph_version.agent
    services.save_version(agent, {**services.export(execution.graph_version), "name": "Sum of 2"})
    client = browse(alice)

    assert listed(client, f"?agent={agent.pk}") == ["Sum"]
    assert "Sum of 2</option>" in words(client)
    assert listed(client, f"?agent={UUID(int=7)}") == []
    assert listed(client, "?agent=x") == ["Division", "Sum"]


def test_a_deleted_agent_can_still_be_asked_for(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator("Gone"), Input=1)
    agent = execution.graph_version.agent
    services.delete(agent)
    client = browse(alice)

    assert "Gone</option>" not in words(client)
    assert f'value="{agent.pk}" selected>Gone</option>' in words(client, f"/runs/?agent={agent.pk}")


def test_runs_are_filtered_by_time(alice: User, browse: Browse) -> None:
    run(alice, calculator("New"), Input=1)
    old = run(alice, calculator("Old"), Input=1)
    Execution.objects.filter(pk=old.pk).update(created=now() - timedelta(hours=25))
    client = browse(alice)

    assert listed(client, "?since=24h") == ["New"]
    assert listed(client, "?since=7d") == ["New", "Old"]
    assert listed(client, "?since=ever") == ["New", "Old"]


def test_a_search_finds_names_ids_and_errors(alice: User, browse: Browse) -> None:
    good = run(alice, calculator("Süm total"), Input=1)
    bad = run(alice, division(), by=0)
    client = browse(alice)

    assert listed(client, "?q=sÜM") == ["Süm total"]
    assert listed(client, f"?q={str(good.pk)[:8].upper()}") == ["Süm total"]
    assert listed(client, f"?q={bad.error['message'][:30]}") == ["Division"]
    assert listed(client, "?q=%25") == []  # no pattern
    assert "Nothing that you are looking for" in words(client, "/runs/?q=<i>%00&since=1h")


def test_filters_go_together_and_stay_while_one_changes(alice: User, browse: Browse) -> None:
    run(alice, calculator("Sum"), Input=1)
    page = words(browse(alice), "/runs/?q=a%26b&since=1h&status=FAILED")

    assert 'href="?status=RUNNING&amp;since=1h&amp;q=a%26b"' in page
    assert 'href="?since=1h&amp;q=a%26b"' in page  # all statuses


def test_an_unfinished_run_says_what_it_waits_for(alice: User, browse: Browse) -> None:
    g = GraphBuilder("Asking")
    g.node("HumanInTheLoopBlock", data=1, name="The refund")
    start(alice, g)
    run_queued()
    page = words(browse(alice))

    assert "The refund" in page


def test_a_failed_run_says_why(alice: User, browse: Browse) -> None:
    execution = run(alice, division(), by=0)

    assert "run-row__line--bad" in words(browse(alice))
    assert execution.error["message"][:20] in words(browse(alice)).replace("&#x27;", "'")


def test_the_list_takes_as_many_queries_for_many_runs_as_for_few(
    alice: User, browse: Browse, django_assert_max_num_queries: Any
) -> None:
    for number in range(9):
        start(alice, calculator(f"Sum {number}"), Input=1)
    client = browse(alice)
    words(client)
    # session, user, runs, what waits (3), agents to choose, count of reviews
    with django_assert_max_num_queries(9):
        assert len(listed(client)) == 9


class TestStopping:
    def test_those_that_were_chosen_are_stopped(self, alice: User, browse: Browse) -> None:
        runs = [start(alice, calculator(f"Sum {number}"), Input=1) for number in range(3)]
        body = {"run": [str(runs[0].pk), str(runs[1].pk)], "status": "UNFINISHED"}
        answer = browse(alice).post("/runs/stop/", body, follow=True)

        assert answer.redirect_chain == [("/runs/?status=UNFINISHED", 302)]
        assert "2 runs are stopped." in answer.content.decode()
        assert [fresh(one).status for one in runs] == ["TERMINATED", "TERMINATED", "QUEUED"]

    def test_only_unfinished_runs_can_be_chosen(self, alice: User, browse: Browse) -> None:
        run(alice, calculator("Done"), Input=1)
        client = browse(alice)
        assert "data-choice" not in words(client)

        begun = start(alice, calculator("Begun"), Input=1)
        assert re.findall(r'name="run" value="([^"]*)"', words(client)) == [str(begun.pk)]

    def test_without_a_choice_it_says_what_to_do(self, alice: User, browse: Browse) -> None:
        answer = browse(alice).post("/runs/stop/", {"run": ["x"]}, follow=True)

        assert "Choose the runs to stop first." in answer.content.decode()

    def test_what_has_ended_stays_as_it_is(self, alice: User, browse: Browse) -> None:
        done = run(alice, calculator(), Input=1)
        answer = browse(alice).post("/runs/stop/", {"run": [str(done.pk)]}, follow=True)

        assert "They had ended already." in answer.content.decode()
        assert fresh(done).status == "COMPLETED"

    def test_strangers_stop_nothing(self, alice: User, charlie: User, browse: Browse) -> None:
        begun = start(alice, calculator(), Input=1)
        client = browse(charlie)
        client.post("/runs/stop/", {"run": [str(begun.pk)]})
        client.post("/runs/stop/", {"all": "yes", "sure": "yes"})

        assert fresh(begun).status == "QUEUED"

    def test_all_that_match_are_stopped_once_that_is_confirmed(
        self, alice: User, browse: Browse
    ) -> None:
        wanted = start(alice, calculator("Wanted"), Input=1)
        other = start(alice, calculator("Other"), Input=1)
        client = browse(alice)
        asked = client.post("/runs/stop/", {"all": "yes", "q": "wanted"}).content.decode()

        assert "Stop one run?" in " ".join(asked.split())
        assert fresh(wanted).status == "QUEUED"
        answer = client.post("/runs/stop/", {"all": "yes", "sure": "yes", "q": "wanted"})
        assert answer["Location"] == "/runs/?q=wanted"
        assert [fresh(wanted).status, fresh(other).status] == ["TERMINATED", "QUEUED"]

    def test_its_address_alone_stops_nothing(self, alice: User, browse: Browse) -> None:
        begun = start(alice, calculator(), Input=1)

        assert browse(alice).get("/runs/stop/")["Location"] == "/runs/"
        assert fresh(begun).status == "QUEUED"


def test_a_part_that_somebody_left_open_asks_for_the_sign_in_as_a_whole(db: None) -> None:
    answer = Client().get("/runs/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")
    assert Client().get(f"/runs/{uuid4()}/").status_code == 302
