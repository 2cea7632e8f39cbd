import json
from typing import Any

import pytest

from benchmarks.watchers import heard_of

ENDED = "2026-01-01T00:00:10.500000Z"
ENDED_AT = 1767225610.5


def frame(seq: int, end: str | None = None, kind: str = "node_execution_event") -> str:
    data: dict[str, Any] = {"end_time": end} if kind == "node_execution_event" else {}
    return json.dumps({"method": kind, "seq": seq, "data": data})


def test_a_message_is_as_late_as_it_came_after_its_node_s_end() -> None:
    heard = heard_of([(ENDED_AT, frame(1)), (ENDED_AT + 0.25, frame(2, ENDED))], began=0)

    assert heard["messages"] == 2
    assert heard["latencies"] == [pytest.approx(0.25)]


def test_what_ended_before_all_watched_does_not_count() -> None:
    heard = heard_of([(ENDED_AT + 9, frame(1, ENDED))], began=ENDED_AT + 1)

    assert heard["latencies"] == []


def test_a_repeated_message_does_not_make_up_for_a_lost_one() -> None:
    heard = heard_of([(0.0, frame(1)), (0.0, frame(1)), (0.0, frame(3))], began=0)

    assert heard["messages"] == 2


@pytest.mark.parametrize(("numbers", "in_order"), [([1, 2, 3], True), ([1, 3, 2], False)])
def test_order_is_that_of_the_numbers(numbers: list[int], in_order: bool) -> None:
    frames = [(0.0, frame(seq, kind="graph_execution_event")) for seq in numbers]

    assert heard_of(frames, began=0)["in_order"] is in_order
