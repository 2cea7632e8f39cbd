import json
from dataclasses import asdict

from benchmarks import report
from benchmarks.results import Row, Spread, compared, row_of

ROW = compared(
    "chain",
    "chain of 100 nodes",
    {"Trellis": [2.0, 6.0, 3.0], "plain Celery": [1.0, 2.0, 2.0]},
    unit="ms per node",
    mode="lane",
    note="a note",
)


def test_a_spread_has_the_median_and_the_ends() -> None:
    assert Spread.of([3.0, 1.0, 8.0]) == Spread(median=3.0, lowest=1.0, highest=8.0, rounds=3)


def test_ratios_are_those_of_the_same_round() -> None:
    assert ROW.beside["plain Celery"].ratio == Spread(2.0, 1.5, 3.0, 3)


def test_a_row_survives_the_json_file() -> None:
    assert row_of(json.loads(json.dumps(asdict(ROW)))) == ROW


def test_the_table_has_a_line_for_each_thing_beside() -> None:
    both = compared("many", "many", {"Trellis": [1.0], "a": [2.0], "b": [4.0]}, unit="s")

    assert report.lines([ROW, both]) == [
        (
            "chain of 100 nodes",
            "ms per node",
            "lane",
            "3.00 (2.00–6.00)",
            "plain Celery",
            "2.00 (1.00–2.00)",
            "2.00 (1.50–3.00)",
            "a note",
        ),
        ("many", "s", "", "1.00", "a", "2.00", "0.500", ""),
        ("", "", "", "", "b", "4.00", "0.250", ""),
    ]


def test_a_row_with_nothing_beside_it_has_a_line() -> None:
    row = Row("events", "p50", "ms", Spread.of([1234.5]))

    assert report.lines([row]) == [("p50", "ms", "", "1,234", "", "", "", "")]


def test_the_page_s_table_is_markdown() -> None:
    head, rule, line = report.markdown([Row("x", "what", "ms", Spread.of([1.0]))]).splitlines()

    assert head.startswith("| what | unit |")
    assert rule == "| --- | --- | --- | --- | --- | --- | --- | --- |"
    assert line == "| what | ms |  | 1.00 |  |  |  |  |"


def test_the_terminal_s_table_has_notes_below_names_and_a_gap_between_benchmarks() -> None:
    events = Row("events", "p50", "ms", Spread.of([1.5, 2.5]))

    assert report.text([ROW, events]).splitlines() == [
        "what                mode  Trellis                       beside it                      ratio",
        "─" * 103,
        "chain of 100 nodes  lane  3.00 (2.00–6.00) ms per node  plain Celery 2.00 (1.00–2.00)  2.00 (1.50–3.00)",
        "  a note",
        "",
        "p50                       2.00 (1.50–2.50) ms",
    ]
