"""How many calls a trigger takes, and how soon it answers, while the runs that they begin run.

``python -P -m benchmarks.webhooks [SECONDS [CONNECTIONS]]``: 60 seconds and 200 connections, each of
which calls again at once. Then it waits until each call that was taken has its run.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.errors import BenchmarkFailed
from benchmarks.instance import Lab, laboratory
from benchmarks.rounds import percentile

SECONDS = 60
CONNECTIONS = 200
PATIENCE = 1800.0  # seconds until all runs have begun
PROCESSES = ("web", "worker-io", "worker-cpu", "worker-ticks", "beat")


@dataclass(frozen=True)
class Figures:
    """What was measured."""

    connections: int
    seconds: float
    calls: int
    calls_per_second: float
    failures: int
    p50_ms: float
    p99_ms: float
    longest_ms: float
    runs_begun_meanwhile: int
    runs_missing: int
    seconds_until_all_had_begun: float
    load_before: float


def measure(lab: Lab, seconds: int = SECONDS, connections: int = CONNECTIONS) -> Figures:
    """Return how calls were taken, with the instance's processes beside."""
    from agents.executions.models import Cause, Execution
    from agents.triggers.hooks import HERE

    load = os.getloadavg()[0]
    token, secret = _trigger()
    with lab.running(*lab.trellis(*PROCESSES)):
        url = f"{lab.url}{HERE}{token}/"
        _calls(url, secret, 10, 2)  # what is done once
        found = _calls(url, secret, connections, seconds)
        ended = time.monotonic()
        begun = Execution.objects.filter(cause=Cause.TRIGGER)
        meanwhile = begun.count()
        wanted = set(found["runs"])
        while missing := wanted - {str(pk) for pk in begun.values_list("pk", flat=True)}:
            if time.monotonic() - ended > PATIENCE:
                break
            time.sleep(1)
        drained = time.monotonic() - ended
    times = [one * 1000 for one in found["seconds"]]
    return Figures(
        connections=connections,
        seconds=round(found["took"], 1),
        calls=len(times),
        calls_per_second=round(len(times) / found["took"], 1),
        failures=len(times) - len(found["runs"]) + len(found["failures"]),
        p50_ms=round(percentile(times, 50), 1),
        p99_ms=round(percentile(times, 99), 1),
        longest_ms=round(max(times), 1),
        runs_begun_meanwhile=meanwhile,
        runs_missing=len(missing),
        seconds_until_all_had_begun=round(drained, 1),
        load_before=round(load, 2),
    )


def _trigger() -> tuple[str, str]:
    """Return token and secret of a trigger whose runs have two nodes."""
    from accounts.models import User
    from agents.graphs.services import create_agent
    from agents.triggers import services

    owner = User.objects.create_user("bench")
    hook, output = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
    version = create_agent(
        owner,
        {
            "name": "Called",
            "nodes": [
                {"id": hook, "block_id": "8fa8c167-2002-47ce-aba8-97572fc5d387"},
                {
                    "id": output,
                    "block_id": "363ae599-353e-4804-937e-b2ee3cef3da4",
                    "input_default": {"name": "payload"},
                },
            ],
            "links": [
                {
                    "source_id": hook,
                    "sink_id": output,
                    "source_name": "payload",
                    "sink_name": "value",
                }
            ],
        },
    )
    [node] = [one for one in version.graph.starting_nodes if one.block and one.block.webhook]
    made = services.create(owner, version.agent_id, kind="generic_webhook", node_id=node.id)
    return made.token, made.secret


def _calls(url: str, secret: str, connections: int, seconds: int) -> Any:
    """Return what `benchmarks.callers` saw."""
    command = [sys.executable, "-P", "-m", "benchmarks.callers", url, secret]
    done = subprocess.run(
        [*command, str(connections), str(seconds)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchmarkFailed(f"The callers failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main() -> int:
    given = [int(one) for one in sys.argv[1:3]]
    os.environ.setdefault(
        "RATE_WEBHOOKS", "100000000/minute"
    )  # what is measured is how many there can be
    with laboratory() as lab:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        figures = measure(lab, *given)
    print(json.dumps(asdict(figures), indent=2))
    return 1 if figures.failures or figures.runs_missing else 0


if __name__ == "__main__":
    sys.exit(main())
