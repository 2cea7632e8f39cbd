"""Graphs from afar."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.graphs.codec import document_of
from agents.graphs.exchange import read_file
from agents.graphs.thumbnails import MOST_BOXES, MOST_LINES, Line, Thumbnail, thumbnail
from blocks.sdk import BlockKind
from kernel.jsontypes import JSONObject
from tests.support.graphs import GraphBuilder, calculator

NUMBERS = st.one_of(
    st.integers(), st.floats(), st.none(), st.text(max_size=3), st.booleans(), st.just({})
)


def document(g: GraphBuilder) -> JSONObject:
    return document_of(read_file(g.file()))


def drawn(places: list[Any], links: list[tuple[int, int]] = []) -> Thumbnail:  # noqa: B006
    nodes = [
        {"id": str(number), "block_id": "x", "input_default": {}, "metadata": metadata}
        for number, metadata in enumerate(places)
    ]
    ends = [{"source_id": str(source), "sink_id": str(sink)} for source, sink in links]
    return thumbnail({"nodes": nodes, "links": ends})


def test_an_empty_graph_has_nothing_to_show() -> None:
    assert thumbnail(document(GraphBuilder())) == Thumbnail()


def test_a_chain_lies_in_the_middle_from_left_to_right() -> None:
    found = thumbnail(document(calculator()))

    assert [box.kind for box in found.boxes] == [
        BlockKind.INPUT,
        BlockKind.STANDARD,
        BlockKind.OUTPUT,
    ]
    first, middle, last = found.boxes
    assert (first.x, round(last.x + last.width, 3)) == (0.02, 0.98)
    assert [round(box.y + box.height / 2, 3) for box in found.boxes] == [0.5, 0.5, 0.5]
    assert found.lines == (
        Line(round(first.x + first.width, 4), 0.5, middle.x, 0.5),
        Line(round(middle.x + middle.width, 4), 0.5, last.x, 0.5),
    )


def test_a_node_has_the_size_that_it_says() -> None:
    size = {"width": 100, "height": 400}
    [box] = drawn([{"position": {"x": 5, "y": 5}, "size": size}]).boxes

    assert (box.width, box.height, box.x, box.y) == (0.24, 0.96, 0.38, 0.02)


def test_nodes_without_a_place_are_put_side_by_side() -> None:
    one, two = drawn([{}, {"position": "?"}]).boxes

    assert one.x + one.width < two.x
    assert one.y == two.y


def test_disabled_nodes_say_so() -> None:
    assert [box.disabled for box in drawn([{"disabled": True}, {}]).boxes] == [True, False]


def test_links_to_what_is_not_there_are_not_drawn_and_two_between_two_nodes_are_one() -> None:
    assert len(drawn([{}, {}], [(0, 1), (0, 1), (1, 7), (7, 0)]).lines) == 1


def test_of_a_large_graph_some_is_shown_from_all_over() -> None:
    size = 5_000
    places = [{"position": {"x": number, "y": 0}} for number in range(size)]
    found = drawn(places, [(number, number + 1) for number in range(size - 1)])

    assert len(found.boxes) == MOST_BOXES
    assert len(found.lines) <= MOST_LINES
    assert found.boxes[-1].x > 0.9


@given(
    st.lists(
        st.builds(
            lambda x, y, width, height: {
                "position": {"x": x, "y": y},
                "size": {"width": width, "height": height},
            },
            NUMBERS,
            NUMBERS,
            NUMBERS,
            NUMBERS,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_a_file_says_all_of_it_lies_in_the_square(places: list[Any]) -> None:
    for box in drawn(places).boxes:
        assert 0 <= box.x <= box.x + box.width <= 1
        assert 0 <= box.y <= box.y + box.height <= 1
