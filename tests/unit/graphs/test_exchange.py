"""What is no graph file is refused, with every misfit named."""

from typing import Any

import pytest

from agents.engine.errors import InvalidGraph
from agents.graphs.exchange import UNNAMED, read_file
from kernel.errors import Detail

NODE = {"id": "a", "block_id": "b"}
LINK = {"source_id": "a", "sink_id": "a", "source_name": "x", "sink_name": "y"}


def misfits(value: Any) -> list[tuple[str, str | None]]:
    """Return (code, place) for each misfit."""
    with pytest.raises(InvalidGraph) as refused:
        read_file(value)
    return [(error.code, error.attr) for error in refused.value.errors]


@pytest.mark.parametrize("value", [None, 7, "text", [], True])
def test_a_file_is_an_object(value: Any) -> None:
    assert misfits(value) == [("wrong_type", None)]


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"nodes": None}, "missing_key", "nodes"),
        ({"nodes": {}}, "wrong_type", "nodes"),
        ({"nodes": [7]}, "wrong_type", "nodes.0"),
        ({"nodes": [{"id": "a"}]}, "missing_key", "nodes.0.block_id"),
        ({"nodes": [{**NODE, "id": 7}]}, "wrong_type", "nodes.0.id"),
        ({"nodes": [{**NODE, "block_id": 7}]}, "wrong_type", "nodes.0.block_id"),
        ({"nodes": [{**NODE, "input_default": []}]}, "wrong_type", "nodes.0.input_default"),
        ({"nodes": [{**NODE, "metadata": "x"}]}, "wrong_type", "nodes.0.metadata"),
        ({"links": "x"}, "wrong_type", "links"),
        ({"links": [{**LINK, "sink_name": 1}]}, "wrong_type", "links.0.sink_name"),
        ({"links": [{**LINK, "source_id": None}]}, "missing_key", "links.0.source_id"),
        ({"links": [{**LINK, "is_static": "yes"}]}, "wrong_type", "links.0.is_static"),
        ({"version": "1"}, "wrong_type", "version"),
        ({"version": 0}, "out_of_range", "version"),
        ({"version": 10**40}, "out_of_range", "version"),
        ({"version": 1.5}, "wrong_type", "version"),
        ({"is_active": 1}, "wrong_type", "is_active"),
        ({"name": 7}, "wrong_type", "name"),
        ({"name": "a\0b"}, "null_character", "name"),
        ({"name": "\ud800"}, "not_unicode", "name"),
        ({"name": "x" * 256}, "too_long", "name"),
        ({"description": "\0"}, "null_character", "description"),
        ({"description": "x" * 100_001}, "too_long", "description"),
        ({"sub_graphs": {}}, "wrong_type", "sub_graphs"),
        ({"sub_graphs": [{"id": "s"}]}, "missing_key", "sub_graphs.0.nodes"),
        ({"sub_graphs": [{"nodes": []}]}, "missing_key", "sub_graphs.0.id"),
    ],
)
def test_each_misfit_is_named_by_code_and_place(
    change: dict[str, Any], code: str, place: str
) -> None:
    assert misfits({"name": "n", "nodes": [], **change}) == [(code, place)]


def test_all_misfits_are_named_at_once() -> None:
    assert misfits({"name": 7, "nodes": [7, {"id": "a"}], "links": [{}]}) == [
        ("wrong_type", "name"),
        ("wrong_type", "nodes.0"),
        ("missing_key", "nodes.1.block_id"),
        ("missing_key", "links.0.source_id"),
        ("missing_key", "links.0.sink_id"),
        ("missing_key", "links.0.source_name"),
        ("missing_key", "links.0.sink_name"),
    ]


def test_misfits_are_sentences() -> None:
    with pytest.raises(InvalidGraph) as refused:
        read_file({"name": "a\0b", "nodes": [{}], "version": 0, "links": 7})

    assert {error.detail for error in refused.value.errors} == {
        "`name` must not contain a null character.",
        "`nodes.0.block_id` is required.",
        "`version` must be greater than or equal to 1.",
        "`links` must be a valid list.",
    }
    assert refused.value.message == "The graph has the wrong shape."


def test_a_file_nested_too_deep_is_refused() -> None:
    value: Any = 1
    for _ in range(300):
        value = [value]

    assert misfits({"nodes": [{**NODE, "input_default": {"x": value}}]}) == [("too_deep", None)]


def test_a_file_nested_deep_is_read() -> None:
    value: Any = 1
    for _ in range(180):
        value = [value]

    [node] = read_file({"nodes": [{**NODE, "input_default": {"x": value}}]}).nodes
    assert node.input_default == {"x": value}


def test_odd_values_of_pins_are_kept_as_they_are() -> None:
    values = {"null": "\0", "half": "\ud800", "huge": 10**400, "small": 1e-300, "none": None}

    [node] = read_file({"nodes": [{**NODE, "input_default": values}]}).nodes
    assert node.input_default == values


def test_a_graph_without_a_name_is_called_so() -> None:
    assert read_file({"nodes": [], "name": " \t"}).title == UNNAMED
    assert read_file({"nodes": []}).title == UNNAMED


def test_a_node_without_an_id_gets_one() -> None:
    first, second = read_file({"nodes": [{"block_id": "b"}, {"block_id": "b"}]}).nodes

    assert first.id
    assert first.id != second.id


class TestFamily:
    def test_is_the_graph_and_its_sub_agents_at_all_depths_each_once(self) -> None:
        leaf = {"id": "leaf", "nodes": []}
        file = read_file(
            {
                "id": "main",
                "nodes": [],
                "sub_graphs": [
                    {"id": "sub", "version": 2, "nodes": [], "sub_graphs": [leaf]},
                    {**leaf, "name": "again"},
                    {"id": "leaf", "version": 2, "nodes": []},
                    {"id": "main", "nodes": []},
                ],
            }
        )

        family = file.family()
        assert list(family) == [("main", 1), ("sub", 2), ("leaf", 1), ("leaf", 2)]
        assert family["main", 1] is file
        assert family["leaf", 1].name == ""


def test_details_say_where() -> None:
    with pytest.raises(InvalidGraph) as refused:
        read_file({"nodes": 7})

    assert refused.value.errors == (
        Detail("wrong_type", "`nodes` must be a valid list.", attr="nodes"),
    )
