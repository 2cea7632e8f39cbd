"""Follows a run's events over the API, whatever happens to the connection."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from launcher.cli.client import Api, Refused
from launcher.errors import InstanceUnreachable

FINAL = {"COMPLETED", "FAILED", "TERMINATED"}
SILENCE = httpx.Timeout(10.0, read=30.0)  # the server says something every few seconds
PATIENCE = 60.0  # seconds without an answer before we give up


@dataclass(frozen=True)
class Event:
    """One server-sent event: its number, what kind it is of, and its data."""

    seq: int
    kind: str
    data: dict[str, Any]

    @property
    def ends_the_run(self) -> bool:
        return self.kind == "graph_execution_event" and self.data.get("status") in FINAL


def follow(api: Api, execution: str) -> Iterator[Event]:
    """Yield the run's events from its first to its last, each once."""
    seq = 0
    heard = time.monotonic()
    while True:
        try:
            for event in stream(api, execution, seq):
                seq, heard = event.seq, time.monotonic()
                yield event
                if event.ends_the_run:
                    return
        except httpx.HTTPError as error:
            if time.monotonic() - heard > PATIENCE:
                raise InstanceUnreachable(f"The instance no longer answers: {error}") from None
        time.sleep(0.5)  # the stream was cut: ask again for what we missed


def stream(api: Api, execution: str, since: int) -> Iterator[Event]:
    """Yield the events after the number until the connection ends."""
    address = f"/executions/{execution}/events/"
    headers = {"Accept": "text/event-stream"}
    with api.http.stream(
        "GET", address, params={"since": since}, headers=headers, timeout=SILENCE
    ) as response:
        if response.is_error:
            response.read()
            raise Refused(response)
        yield from events(response.iter_lines())


def events(lines: Iterator[str]) -> Iterator[Event]:
    """Yield the events that the lines of a stream make; comments are passed over."""
    fields: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif not line and "data" in fields:
            yield Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            fields = {}
