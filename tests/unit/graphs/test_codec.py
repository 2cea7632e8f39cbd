"""From the exchange format to documents and engine graphs, and back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.graphs.codec import document_of, engine_graph, with_new_ids
from agents.graphs.exchange import read_file
from agents.graphs.stripping import stripped
from blocks.sdk import BlockKind
from kernel.jsontypes import JSONObject
from tests.support.graphs import GraphBuilder, calculator
from tests.support.renaming import canonical

NOTE, OLD_NOTE = "cc10ff7b-7753-4ff2-9af6-9399b1a7eddc", "31d1064e-7446-4693-o7d4-65e5ca9110d1"
COMBINE_TEXTS = "e30a4d42-7b7d-4e6a-b36e-1f9b8e3b7d85"
READ_CSV = "acf7625e-d2cb-4941-bfeb-2819fc6fc015"
AGENT = "e189baac-8c20-45a1-94a7-55177ea42565"
UNKNOWN = "00000000-0000-0000-0000-00000000cafe"


def document(**file: Any) -> JSONObject:
    return document_of(read_file({"name": "n", "nodes": [], **file}))


def node(id: str, block_id: str = NOTE, **more: Any) -> JSONObject:
    return {"id": id, "block_id": block_id, **more}


def link(source: str, source_name: str, sink: str, sink_name: str, **more: Any) -> JSONObject:
    return {
        "source_id": source,
        "source_name": source_name,
        "sink_id": sink,
        "sink_name": sink_name,
        **more,
    }


def ends(document: JSONObject) -> list[tuple[str, str, str, str]]:
    return [
        (link["source_id"], link["source_name"], link["sink_id"], link["sink_name"])
        for link in document["links"]
    ]


def test_a_document_holds_the_graph_in_the_formats_own_words() -> None:
    g = calculator()
    found = document_of(read_file(g.file()))

    assert found["nodes"] == g.nodes
    assert [{**link, "id": ""} for link in found["links"]] == [
        {**g.links[0], "id": "", "is_static": True},
        {**g.links[1], "id": "", "is_static": False},
    ]
    assert set(found) == {"nodes", "links"}


def test_links_keep_their_ids() -> None:
    found = document(nodes=[node("a")], links=[link("a", "output", "a", "text", id="mine")])

    assert [stored["id"] for stored in found["links"]] == ["mine"]


@pytest.mark.parametrize("id", [None, "", 7, {}, "x" * 65])
def test_a_link_whose_id_cannot_be_kept_gets_one(id: Any) -> None:
    found = document(nodes=[node("a")], links=[link("a", "output", "a", "text", id=id)])

    [stored] = found["links"]
    assert stored["id"] == str(UUID(stored["id"]))


def test_what_a_link_has_besides_is_kept() -> None:
    found = document(nodes=[node("a")], links=[link("a", "output", "a", "text", bend=[1, 2])])

    assert found["links"][0]["bend"] == [1, 2]


def test_a_disabled_node_stays_in_the_document_and_is_not_in_the_graph() -> None:
    nodes = [node("a"), node("b", metadata={"disabled": True}), node("c")]
    links = [link("a", "output", "b", "text"), link("a", "output", "c", "text")]
    found = document(nodes=nodes, links=links)

    assert [one["id"] for one in found["nodes"]] == ["a", "b", "c"]
    assert len(found["links"]) == 2
    graph = engine_graph(found)
    assert list(graph.nodes) == ["a", "c"]
    assert [(one.source_id, one.sink_id) for one in graph.links] == [("a", "c")]
    assert [one.id for one in graph.disabled] == ["b"]


def test_the_engine_sees_nodes_blocks_values_and_links() -> None:
    g = calculator()
    graph = engine_graph(document_of(read_file(g.file())))

    assert [(n.id, n.kind, dict(n.input_default)) for n in graph.nodes.values()] == [
        (g.nodes[0]["id"], BlockKind.INPUT, {"name": "Input", "value": None}),
        (g.nodes[1]["id"], BlockKind.STANDARD, {"operation": "Add", "b": 34}),
        (g.nodes[2]["id"], BlockKind.OUTPUT, {"name": "Output"}),
    ]
    assert [(link.source_name, link.sink_name, link.is_static) for link in graph.links] == [
        ("result", "a", True),
        ("result", "value", False),
    ]


class TestOldExports:
    def test_old_block_ids_become_present_ones(self) -> None:
        found = document(nodes=[node("a", OLD_NOTE)])

        assert found["nodes"][0]["block_id"] == NOTE

    def test_an_old_block_id_in_a_stored_document_is_still_found(self) -> None:
        stored = {
            "nodes": [{"id": "a", "block_id": OLD_NOTE, "input_default": {}, "metadata": {}}],
            "links": [],
        }

        [found] = engine_graph(stored).nodes.values()
        assert (found.kind, found.block_id) == (BlockKind.NOTE, NOTE)

    def test_ten_pins_of_combine_texts_become_items_of_one_list(self) -> None:
        values = {"input1": "first", "input10": "last", "input11": "no pin", "delimiter": "-"}
        found = document(
            nodes=[node("a", COMBINE_TEXTS, input_default=values), node("b")],
            links=[link("b", "output", "a", "input2"), link("b", "output", "b", "input2")],
        )

        assert found["nodes"][0]["input_default"] == {
            "input_$_0": "first",
            "input_$_9": "last",
            "input11": "no pin",
            "delimiter": "-",
        }
        assert ends(found) == [("b", "output", "a", "input_$_1"), ("b", "output", "b", "input2")]

    def test_an_agents_data_become_its_inputs(self) -> None:
        found = document(nodes=[node("a", AGENT, input_default={"data": {"x": 1}})])

        assert found["nodes"][0]["input_default"] == {"inputs": {"x": 1}}

    def test_an_agents_inputs_stay_beside_its_data(self) -> None:
        values = {"data": {"x": 1}, "inputs": {"x": 2}}
        found = document(nodes=[node("a", AGENT, input_default=values)])

        assert found["nodes"][0]["input_default"] == values

    def test_an_agent_without_inputs_gets_none(self) -> None:
        assert document(nodes=[node("a", AGENT)])["nodes"][0]["input_default"] == {"inputs": {}}

    def test_the_csv_reader_is_the_spreadsheet_reader(self) -> None:
        [found] = engine_graph(document(nodes=[node("a", READ_CSV)])).nodes.values()

        assert found.block is not None
        assert found.block.name == "ReadSpreadsheetBlock"

    def test_the_oldest_files_load(self) -> None:
        file = {
            "id": "x",
            "version": 3,
            "is_active": True,
            "is_template": False,
            "name": "Old",
            "description": None,
            "subgraphs": {"sub": ["a"]},
            "executions": [{"status": "COMPLETED"}],
            "nodes": [
                node("a", input_default=None, metadata=None, webhook=None, webhook_id=None),
                node("b", OLD_NOTE, input_default={"text": "t"}),
            ],
            "links": [link("a", "output", "b", "text", id="1", is_static=None)],
        }
        found = read_file(file)

        assert (found.name, found.description, found.version) == ("Old", "", 3)
        assert set(document_of(found)) == {"nodes", "links"}
        assert ends(document_of(found)) == [("a", "output", "b", "text")]


class TestLinks:
    def test_double_links_collapse(self) -> None:
        twice = link("a", "output", "a", "text")

        assert len(document(nodes=[node("a")], links=[twice, {**twice, "id": "2"}])["links"]) == 1

    def test_links_of_nodes_serve_where_the_graph_has_none(self) -> None:
        first, second = link("a", "output", "b", "text"), link("b", "output", "a", "text")
        found = document(
            nodes=[
                node("a", output_links=[first], input_links=[second]),
                node("b", input_links=[first], output_links=[second]),
            ]
        )

        assert ends(found) == [("b", "output", "a", "text"), ("a", "output", "b", "text")]

    def test_links_of_nodes_are_ignored_where_the_graph_has_its_own(self) -> None:
        extra = link("a", "output", "a", "text")

        assert document(nodes=[node("a", output_links=[extra])], links=[])["links"] == []

    def test_static_is_what_the_source_block_says_or_the_file(self) -> None:
        g = GraphBuilder()
        source, note = g.input("a"), g.node("NoteBlock", text="t")
        g.link(source, "result", note, "text", static=False)
        g.link(note, "output", note, "text", static=True)
        g.link(note, "output", source, "value", static=False)

        assert [link["is_static"] for link in document_of(read_file(g.file()))["links"]] == [
            True,
            True,
            False,
        ]


class TestUnknowns:
    def test_unknown_blocks_are_placeholders_with_all_they_had(self) -> None:
        values = {"prompt": "?", "model": {"name": "m"}}
        found = document(nodes=[node("a", UNKNOWN, input_default=values)])

        assert found["nodes"][0] == {
            "id": "a",
            "block_id": UNKNOWN,
            "input_default": values,
            "metadata": {},
        }
        assert engine_graph(found).nodes["a"].kind is BlockKind.UNKNOWN  # type: ignore[index]

    def test_unknown_keys_are_kept(self) -> None:
        found = document(instructions="Read me", nodes=[node("a", shade="blue")])

        assert found["instructions"] == "Read me"
        assert found["nodes"][0]["shade"] == "blue"

    def test_keys_that_belong_to_another_instance_or_can_be_derived_are_not(self) -> None:
        found = document(
            user_id="someone",
            input_schema={"type": "object"},
            nodes=[node("a", graph_id="g", graph_version=1, webhook_id="w", webhook={"a": 1})],
        )

        assert set(found) == {"nodes", "links"}
        assert set(found["nodes"][0]) == {"id", "block_id", "input_default", "metadata"}


class TestNewIds:
    def test_nodes_and_their_links_are_renamed_alike(self) -> None:
        before = document_of(read_file(calculator().file()))
        after = with_new_ids(before)

        old = {node["id"] for node in before["nodes"]} | {link["id"] for link in before["links"]}
        new = {node["id"] for node in after["nodes"]} | {link["id"] for link in after["links"]}
        assert old.isdisjoint(new)
        assert canonical(after) == canonical(before)

    def test_tool_pins_that_name_a_node_name_its_new_id(self) -> None:
        before = document(
            nodes=[node("a"), node("b")],
            links=[
                link("a", "tools_^_b_~_text", "b", "text"),
                link("a", "tools_^_search_~_text", "b", "more"),
            ],
        )
        after = with_new_ids(before)

        b = after["nodes"][1]["id"]
        assert [link["source_name"] for link in after["links"]] == [
            f"tools_^_{b}_~_text",
            "tools_^_search_~_text",
        ]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
BLOCKS = st.sampled_from([NOTE, OLD_NOTE, COMBINE_TEXTS, AGENT, UNKNOWN])


@st.composite
def files(draw: st.DrawFn) -> JSONObject:
    ids = draw(st.lists(st.uuids(version=4).map(str), unique=True, max_size=5))
    nodes = [
        node(
            id,
            draw(BLOCKS),
            input_default=draw(st.dictionaries(st.text(), VALUES, max_size=3)),
            metadata=draw(st.dictionaries(st.text(), VALUES, max_size=2)),
        )
        for id in ids
    ]
    pin = st.sampled_from(["output", "text", "input1", "input_$_3", "a_#_b", "tools_^_x_~_y", "🪢"])
    links = [
        link(draw(st.sampled_from(ids)), draw(pin), draw(st.sampled_from(ids)), draw(pin))
        for _ in range(draw(st.integers(0, 6)) if ids else 0)
    ]
    return {"name": draw(st.text(max_size=5)).replace("\0", ""), "nodes": nodes, "links": links}


@given(file=files())
def test_reading_a_document_again_changes_nothing(file: Mapping[str, Any]) -> None:
    once = document_of(read_file(file))

    assert canonical(document_of(read_file({"name": "n", **once}))) == canonical(once)


@given(file=files())
def test_stripping_is_done_after_the_first_time(file: Mapping[str, Any]) -> None:
    once = stripped(document_of(read_file(file)))

    assert stripped(once) == once


@given(file=files())
def test_new_ids_change_nothing_but_ids(file: Mapping[str, Any]) -> None:
    before = document_of(read_file(file))

    assert canonical(with_new_ids(before)) == canonical(before)


@pytest.mark.parametrize("name", ["🤖 агент", "\u202eevil\u202c", "ד" * 255, "a\nb"])
def test_names_in_any_script_are_kept(name: str) -> None:
    assert read_file({"name": name, "nodes": []}).title == name


@pytest.mark.parametrize(
    ("pins", "values", "expected"),
    [
        (["row"], {}, {"produce_singular_result": True}),
        (["row_#_name", "all_data"], {}, {"produce_singular_result": True}),
        (["row", "rows"], {}, {}),
        (["rows"], {}, {}),
        (["row"], {"produce_singular_result": False}, {"produce_singular_result": False}),
    ],
)
def test_a_table_that_was_read_row_by_row_still_is(
    pins: list[str], values: dict[str, bool], expected: dict[str, bool]
) -> None:
    graph = GraphBuilder()
    table = graph.node("ReadSpreadsheetBlock", values)
    for pin in pins:
        graph.link(table, pin, graph.node("StoreValueBlock"), "input")

    [node] = [node for node in document_of(read_file(graph.file()))["nodes"] if node["id"] == table]

    assert node["input_default"] == expected
