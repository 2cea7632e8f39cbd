"""The sample agents are whole, and give what their documentation says."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import agents.graphs
import blocks.library  # noqa: F401  # fills the registry
from agents.engine.graph import Graph
from agents.engine.schemas import input_schema, output_schema
from agents.engine.simulation import Simulation, simulate
from agents.engine.states import ExecutionStatus
from agents.engine.validation import problems
from agents.graphs.codec import document_of, engine_graph
from agents.graphs.exchange import GraphFile, read_file
from blocks.sdk import BlockKind

SAMPLES = Path(agents.graphs.__file__).parent / "samples"
NAMES = {
    "calculator",
    "collect_list",
    "csv_report",
    "safe_division",
    "tea_party",
}
DOCS = Path(__file__).parents[3] / "docs" / "samples.md"


def load(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def family(name: str) -> list[GraphFile]:
    """Return the sample and its sub-agents."""
    return list(read_file(load(name)).family().values())


def graph_of(file: GraphFile) -> Graph:
    return engine_graph(document_of(file))


def run(name: str, **inputs: Any) -> Simulation:
    main, *others = family(name)
    graphs = {file.id: graph_of(file) for file in others}
    return simulate(graph_of(main), inputs, graphs=graphs)


def outputs(name: str, **inputs: Any) -> Mapping[str, list[Any]]:
    """Return what the sample gives, seeing that it completes."""
    ended = run(name, **inputs)
    assert ended.status is ExecutionStatus.COMPLETED
    return ended.outputs


def test_samples_are_those_that_are_tested() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
class TestEverySample:
    def test_can_be_run(self, name: str) -> None:
        for file in family(name):
            assert problems(graph_of(file), for_run=True) == []

    def test_has_a_name_and_a_description(self, name: str) -> None:
        for file in family(name):
            assert file.name
            assert file.description.endswith(".")

    def test_has_ids_of_its_own(self, name: str) -> None:
        value = load(name)
        graphs = [value, *value["sub_graphs"]]
        ids = [graph["id"] for graph in graphs]
        ids += [part["id"] for graph in graphs for part in (*graph["nodes"], *graph["links"])]
        elsewhere = {
            part["id"]
            for other in NAMES - {name}
            for graph in (load(other), *load(other)["sub_graphs"])
            for part in (graph, *graph["nodes"], *graph["links"])
        }

        assert [id for id, times in Counter(ids).items() if times > 1] == []
        assert elsewhere.isdisjoint(ids)
        assert [str(UUID(id)) for id in ids] == ids

    def test_says_rightly_which_links_are_static(self, name: str) -> None:
        for file in family(name):
            derived = {
                (link.source_id, link.sink_id): link.is_static for link in graph_of(file).links
            }
            written = {(link.source_id, link.sink_id): link.is_static for link in file.all_links}
            assert written == derived

    def test_is_laid_out_from_left_to_right_without_overlap(self, name: str) -> None:
        for file in family(name):
            places = {
                node.id: (node.metadata["position"]["x"], node.metadata["position"]["y"])
                for node in file.nodes
            }
            assert len(set(places.values())) == len(places)
            for link in file.all_links:
                forward = places[link.source_id][0] < places[link.sink_id][0]
                assert forward or link.source_id == link.sink_id

    def test_runs_as_it_is(self, name: str) -> None:
        assert outputs(name)

    def test_is_documented(self, name: str) -> None:
        text = DOCS.read_text(encoding="utf-8")
        [main, *_] = family(name)

        assert f"## {main.name}" in text
        assert f"`{name}.json`" in text


def test_sub_agents_are_as_their_nodes_remember_them() -> None:
    main, sub = family("tea_party")
    [node] = graph_of(main).of_kind(BlockKind.AGENT)

    assert node.input_default["graph_id"] == sub.id
    assert node.input_default["graph_version"] == sub.version
    assert node.input_default["agent_name"] == sub.name
    assert node.input_default["input_schema"] == input_schema(graph_of(sub))
    assert node.input_default["output_schema"] == output_schema(graph_of(sub))


@pytest.mark.parametrize(("given", "sum"), [(8, 42.0), ("8", 42.0), ("abc", 34.0), (-34, 0.0)])
def test_calculator_adds_34(given: Any, sum: float) -> None:
    assert outputs("calculator", Input=given) == {"Output": [sum]}


def test_collect_list_gives_the_list_after_each_number_it_keeps() -> None:
    assert outputs("collect_list") == {"Collected": [[14], [14, 8], [14, 8, 27]]}


def test_collect_list_gives_nothing_where_no_number_is_large_enough() -> None:
    assert outputs("collect_list", Numbers=[1, 2], **{"At least": 3}) == {}


def test_collect_list_ends_with_the_list_waiting_for_a_next_number() -> None:
    ended = run("collect_list")

    [left] = [one for one in ended.executions if one.status == "INCOMPLETE"]
    assert left.input_data == {"list": [14, 8, 27]}


REPORT = """\
# The tea house, first week

4 products brought in 1083.75. That is 83.75 above the goal of 1000.

## Coffee

- Cold brew: 98.00
- Espresso: 455.25

## Tea

- Oolong: 320.50
- Sencha: 210.00
"""


def test_csv_report_is_one_text() -> None:
    assert outputs("csv_report") == {"Report": [REPORT]}


def test_csv_report_takes_another_table_title_and_goal() -> None:
    table = "product,category,revenue\r\nצ'אי 🍵,tea,1\r\n"

    assert outputs("csv_report", Sales=table, Title="T", Goal=2) == {
        "Report": [
            "# T\n\n1 product brought in 1.00. That is 1.00 below the goal of 2.\n"
            "\n## Tea\n\n- צ'אי 🍵: 1.00\n"
        ]
    }


def test_tea_party_invites_each_guest_through_its_sub_agent() -> None:
    assert outputs("tea_party", Guests=["Alice", "Dinah"]) == {
        "Invitations": [
            "Dear Alice, please come to a very merry unbirthday. There is plenty of room.",
            "Dear Dinah, please come to a very merry unbirthday. There is plenty of room.",
        ]
    }


def test_safe_division_divides() -> None:
    assert outputs("safe_division", Divisor=2) == {"Quotient": [3.5]}


def test_safe_division_explains_what_it_cannot_do() -> None:
    assert outputs("safe_division") == {
        "Explanation": ["7 cannot be divided by 0. Division by zero has no result."]
    }
