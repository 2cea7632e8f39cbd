"""Seal all credentials anew under the present key, after CREDENTIALS_KEY was changed.

Set the new key as CREDENTIALS_KEY and the former one in CREDENTIALS_KEY_FALLBACKS, restart every
process, then run this. It may be interrupted at any time, goes on when it is called again, and
nothing waits for it. Once it says that nothing is left, the former key is of no more use.
"""

import json
from argparse import ArgumentParser, Namespace

from launcher.cli import servers
from launcher.cli.purge import whole
from launcher.cli.token import NotSetUp
from launcher.console import Console


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="only say how many a former key sealed"
    )
    parser.add_argument(
        "--batch",
        type=whole(1, 10_000),
        default=200,
        metavar="N",
        help="credentials that one transaction seals anew (default: 200)",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def main(options: Namespace) -> int:
    with servers.available():
        servers.setup_django()
        servers.connect().close()
        from django.db import ProgrammingError

        try:
            figures = carry_out(options)
        except ProgrammingError:  # no tables
            raise NotSetUp from None
    print(json.dumps(figures) if options.json else _line(figures))
    return 1 if figures["unreadable"] else 0


def carry_out(options: Namespace) -> dict[str, int]:
    """Return how many were sealed anew, how many no key opens, and how many are left."""
    from credentials import rotation

    console = Console()
    if options.dry_run:
        return {"sealed": 0, "unreadable": 0, "left": rotation.count_of_former()}
    report = rotation.rotate(
        batch=options.batch,
        progress=lambda done: console.say("rotate-keys", f"{done:,} credentials so far"),
    )
    for id in report.left:
        console.say(
            "rotate-keys",
            f"No key opens the credential {id}: put its key into CREDENTIALS_KEY_FALLBACKS.",
        )
    return {
        "sealed": report.sealed,
        "unreadable": len(report.left),
        "left": rotation.count_of_former(),
    }


def _line(figures: dict[str, int]) -> str:
    return (
        f"{figures['sealed']:,} credentials sealed anew, {figures['left']:,} left under former keys"
    )
