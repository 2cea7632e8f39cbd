"""Fill the market with a demo: creators, agents that run, reviews.

Everything is made as people make it, and again it makes nothing more. Its people cannot sign in. On
an instance with more than the one person who set it up it is refused, unless --among-people is said.
"""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from launcher.cli import servers
from launcher.cli.token import NotSetUp


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--among-people", action="store_true", help="make it although people use this instance"
    )
    parser.add_argument("--json", action="store_true", help="print what was made as JSON")


def main(options: Namespace) -> int:
    with servers.available():
        servers.setup_django()
        servers.connect().close()
        from django.db import ProgrammingError

        from market import demo

        try:
            made = demo.make(among_people=options.among_people)
        except ProgrammingError:  # no tables
            raise NotSetUp from None
    if options.json:
        print(json.dumps(asdict(made), indent=2))
    else:
        print(f"{made.listings} agents and {made.reviews} reviews; {made.known} agents were there.")
    return 0
