"""Tables of what was measured.

``python -m benchmarks.report`` prints those of the last run (``benchmarks/results.json``) as
Markdown; with ``--write`` it puts them where ``docs/performance.md`` has its figures.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.results import Row, Spread, row_of

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
HEAD = ("what", "unit", "mode", "Trellis", "beside it", "", "ratio", "note")

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
    """Return the table for a terminal."""
    cells = [HEAD, *lines(rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    padded = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    return "\n".join([padded[0], "─" * max(map(len, padded)), *padded[1:]])


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
