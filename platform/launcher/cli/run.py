"""Run an agent from a JSON file and print its outputs.

The running instance runs it; where none runs, one is started for the purpose and stopped after.
Inputs: NAME=TEXT is text, NAME:=JSON is JSON, NAME=@FILE is the text in a file.
The status is 0 when the run completed, 1 when it failed, 3 when it was stopped.
"""

import contextlib
import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from threading import Timer
from typing import Any

from kernel.errors import TrellisError
from launcher.cli import files, imports
from launcher.cli.client import Api, connected
from launcher.cli.follow import Event, follow
from launcher.console import Console
from launcher.paths import instance_paths

STATUS = {"COMPLETED": 0, "FAILED": 1, "TERMINATED": 3}
WORTH_SAYING = {"COMPLETED", "FAILED", "TERMINATED", "WAITING"}
COLOURS = {"COMPLETED": 32, "FAILED": 31, "TERMINATED": 33, "WAITING": 36}
LONGEST = 100  # characters of a value in a line of progress


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the agent's JSON file")
    parser.add_argument(
        "--input", "-i", action="append", default=[], metavar="NAME=VALUE", help="may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="print the whole execution as JSON")
    parser.add_argument(
        "--keep", action="store_true", help="import the file as an agent of its own"
    )
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="stop the run after this")


def main(options: Namespace) -> int:
    document = files.read_agent(options.file)
    inputs = files.inputs(options.input)
    with connected() as api:
        graph = (
            imports.create(api, document)
            if options.keep
            else imports.reuse(api, document, instance_paths().imports)
        )
        execution = execute(api, graph["id"], inputs, options.timeout)
    for waiting in execution["waiting"]:
        Console().say("waiting", waiting["reason"], COLOURS["WAITING"])
    show(execution, as_json=options.json)
    return STATUS[execution["status"]]


def execute(api: Api, graph: str, inputs: dict[str, Any], timeout: float | None) -> dict[str, Any]:
    """Return the finished execution. Ctrl-C stops it, and so does the end of the timeout."""
    started = api.request("POST", f"/graphs/{graph}/execute/", json={"inputs": inputs})
    address = f"/executions/{started['id']}/"
    progress = Progress()
    alarm = Timer(timeout or 0, stop_late, (api, address, progress.console))
    if timeout is not None:
        alarm.start()
    try:
        for event in follow(api, started["id"]):
            progress.tell(event)
    except KeyboardInterrupt:
        api.request("POST", f"{address}stop/")
        raise
    finally:
        alarm.cancel()
    execution: dict[str, Any] = api.request("GET", address)
    return execution


def stop_late(api: Api, address: str, console: Console) -> None:
    """Stop a run whose time is over."""
    console.warn("Run", "takes longer than the timeout: stopping it")
    with contextlib.suppress(TrellisError):  # the one who follows it will hear
        api.request("POST", f"{address}stop/")


class Progress:
    """Tells on stderr what each node did, as it does it."""

    def __init__(self) -> None:
        self.console = Console()
        self.outputs: dict[str, dict[str, list[Any]]] = {}

    def tell(self, event: Event) -> None:
        data = event.data
        status = str(data.get("status"))
        if event.kind == "graph_execution_event":
            note = message(data.get("error"))
            self.console.say("Run", " ".join(filter(None, (status.lower(), note))))
            return
        gathered = self.outputs.setdefault(data["node_exec_id"], {})
        for pin, values in (data.get("output_data") or {}).items():
            gathered.setdefault(pin, []).extend(values)
        if status in WORTH_SAYING:
            title = data.get("node_title") or data["node_id"]
            self.console.say(
                status.lower(), f"{title}{self.details(data, gathered)}", COLOURS[status]
            )

    def details(self, data: dict[str, Any], gathered: dict[str, list[Any]]) -> str:
        if data.get("error"):
            return f": {message(data['error'])}"
        if data.get("waits_for"):
            return f": waits for {reason(data['waits_for'])}"
        pins = ", ".join(
            f"{pin}={short(value)}" for pin, values in gathered.items() for value in values[:3]
        )
        return f": {pins}" if pins else ""


def reason(waits_for: dict[str, Any]) -> str:
    """Return what a node waits for, in words."""
    if waits_for.get("kind") == "agent":
        return "another agent"
    if waits_for.get("kind") == "time":
        return f"the time {waits_for.get('until')}"
    if waits_for.get("kind") == "retry":
        last = message(waits_for.get("error"))
        return f"try {waits_for.get('attempt')} of {waits_for.get('of')}: {last}"
    return short(waits_for)


def message(error: Any) -> str:
    """Return an error's sentence."""
    return str(error.get("message", error)) if isinstance(error, dict) else str(error or "")


def short(value: Any) -> str:
    """Return the value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def show(execution: dict[str, Any], *, as_json: bool) -> None:
    """Print the outputs, one name a line, or the whole execution."""
    if as_json:
        print(json.dumps(execution, indent=2, ensure_ascii=False))
    else:
        for name, values in (execution["outputs"] or {}).items():
            print(f"{name}: {json.dumps(values, ensure_ascii=False)}")
    sys.stdout.flush()
