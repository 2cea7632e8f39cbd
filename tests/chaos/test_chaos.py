"""Every kind of blow once, in the time that a test may take. `make chaos` goes on for longer."""

import subprocess
import sys

from tests.support.servers import environment_without_servers

SHORT = {"CHAOS_SECONDS": "14", "CHAOS_SEED": "1", "CHAOS_LANES": "on"}
PATIENCE = 600  # seconds; it takes some forty where nothing else runs


def test_nothing_is_lost_or_done_twice_whatever_is_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.chaos"],
        env={**environment_without_servers(), **SHORT},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3000:]}"
    for blow in (
        "kill a worker", "kill the cpu worker", "kill a pool child", "kill a beat",
        "stop a worker", "kill Redis", "flush Redis", "shut PostgreSQL down at once",
    ):  # fmt: skip
        assert f"  {blow}: " in done.stdout
