"""Say what is wrong with this installation, and what to do about it.

The status is 1 when something fails; a warning is no failure.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from launcher.cli import examinations, servers
from launcher.cli.examinations import Finding, Status

COLOURS = {Status.OK: 32, Status.WARN: 33, Status.FAIL: 31}


def add_arguments(parser: ArgumentParser) -> None:
    names = list(examinations.EXAMINATIONS)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--only", action="append", choices=names, help="may be repeated")


def main(options: Namespace) -> int:
    servers.setup_django()
    chosen = options.only or list(examinations.EXAMINATIONS)
    findings = []
    for name in chosen:
        finding = examinations.examine(name)
        findings.append(finding)
        if not options.json:
            print(line(finding, coloured=sys.stdout.isatty()), flush=True)
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    return int(any(finding.status is Status.FAIL for finding in findings))


def line(finding: Finding, *, coloured: bool) -> str:
    """Return the finding for people, its remedy on a second line."""
    word = finding.status.ljust(4)
    if coloured:
        word = f"\x1b[{COLOURS[finding.status]}m{word}\x1b[0m"
    text = f"{word}  {finding.name:<10}  {finding.text}"
    return f"{text}\n{'':18}{finding.remedy}" if finding.remedy else text
