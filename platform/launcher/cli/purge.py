"""Remove runs that are older than they may become, and print what that was.

Without options this does at once what beat does bit by bit: what the instance's settings
(PAYLOAD_RETENTION_DAYS, EXECUTION_RETENTION_DAYS) and the agents' own say. Runs that have not
ended are never removed. It may be interrupted at any time, and goes on when it is called again.
"""

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Any

from launcher.cli import servers
from launcher.cli.token import NotSetUp
from launcher.console import Console

LONGEST = 36_500  # days


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="only print what would be removed; change nothing"
    )
    parser.add_argument(
        "--older-than",
        type=whole(0, LONGEST),
        metavar="DAYS",
        help="remove what ended more than DAYS ago, whatever the instance's settings are; "
        "what an agent's owner keeps for longer stays",
    )
    parser.add_argument(
        "--payloads-only", action="store_true", help="remove values and files, keep the runs' rows"
    )
    parser.add_argument(
        "--batch",
        type=whole(1, 1_000_000),
        metavar="N",
        help="rows that one transaction removes (default: 5000)",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers within limits."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        raise ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")

    return read


def main(options: Namespace) -> int:
    with servers.available():
        servers.setup_django()
        servers.connect().close()
        from django.db import ProgrammingError

        try:
            report = carry_out(options)
        except ProgrammingError:  # no tables
            raise NotSetUp from None
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        for line in lines(report):
            print(line)
    return 0


def carry_out(options: Namespace) -> dict[str, Any]:
    """Return the figures of what was removed, or would be."""
    from agents.executions import purging, retention

    console = Console()
    if options.older_than is None:
        ages = retention.Ages.of_instance()
        if not retention.is_set(ages):
            console.say(
                "purge",
                "Nothing has an age: set PAYLOAD_RETENTION_DAYS or EXECUTION_RETENTION_DAYS, or "
                "use --older-than.",
            )
    else:
        ages = retention.Ages.older_than(options.older_than)
    if options.dry_run:
        report = purging.preview(ages, payloads_only=options.payloads_only)
    else:
        report = purging.purge(
            ages,
            payloads_only=options.payloads_only,
            batch=options.batch or purging.BATCH,
            progress=lambda so_far: console.say("purge", f"{so_far.changed:,} rows so far"),
        )
    return {"dry_run": options.dry_run, **report.as_json()}


def lines(report: dict[str, Any]) -> list[str]:
    """Return the figures for people, one a line."""
    verb = "to remove" if report["dry_run"] else "removed"
    figures = {
        f"runs {verb}": report["runs"],
        f"runs whose values are {verb}": report["payloads"],
        **{f"{name.replace('_', ' ')} {verb}": n for name, n in report["rows"].items()},
        **{f"{name.replace('_', ' ')} without values": n for name, n in report["cleared"].items()},
        f"folders of files {verb}": report["folders"],
    }
    return [f"{count:>12,}  {name}" for name, count in figures.items()]
