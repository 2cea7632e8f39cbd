import stat
from pathlib import Path

import pytest

from launcher import logs
from launcher.logs import PrintedMail, ProcessLog


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


class TestPrintedMail:
    def test_lines_of_mails_are_told_from_the_others(self, log: ProcessLog) -> None:
        with log.open() as file:
            file.write(b"mail | of before\n")
            file.flush()
            mail = PrintedMail(log.path)
            file.write(b"INFO a request\nmail | Hello Ada\nWARNING celery: mail | and Bob\n")
            file.flush()

            assert mail.new_lines() == ["Hello Ada", "and Bob"]
            assert mail.new_lines() == []

    def test_it_goes_on_where_the_file_was_begun_anew(
        self, log: ProcessLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(logs, "LARGEST", 10)
        with log.open() as file:
            file.write(b"something long before\n")
            file.flush()
            mail = PrintedMail(log.path)
            log.rotate()
            file.write(b"mail | new\n")
            file.flush()

            assert mail.new_lines() == ["new"]

    def test_a_process_that_has_no_log_yet_has_sent_none(self, log: ProcessLog) -> None:
        assert PrintedMail(log.path).new_lines() == []
