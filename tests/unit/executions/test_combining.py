"""Steps that meet are done together, each once, and none waits for company."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from agents.executions.combining import Combiner
from tests.support.waiting import eventually


@dataclass(eq=False)
class Desk:
    """Does steps, which are numbers; negative ones it refuses. The first step waits to be let go."""

    go: threading.Event = field(default_factory=threading.Event)
    groups: list[list[int]] = field(default_factory=list)
    inside: int = 0
    _started: bool = False

    def do(self, steps: Sequence[int]) -> None:
        self.groups.append(list(steps))
        if not self._started:
            self._started = True
            assert self.go.wait(10)
        if any(step < 0 for step in steps):
            raise ValueError(min(steps))


@dataclass(eq=False)
class Person(threading.Thread):
    """A thread that wants one step."""

    combiner: Combiner[str, int]
    step: int
    key: str = "run"
    error: BaseException | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.start()

    def run(self) -> None:
        try:
            self.combiner.submit(self.key, self.step)
        except BaseException as error:
            self.error = error

    __hash__ = threading.Thread.__hash__


def people(desk: Desk, combiner: Combiner[str, int], *steps: int) -> list[Person]:
    """Return threads of which the first is at work and the others wait in line, in this order."""
    found = [Person(combiner, steps[0])]
    eventually(lambda: desk.groups == [[steps[0]]], what="the first step's beginning")
    for length, step in enumerate(steps[1:], start=1):
        found.append(Person(combiner, step))
        in_line(combiner, length)
    return found


def in_line(combiner: Combiner[str, int], length: int) -> None:
    eventually(lambda: len(combiner._lines["run"]) == length, what="a place in the line")


def finish(desk: Desk, threads: Sequence[Person]) -> None:
    desk.go.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_one_that_comes_alone_is_done_at_once() -> None:
    desk = Desk()
    desk.go.set()
    combiner = Combiner[str, int](desk.do, most=10)

    combiner.submit("run", 1)
    combiner.submit("run", 2)

    assert desk.groups == [[1], [2]]
    assert combiner._lines == {}


def test_those_who_come_while_one_is_at_work_are_done_together() -> None:
    desk = Desk()
    combiner = Combiner[str, int](desk.do, most=10)
    threads = people(desk, combiner, 1, 2, 3, 4)

    finish(desk, threads)

    assert desk.groups == [[1], [2, 3, 4]]
    assert [thread.error for thread in threads] == [None] * 4
    assert combiner._lines == {}


def test_a_group_has_a_limit() -> None:
    desk = Desk()
    combiner = Combiner[str, int](desk.do, most=2)
    threads = people(desk, combiner, 1, 2, 3, 4)

    finish(desk, threads)

    assert desk.groups == [[1], [2, 3], [4]]


def test_another_key_waits_for_nobody() -> None:
    desk = Desk()
    combiner = Combiner[str, int](desk.do, most=10)
    threads = people(desk, combiner, 1)

    combiner.submit("another", 2)

    assert desk.groups == [[1], [2]]
    finish(desk, threads)


@pytest.mark.parametrize("bad", [2, 3, 4])
def test_where_a_group_fails_each_step_is_done_by_itself(bad: int) -> None:
    desk = Desk()
    combiner = Combiner[str, int](desk.do, most=10)
    steps = [-step if step == bad else step for step in (1, 2, 3, 4)]
    threads = people(desk, combiner, *steps)

    finish(desk, threads)

    assert desk.groups[:2] == [[1], steps[1:]]
    assert sorted(desk.groups[2:]) == sorted([step] for step in steps[1:])
    assert [repr(thread.error) for thread in threads] == [
        f"ValueError({step})" if step < 0 else "None" for step in steps
    ]
    assert combiner._lines == {}


def test_one_that_fails_alone_is_told_and_not_tried_again() -> None:
    desk = Desk()
    desk.go.set()
    combiner = Combiner[str, int](desk.do, most=10)

    with pytest.raises(ValueError, match="-1"):
        combiner.submit("run", -1)
    combiner.submit("run", 2)

    assert desk.groups == [[-1], [2]]


def test_hundreds_of_threads_get_each_step_done_once() -> None:
    done: list[int] = []
    combiner = Combiner[str, int](done.extend, most=7)

    threads = [Person(combiner, step, key=str(step % 3)) for step in range(300)]
    for thread in threads:
        thread.join(10)

    assert sorted(done) == list(range(300))
    assert combiner._lines == {}
