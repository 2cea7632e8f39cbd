import subprocess
import time
from pathlib import Path

import pytest

from launcher.logs import ProcessLog
from launcher.supervisor import LONGEST_PAUSE, STEADY, Child, ending


def start(log: ProcessLog) -> subprocess.Popen[bytes]:
    raise AssertionError("nothing starts here")


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child("web", start, ProcessLog(tmp_path / "web.log"), since=time.monotonic())


def test_a_child_that_keeps_dying_waits_longer_each_time(child: Child) -> None:
    assert [child.pause() for _ in range(7)] == [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_child_that_ran_for_long_starts_again_at_once(child: Child) -> None:
    for _ in range(5):
        child.pause()
    child.since = time.monotonic() - STEADY - 1

    assert child.pause() == 1


@pytest.mark.parametrize(
    ("status", "words"), [(1, "ended with status 1"), (-9, "was ended by SIGKILL")]
)
def test_the_end_of_a_process_is_told_in_words(status: int, words: str) -> None:
    assert ending(status) == words
