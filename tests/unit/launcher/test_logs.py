import stat
from pathlib import Path

import pytest

from launcher import logs
from launcher.logs import ProcessLog


@pytest.fixture
def log(tmp_path: Path) -> ProcessLog:
    return ProcessLog(tmp_path / "logs" / "web.log")


def test_a_file_that_is_not_there_has_no_lines(log: ProcessLog) -> None:
    log.skip()

    assert log.new_lines() == []


def test_only_its_owner_can_read_it(log: ProcessLog) -> None:
    log.open().close()

    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_lines_are_shown_once_and_only_when_complete(log: ProcessLog) -> None:
    with log.open() as file:
        file.write(b"one\ntw")
        file.flush()
        assert log.new_lines() == ["one"]
        file.write(b"o\n")
        file.flush()
        assert log.new_lines() == ["two"]
    assert log.new_lines() == []


def test_what_an_earlier_process_wrote_can_be_skipped(log: ProcessLog) -> None:
    with log.open() as file:
        file.write(b"old\n")
    log.skip()
    with log.open() as file:
        file.write(b"new\n")

    assert log.new_lines() == ["new"]


def test_a_large_file_is_cut_under_its_writer(
    log: ProcessLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 10)
    with log.open() as file:
        file.write(b"a long line\n")
        file.flush()
        log.rotate()
        file.write(b"next\n")

    assert log.path.read_text() == "next\n"
    assert log.path.with_name("web.log.1").read_text() == "a long line\n"
    assert log.new_lines() == ["next"]


def test_a_small_file_stays(log: ProcessLog) -> None:
    with log.open() as file:
        file.write(b"short\n")
    log.rotate()

    assert [path.name for path in log.path.parent.iterdir()] == ["web.log"]
