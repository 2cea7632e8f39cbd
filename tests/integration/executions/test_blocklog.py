"""What blocks write to the log is there for people who look at the run."""

from typing import Any

import pytest

from accounts.models import User
from agents.executions import blocklog
from agents.executions.blocklog import LEFT_OUT, LONGEST_LINE, MOST_LINES, BlockLog
from agents.executions.models import LogLine, NodeExecution
from agents.executions.purging import purge
from agents.executions.retention import Ages
from tests.support.cases import values
from tests.support.clients import api
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import rows, run, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(alice: User) -> NodeExecution:
    execution = start(alice, calculator(), Input=1)
    return NodeExecution.objects.get(execution=execution)


def texts() -> list[str]:
    return list(LogLine.objects.values_list("text", flat=True))


def printing(*lines: Any) -> tuple[GraphBuilder, str]:
    g = GraphBuilder()
    printer = g.node("PrintToConsoleBlock")
    g.link(values(g, *lines), "out", printer, "text")
    return g, printer


def test_what_a_block_writes_is_told_with_its_node_execution(alice: User) -> None:
    g, printer = printing("first", {"second": 2})
    execution = run(alice, g)
    url = f"/api/v1/executions/{execution.pk}/node-executions/?node_id={printer}"
    found = api(alice).get(url).json()["results"]

    assert [[line["text"] for line in one["logs"]] for one in found] == [
        ["first"],
        ['{"second": 2}'],
    ]
    assert [one["logs"][0]["attempt"] for one in found] == [1, 1]
    whole = api(alice).get(f"/api/v1/executions/{execution.pk}/").json()["node_executions"]
    assert [one["logs"] for one in whole if one["node_id"] == printer] == [
        one["logs"] for one in found
    ]


def test_a_block_that_runs_again_from_its_beginning_leaves_each_line_once(
    row: NodeExecution,
) -> None:
    first, again = BlockLog(row), BlockLog(row)
    first.add("one")
    first.flush()
    [before] = LogLine.objects.all()
    again.add("one")
    again.add("two")
    again.flush()

    assert texts() == ["one", "two"]
    assert LogLine.objects.get(text="one").written == before.written


def test_another_try_has_lines_of_its_own(row: NodeExecution) -> None:
    for row.tries in (1, 2):
        log = BlockLog(row)
        log.add(f"try {row.tries}")
        log.flush()

    assert list(LogLine.objects.values_list("attempted", "number", "text")) == [
        (1, 0, "try 1"),
        (2, 0, "try 2"),
    ]


def test_lines_are_written_while_the_block_goes_on(
    row: NodeExecution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocklog, "BATCH", 2)
    log = BlockLog(row)
    log.add("one")
    assert texts() == []
    log.add("two")
    assert texts() == ["one", "two"]


def test_too_many_lines_are_left_out_and_that_is_said(row: NodeExecution) -> None:
    log = BlockLog(row)
    for number in range(MOST_LINES + 5):
        log.add(str(number))
    log.flush()

    assert LogLine.objects.count() == MOST_LINES + 1
    assert texts()[-2:] == [str(MOST_LINES - 1), LEFT_OUT]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\ud800b", "a?b"),
        ("x" * (LONGEST_LINE + 1), "x" * LONGEST_LINE),
        ("", ""),
        ("nai\u0308ve \U0001f600", "nai\u0308ve \U0001f600"),
    ],
)
def test_a_line_is_kept_as_a_database_can_keep_it(row: NodeExecution, text: str, kept: str) -> None:
    log = BlockLog(row)
    log.add(text)
    log.flush()

    assert texts() == [kept]


def test_lines_go_with_the_values(alice: User) -> None:
    g, printer = printing("secret")
    execution = run(alice, g)
    purge(Ages.older_than(0), payloads_only=True)

    assert texts() == []
    [one] = rows(execution, printer)
    url = f"/api/v1/executions/{execution.pk}/node-executions/?node_id={printer}"
    [told] = api(alice).get(url).json()["results"]
    assert (told["node_exec_id"], told["logs"]) == (str(one.pk), None)
