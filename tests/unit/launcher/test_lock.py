import os
from pathlib import Path

import pytest

from launcher.errors import InstanceRunning
from launcher.lock import exclusive


def test_a_second_holder_is_refused_and_told_the_first(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        exclusive(path),
        pytest.raises(InstanceRunning, match=f"process {os.getpid()}"),
        exclusive(path),
    ):
        pytest.fail("two held the lock")

    with exclusive(path):  # the refusal left it free for the next
        assert path.read_text() == str(os.getpid())


def test_two_directories_do_not_meet(tmp_path: Path) -> None:
    with exclusive(tmp_path / "one" / "lock"), exclusive(tmp_path / "two" / "lock"):
        assert (tmp_path / "two" / "lock").exists()
