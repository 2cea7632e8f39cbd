"""Chains of nodes that compute, as other engines' published tables have them."""

from collections.abc import Iterator, Sequence
from functools import partial

from accounts.models import User
from benchmarks import graphs, plain
from benchmarks.instance import Lab
from benchmarks.results import Row, compared
from benchmarks.rounds import alternate, say, seconds
from benchmarks.runs import Agent, listening
from launcher.processes import CPU_SLOTS, IO_SLOTS


def measure(lab: Lab, owner: User, names: Sequence[str]) -> Iterator[Row]:
    starts = lab.trellis("worker-io", "worker-cpu", "worker-ticks", "beat")
    starts += [lab.plain("plain", "threads", IO_SLOTS), lab.plain("cpu", "prefork", CPU_SLOTS)]
    with lab.running(*starts):
        yield _row(owner, times=40, n=10, cpu=False)
        _row(owner, times=2, n=1, cpu=True)  # to warm the processes up
        yield _row(owner, times=10, n=33, cpu=True)


def _row(owner: User, *, times: int, n: int, cpu: bool) -> Row:
    title = f"{times} × fibo({n})"
    say(f"{title} …")
    agent = Agent.create(owner, graphs.fibonacci(times, n, cpu=cpu))
    theirs = partial(plain.run_computing, times, n, "cpu" if cpu else "plain")
    with listening(agent.version.agent_id) as bell:
        found = alternate(
            {"Trellis": lambda: agent.seconds(bell), "plain Celery": lambda: seconds(theirs)},
            warm=cpu,
        )
    worker = "on the cpu worker (prefork)" if cpu else "on the io worker (threads)"
    return compared("fibo", title, found, unit="s in all", mode="lane", note=worker)
