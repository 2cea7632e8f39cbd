"""Import an agent from a JSON file, as the AutoGPT Platform or `trellis export` wrote it.

Prints the new agent's id.
"""

import hashlib
import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from launcher.cli.client import Api, Refused, connected
from launcher.cli.files import read_agent


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the agent's JSON file")


def main(options: Namespace) -> int:
    document = read_agent(options.file)
    with connected() as api:
        print(create(api, document)["id"])
    return 0


def create(api: Api, document: dict[str, Any]) -> dict[str, Any]:
    """Return the agent made from the document."""
    graph: dict[str, Any] = api.request("POST", "/graphs/", json={"graph": document})
    return graph


def reuse(api: Api, document: dict[str, Any], cache: Path) -> dict[str, Any]:
    """Return the agent that an earlier run made from the same document, or a new one.

    Running a file ten times then leaves one agent with ten executions in the list.
    """
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    known = read_cache(cache)
    if digest in known:
        try:
            graph: dict[str, Any] = api.request("GET", f"/graphs/{known[digest]}/")
        except Refused as refusal:
            if refusal.status_code != 404:
                raise
        else:
            return graph
    graph = create(api, document)
    cache.write_text(json.dumps(known | {digest: graph["id"]}, indent=1))
    return graph


def read_cache(cache: Path) -> dict[str, str]:
    """Return agents' ids by their documents' digests; nothing where the file is of no use."""
    try:
        known = json.loads(cache.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
