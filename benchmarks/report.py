"""Tables of what was measured.

``python -m benchmarks.report`` prints those of the last run (``benchmarks/results.json``) as
Markdown; with ``--write`` it puts them where ``docs/performance.md`` has its figures.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain, groupby, zip_longest
from operator import attrgetter
from pathlib import Path
from typing import Any

from benchmarks.results import Row, Spread, row_of

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
HEAD = ("what", "unit", "mode", "Trellis", "beside it", "", "ratio", "note")
TEXT_HEAD = ("what", "mode", "Trellis", "beside it", "ratio")

Line = tuple[str, ...]


def figure(value: float) -> str:
    """Return a number with three digits that say something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def spread(of: Spread) -> str:
    """Return the median, and in brackets the lowest and the highest."""
    if of.rounds == 1:
        return figure(of.median)
    return f"{figure(of.median)} ({figure(of.lowest)}–{figure(of.highest)})"


def lines(rows: Iterable[Row]) -> list[Line]:
    """Return the cells of the table: a line for each row and each thing beside it."""
    found: list[Line] = []
    for row in rows:
        ours = (row.name, row.unit, row.mode, spread(row.trellis))
        others = [(name, spread(one.spread), spread(one.ratio)) for name, one in row.beside.items()]
        first, *more = others or [("", "", "")]
        found.append((*ours, *first, row.note))
        found += [("", "", "", "", *one, "") for one in more]
    return found


def text(rows: Iterable[Row]) -> str:
    """Return the table for a terminal: a block of lines for each benchmark."""
    blocks = [
        [line for row in group for line in _block(row)]
        for _, group in groupby(rows, key=attrgetter("benchmark"))
    ]
    cells = [TEXT_HEAD, *chain.from_iterable(blocks)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(TEXT_HEAD))]

    def padded(line: Line) -> str:
        return "  ".join(map(str.ljust, line, widths)).rstrip()

    tables = ["\n".join(map(padded, block)) for block in blocks]
    head = f"{padded(TEXT_HEAD)}\n{'─' * (sum(widths) + 2 * len(widths) - 2)}"
    return "\n".join([head, "\n\n".join(tables)])


def _block(row: Row) -> list[Line]:
    """Return a row's lines: its note stands below its name."""
    left = [(row.name, row.mode, f"{spread(row.trellis)} {row.unit}")]
    left += [(f"  {row.note}", "", "")] if row.note else []
    right = [
        (f"{name} {spread(one.spread)}", spread(one.ratio)) for name, one in row.beside.items()
    ]
    both = zip_longest(left, right)
    return [(*(one or ("", "", "")), *(other or ("", ""))) for one, other in both]


def markdown(rows: Iterable[Row]) -> str:
    """Return the table for a page."""
    cells = [HEAD, ("---",) * len(HEAD), *lines(rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def machine_line(machine: Mapping[str, Any]) -> str:
    """Return on what it was measured, as one sentence."""
    return (
        f"{machine['date']}, {machine['cpus']} CPUs, {machine['system']}, "
        f"Python {machine['python']}, Django {machine['django']}, Celery {machine['celery']}, "
        f"PostgreSQL {machine['postgresql']} (fsync {machine['fsync']}), Redis {machine['redis']}"
    )


def write(rows: Iterable[Row], machine: Mapping[str, Any], failures: Sequence[str]) -> None:
    """Write what was measured, and what failed, as JSON."""
    found = {
        "machine": dict(machine),
        "rows": [asdict(row) for row in rows],
        "failures": list(failures),
    }
    RESULTS.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def figures() -> str:
    """Return the figures' section of the documentation, from the JSON file."""
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = [row_of(one) for one in found["rows"]]
    return f"Measured on {machine_line(found['machine'])}.\n\n{markdown(rows)}"


def main() -> None:
    if sys.argv[1:] != ["--write"]:
        print(figures())
        return
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{figures()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
