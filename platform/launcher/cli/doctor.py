"""Say what is wrong with this installation, and what to do about it.

The status is 1 when something fails; a warning is no failure.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from kernel.errors import TrellisError
from launcher.cli import examinations, servers
from launcher.cli.examinations import Finding, Status

COLOURS = {Status.OK: 32, Status.WARN: 33, Status.FAIL: 31}


def add_arguments(parser: ArgumentParser) -> None:
    names = list(examinations.EXAMINATIONS)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--only", action="append", choices=names, help="may be repeated")


def main(options: Namespace) -> int:
    findings = []
    chosen = options.only or list(examinations.EXAMINATIONS)
    if refused := unreadable_settings():
        findings, chosen = [refused], []
        if not options.json:
            print(line(refused, coloured=sys.stdout.isatty()), flush=True)
    for name in chosen:
        finding = examinations.examine(name)
        findings.append(finding)
        if not options.json:
            print(line(finding, coloured=sys.stdout.isatty()), flush=True)
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    return int(any(finding.status is Status.FAIL for finding in findings))


def unreadable_settings() -> Finding | None:
    """Return the finding of settings with which nothing would start; None where they are good."""
    try:
        servers.setup_django()
    except TrellisError as error:  # of `config`
        remedy = "Change these variables; docs/operations.md lists them all."
        return Finding("settings", Status.FAIL, str(error), remedy)
    return None


def line(finding: Finding, *, coloured: bool) -> str:
    """Return the finding for people, its remedy on a second line."""
    word = finding.status.ljust(4)
    if coloured:
        word = f"\x1b[{COLOURS[finding.status]}m{word}\x1b[0m"
    text = f"{word}  {finding.name:<12}  {finding.text}"
    return f"{text}\n{'':20}{finding.remedy}" if finding.remedy else text
