"""Start an instance, run agents on it while everything is killed, wait for rest, and judge.

CHAOS_SECONDS  how long the killing lasts, in all (120)
CHAOS_SEED     a number; from it come the graphs and what is killed when (by default a new one)
CHAOS_LANES    settings of TRELLIS_LOCAL_LANE, one instance each ("off on")
CHAOS_EVERY    seconds between two blows, about (1.5)

Exit status 0: nothing was lost and nothing done twice. 1: the report says what was.
"""

import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

FAST = {"NODE_LEASE_SECONDS": "3", "RESEND_AFTER_SECONDS": "2", "NODE_ATTEMPTS": "1000"}


def main() -> int:
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    seconds = float(os.environ.get("CHAOS_SECONDS") or 120)
    every = float(os.environ.get("CHAOS_EVERY") or 1.5)
    lanes = (os.environ.get("CHAOS_LANES") or "off on").split()
    for lane in lanes:
        print(f"Chaos of {seconds / len(lanes):g} s, seed {seed}, local lane {lane}", flush=True)
        if not _in_a_process_of_its_own(lane, seed, seconds / len(lanes), every):
            return 1
    return 0


def _in_a_process_of_its_own(lane: str, seed: int, seconds: float, every: float) -> bool:
    """Return whether all went well. Settings are read once for each process."""
    data = Path(tempfile.mkdtemp(prefix="trellis-chaos-"))
    child = os.fork()
    if child == 0:
        status = 2
        try:
            for name in ("DATABASE_URL", "REDIS_URL"):
                os.environ.pop(name, None)
            os.environ |= {**FAST, "TRELLIS_LOCAL_LANE": lane, "TRELLIS_DATA_DIR": str(data)}
            from tests.chaos.ordeal import Ordeal

            status = int(not Ordeal(data, seed, seconds, every).run())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
