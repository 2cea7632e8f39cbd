"""Every pair of states: which moves are legal, and that ends are ends."""

from itertools import product

import pytest

from agents.engine.states import (
    EXECUTION_MOVES,
    NODE_MOVES,
    ExecutionStatus,
    IllegalMove,
    NodeStatus,
    move,
)

LEGAL = {
    ("INCOMPLETE", "QUEUED"),
    ("INCOMPLETE", "COMPLETED"),
    ("QUEUED", "RUNNING"),
    ("QUEUED", "TERMINATED"),
    ("RUNNING", "COMPLETED"),
    ("RUNNING", "FAILED"),
    ("RUNNING", "TERMINATED"),
    ("RUNNING", "WAITING"),
    ("RUNNING", "QUEUED"),
    ("WAITING", "QUEUED"),
    ("WAITING", "TERMINATED"),
    ("QUEUED", "FAILED"),
    ("WAITING", "FAILED"),
    ("FAILED", "QUEUED"),
    ("TERMINATED", "QUEUED"),
}
LEGAL_FOR_RUNS = {
    ("QUEUED", "RUNNING"),
    ("QUEUED", "COMPLETED"),
    ("QUEUED", "FAILED"),
    ("QUEUED", "TERMINATED"),
    ("RUNNING", "COMPLETED"),
    ("RUNNING", "FAILED"),
    ("RUNNING", "TERMINATED"),
    ("FAILED", "RUNNING"),
    ("TERMINATED", "RUNNING"),
}


@pytest.mark.parametrize(("present", "wanted"), product(NodeStatus, NodeStatus))
def test_a_node_execution_moves_as_the_table_says_and_not_otherwise(
    present: NodeStatus, wanted: NodeStatus
) -> None:
    if (present, wanted) in LEGAL:
        assert move(present, wanted) is wanted
    else:
        with pytest.raises(IllegalMove, match=f"from {present} to {wanted}"):
            move(present, wanted)


def test_a_run_moves_as_the_table_says() -> None:
    moves = {(start, end) for start in ExecutionStatus for end in EXECUTION_MOVES[start]}

    assert moves == LEGAL_FOR_RUNS


def test_every_state_is_final_open_or_incomplete() -> None:
    assert {one for one in NodeStatus if one.is_final} == {"COMPLETED", "FAILED", "TERMINATED"}
    assert {one for one in NodeStatus if one.is_open} == {"QUEUED", "RUNNING", "WAITING"}
    assert {one for one in ExecutionStatus if one.is_final} == {
        "COMPLETED",
        "FAILED",
        "TERMINATED",
    }


@pytest.mark.parametrize("status", [one for one in NodeStatus if not one.is_final])
def test_from_every_state_an_end_can_be_reached(status: NodeStatus) -> None:
    reached = {status}
    while more := {end for one in reached for end in NODE_MOVES[one]} - reached:
        reached |= more

    assert {"COMPLETED", "FAILED", "TERMINATED"} <= reached


def test_what_completed_has_no_way_out_and_what_did_not_only_a_retry() -> None:
    assert {one: NODE_MOVES[one] for one in NodeStatus if one.is_final} == {
        "COMPLETED": set(),
        "FAILED": {"QUEUED"},
        "TERMINATED": {"QUEUED"},
    }
