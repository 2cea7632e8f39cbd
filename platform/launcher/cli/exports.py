"""Print an agent as JSON, without its secrets, as `trellis import` reads it."""

import json
from argparse import ArgumentParser, Namespace

from launcher.cli.client import connected


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the agent's id, as in the address of its page")


def main(options: Namespace) -> int:
    with connected() as api:
        graph = api.request("GET", f"/graphs/{options.id}/", params={"for_export": "true"})
    print(json.dumps(graph, indent=2, ensure_ascii=False))
    return 0
