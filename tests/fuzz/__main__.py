"""Fuzz until the time is over; see `tests.fuzz`."""

import argparse
import faulthandler
import logging
import os
import random
import sys
import time

from tests.fuzz.planted import SECRET
from tests.fuzz.targets import TARGETS

STUCK_SECONDS = 120  # for one input: then every thread's stack is printed, and it is over


def main() -> int:
    """Return 0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--only", choices=TARGETS, action="append")
    chosen = parser.parse_args()
    names = chosen.only or list(TARGETS)
    print(f"seed {chosen.seed}: {', '.join(names)}, {chosen.seconds:g} seconds", flush=True)

    os.environ["PLANTED_SECRET"] = SECRET
    logging.getLogger("egress").disabled = True  # it tells of each refusal
    from tests.fuzz.rounds import play

    numbers = random.Random(chosen.seed)
    asked = dict.fromkeys(names, 0)
    end = time.monotonic() + chosen.seconds
    while time.monotonic() < end:
        for name in names:
            number = numbers.randrange(2**32)
            faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
            try:
                asked[name] += play(name, number)
            except BaseException:
                print(f"found by {name}, round {number}, seed {chosen.seed}", flush=True)
                raise
            finally:
                faulthandler.cancel_dump_traceback_later()
    print("nothing found:", ", ".join(f"{count:,} {name}" for name, count in asked.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
