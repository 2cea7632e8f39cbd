"""Blocks on the cpu queue that do not listen, in a real worker with forked processes.

``pytest --log-cli-level=INFO`` shows how long each took to end.
"""

import logging
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from accounts.models import User
from agents.executions import recovery, services
from agents.executions.models import Execution, NodeExecution
from agents.executions.output import outputs
from agents.executions.warden import NAME
from launcher import children
from tests.support.graphs import GraphBuilder
from tests.support.probes import registered
from tests.support.runs import start
from tests.support.waiting import eventually
from tests.support.workers import Worker, workers

pytestmark = pytest.mark.django_db(transaction=True)

logger = logging.getLogger(__name__)

LEASE = 30  # seconds, the default: nothing here may have to wait for it
SOON = 40.0  # seconds: the notice, the grace, and a very busy machine


class Unruly:
    """A run of a block that does one deed."""

    def __init__(
        self, owner: User, folder: Path, deed: str, *, block: str = "Unruly", **policy: Any
    ) -> None:
        self.log = folder / f"{block} {deed}"
        self.graph = GraphBuilder()
        self.node = self.graph.node(block, deed=deed, log=str(self.log))
        self.graph.policy(self.node, **policy)
        for pin in ("out", "error"):
            self.graph.link(self.node, pin, self.graph.output(pin), "value")
        self.execution = start(owner, self.graph)

    @property
    def row(self) -> NodeExecution:
        return NodeExecution.objects.get(execution=self.execution, node_id=self.node)

    @property
    def end(self) -> Execution:
        return Execution.objects.with_graph().get(pk=self.execution.pk)

    @property
    def processes(self) -> list[int]:
        """Return the processes that ran the block, one for each run."""
        return [int(line) for line in self.log.read_text().splitlines()]

    def wait_for_begin(self) -> None:
        eventually(lambda: self.row.status == "RUNNING" and self.log.exists(), timeout=20)

    def wait_for_end(self, timeout: float) -> float:
        """Return how many seconds it took until the run ended."""
        began = time.monotonic()
        eventually(self._has_ended, timeout=timeout, what=f"the end of {self.log.name}")
        return time.monotonic() - began

    def _has_ended(self) -> bool:
        recovery.send_again()  # what beat would do; nothing here is taken over by the sweep
        recovery.wake_sleepers()
        return self.end.state.is_final


@pytest.fixture
def worker(servers: None, tmp_path: Path) -> Iterator[Worker]:
    with registered(), workers(1, tmp_path, pool="prefork", CPU_MEMORY_MB="600") as [one]:
        yield one


def test_a_stop_ends_blocks_that_do_not_listen(worker: Worker, alice: User, tmp_path: Path) -> None:
    held = Unruly(alice, tmp_path, "hold the interpreter")
    loop = Unruly(alice, tmp_path, "loop", block="UnrulyExternal")
    third = Unruly(alice, tmp_path, "nothing")  # both processes are busy
    for one in (held, loop):
        one.wait_for_begin()

    began = time.monotonic()
    services.stop_execution(third.execution.pk)
    not_started = time.monotonic() - began
    for one in (held, loop):
        services.stop_execution(one.execution.pk)
    took = [one.wait_for_end(SOON) for one in (held, loop)]

    logger.info("stop: not started %.3f s; running %.1f s and %.1f s more", not_started, *took)
    assert third.end.status == "TERMINATED"
    assert not_started < 2
    for one in (held, loop):
        assert (one.end.status, one.row.status) == ("TERMINATED", "TERMINATED")
        [process] = one.processes
        eventually(partial(is_gone, process), timeout=SOON)
    the_pool_works_again(alice, tmp_path)


def test_what_runs_too_long_ends_though_it_holds_the_interpreter(
    worker: Worker, alice: User, tmp_path: Path
) -> None:
    held = Unruly(alice, tmp_path, "hold the interpreter", timeout_seconds=1)
    twice = Unruly(
        alice,
        tmp_path,
        "loop",
        timeout_seconds=1,
        retry={"errors": ["timed_out"], "max_attempts": 2, "initial_seconds": 0.1},
    )
    held.wait_for_begin()

    took = [held.wait_for_end(1 + SOON), twice.wait_for_end(2 * (1 + SOON))]

    logger.info("1 s allowed: ended after %.1f s; tried twice: %.1f s more", *took)
    for one, runs in ((held, 1), (twice, 2)):
        assert (one.row.status, one.row.error["code"], one.row.tries) == (
            "FAILED",
            "timed_out",
            runs,
        )
        assert one.row.losses == 0
        assert len(one.processes) == runs
        assert one.end.status == "COMPLETED"  # its error pin is linked
        assert outputs(one.end) == {"error": [one.row.error["message"]]}
    the_pool_works_again(alice, tmp_path)


