"""What an examination may find."""

from dataclasses import dataclass
from enum import StrEnum

PATIENCE = 5.0  # seconds for servers and workers to answer
START = "Start it with `trellis up`."


class Status(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do about it unless all is well."""

    name: str
    status: Status
    text: str
    remedy: str = ""


Verdict = tuple[Status, str, str]


def ok(text: str) -> Verdict:
    return Status.OK, text, ""


def warn(text: str, remedy: str) -> Verdict:
    return Status.WARN, text, remedy


def fail(text: str, remedy: str) -> Verdict:
    return Status.FAIL, text, remedy
