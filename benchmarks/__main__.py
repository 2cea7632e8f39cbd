"""Measure, print the table, write ``benchmarks/results.json``.

``python -m benchmarks [NAME …]``: all benchmarks, or those that are named. ``ROUNDS=3`` is quicker
than the usual five rounds, and says less. The exit status tells whether everything ended well.
"""

import os
import signal
import sys
import time
import traceback
from argparse import ArgumentParser
from collections.abc import Sequence

from benchmarks import report
from benchmarks.cases import MODULES, by_module
from benchmarks.errors import BenchmarkFailed
from benchmarks.instance import Lab, laboratory
from benchmarks.results import Row
from benchmarks.rounds import say


def main() -> int:
    parser = ArgumentParser(prog="make bench", description="Measure Trellis beside plain Celery.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(MODULES)}")
    names = parser.parse_args().names or list(MODULES)
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        parser.error(f"there is no {unknown[0]!r}; choose of {', '.join(MODULES)}")
    # What is measured is how much there can be.
    os.environ.setdefault("RATE_LIMITS", "off")
    os.environ.setdefault("MAX_SOCKETS_PER_USER", "0")  # no limit: all clients are one person
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: end in order
    began = time.monotonic()
    try:
        with laboratory() as lab:
            failures = run(lab, names)
    except KeyboardInterrupt:
        say("Stopped. Everything that was started has ended.")
        return 130
    say(f"{time.monotonic() - began:.0f} seconds in all.")
    return 1 if failures else 0


def run(lab: Lab, names: Sequence[str]) -> list[str]:
    """Run the benchmarks; print and write what was measured. Return what failed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from accounts.models import User
    from benchmarks import blocks, machine

    blocks.register()
    facts = machine.facts()
    owner = User.objects.create_user("bench")
    rows: list[Row] = []
    failures: list[str] = []
    for module, ours in by_module(names).items():
        began = time.monotonic()
        try:
            for row in module.measure(lab, owner, ours):
                rows.append(row)  # noqa: PERF402 - what was measured before a failure counts
        except BenchmarkFailed as error:
            failures.append(f"{', '.join(ours)}: {error}")
        except Exception as error:  # the other benchmarks can still say something
            traceback.print_exc()
            failures.append(f"{', '.join(ours)}: {error!r}")
        say(f"{', '.join(ours)}: {time.monotonic() - began:.0f} s")
    rows.sort(key=lambda row: list(MODULES).index(row.benchmark))
    print(report.machine_line(facts), report.text(rows), sep="\n\n")
    for failure in failures:
        print(f"FAILED {failure}")
    report.write(rows, facts, failures)
    return failures


if __name__ == "__main__":
    sys.exit(main())