def test_a_block_that_holds_the_interpreter_keeps_its_lease(
    servers: None, alice: User, tmp_path: Path
) -> None:
    with (
        registered(),
        workers(1, tmp_path, pool="prefork", NODE_LEASE_SECONDS="3"),
    ):
        held = Unruly(alice, tmp_path, "hold the interpreter")
        held.wait_for_begin()
        first = held.row.lease_until
        assert first is not None
        eventually(lambda: (held.row.lease_until or first) > first, timeout=SOON)
        until = time.monotonic() + 5  # well beyond one lease

        def swept_for_long() -> bool:
            recovery.sweep()
            return time.monotonic() > until

        eventually(swept_for_long, timeout=10, every=0.5)

        assert (held.row.status, held.row.losses, held.row.attempt) == ("RUNNING", 0, 1)
        services.stop_execution(held.execution.pk)
        held.wait_for_end(SOON)


def test_a_block_that_hangs_in_the_local_lane_is_ended_and_runs_by_a_claim(
    worker: Worker, alice: User, tmp_path: Path
) -> None:
    for _ in range(6):  # both processes learn that the block is light
        the_pool_works_again(alice, tmp_path)
    held = Unruly(alice, tmp_path, "hold the interpreter", timeout_seconds=1)

    took = held.wait_for_end(60)

    logger.info("hung in the lane: ended after %.1f s", took)
    assert (held.row.status, held.row.error["code"]) == ("FAILED", "timed_out")
    for process in held.processes:
        eventually(partial(is_gone, process), timeout=SOON)


def test_too_much_memory_is_an_error_of_the_block(
    worker: Worker, alice: User, tmp_path: Path
) -> None:
    hog = Unruly(alice, tmp_path, "take all memory")

    took = hog.wait_for_end(30)

    logger.info("out of memory: ended after %.1f s", took)
    assert (hog.row.status, hog.row.error["code"], hog.row.losses) == ("FAILED", "out_of_memory", 0)
    assert outputs(hog.end) == {"out": ["begun"], "error": [hog.row.error["message"]]}
    [process] = hog.processes
    assert not is_gone(process)  # it goes on, with its memory back
    the_pool_works_again(alice, tmp_path)


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("die", "(killed by signal 9; probably out of memory)"),
        ("crash", "(killed by signal 11: Segmentation fault)"),
    ],
)
def test_what_kills_its_worker_again_and_again_fails_with_the_reason(
    deed: str, words: str, worker: Worker, alice: User, tmp_path: Path
) -> None:
    poison = Unruly(alice, tmp_path, deed)
    took = poison.wait_for_end(LEASE)
    acting = Unruly(alice, tmp_path, deed, block="UnrulyExternal")
    took_acting = acting.wait_for_end(SOON)

    logger.info("%s: three losses in %.1f s, one in %.1f s", deed, took, took_acting)
    row = poison.row
    assert (row.status, row.losses, len(poison.processes)) == ("FAILED", 3, 3)
    assert row.error["code"] == "worker_killed", row.error["message"]
    assert row.error["message"].startswith(
        f"3 workers were lost while this block ran, the last one {row.worker!r} {words}."
    )
    assert took < LEASE / 2
    assert (acting.row.error["code"], len(acting.processes)) == ("interrupted", 1)
    assert acting.row.error["message"].startswith(
        f"The worker {acting.row.worker!r} was lost {words} while this block ran."
    )
    the_pool_works_again(alice, tmp_path)


def test_a_warden_ends_with_its_worker_and_is_replaced_when_it_dies(
    worker: Worker, alice: User, tmp_path: Path
) -> None:
    [first] = eventually(lambda: wardens(worker), what="its warden")
    first.kill()
    eventually(
        lambda: [one.pid for one in wardens(worker)] not in ([], [first.pid]),
        timeout=15,
        what="another warden",
    )
    [second] = wardens(worker)
    held = Unruly(alice, tmp_path, "hold the interpreter")
    held.wait_for_begin()
    services.stop_execution(held.execution.pk)
    held.wait_for_end(SOON)

    worker.kill()

    eventually(lambda: not children.alive(second), timeout=SOON, what="the end of the warden")


def wardens(worker: Worker) -> list[psutil.Process]:
    """Return the worker's processes that are not of its pool."""
    below = psutil.Process(worker.process.pid).children()
    return [one for one in below if children.is_called(one, NAME)]


def is_gone(pid: int) -> bool:
    try:
        return not children.alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return True


def the_pool_works_again(owner: User, folder: Path) -> None:
    good = Unruly(owner, folder, "nothing")
    good.wait_for_end(20)
    assert outputs(good.end) == {"out": ["begun", "done"]}
    assert os.getpid() not in good.processes
