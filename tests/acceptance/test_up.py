"""`trellis up`, from the first start to a sudden death."""

import contextlib
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from launcher import children, instance
from tests.acceptance.instances import SAMPLES, TRELLIS, Trellis, parent_of, until

CALCULATOR = str(SAMPLES / "calculator.json")
PASSWORD = re.compile(r"admin, password (\S{20}) \(shown only now\)")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trellis]:
    """An instance that was started once, used, and ended: data for all tests here."""
    trellis = Trellis(tmp_path_factory.mktemp("trellis") / "data")
    yield trellis
    trellis.kill_everything()


@pytest.fixture
def trellis(first: Trellis) -> Trellis:
    """That instance, not running."""
    first.kill_everything()
    return first


@pytest.fixture
def running(first: Trellis) -> Trellis:
    """That instance, running; tests that leave it so share one start."""
    if first.process is None or first.ended:
        first.start()
    return first


def key(trellis: Trellis) -> str:
    kept = trellis.paths.api_key
    return kept.read_text().strip() if kept.exists() else trellis.command("token").stdout.strip()


def get(trellis: Trellis, path: str) -> httpx.Response:
    return httpx.get(f"{trellis.url}/api/v1{path}", headers={"X-API-Key": key(trellis)})


def test_one_command_makes_an_instance_that_runs_agents_and_ends_without_a_trace(
    trellis: Trellis,
) -> None:
    trellis.start()
    assert trellis.answers()
    assert len(PASSWORD.findall(trellis.printed)) == 1

    run = trellis.command("run", CALCULATOR, "--input", "Input=8")
    assert (run.returncode, run.stdout) == (0, "Output: [42.0]\n"), run.stderr
    assert "Add 34: result=42.0" in run.stderr

    assert trellis.end(signal.SIGINT) < 15
    assert trellis.processes() == []
    assert not trellis.paths.instance.exists()
    assert not list(trellis.paths.sockets.glob("*sock*"))


def test_a_second_start_finds_everything_as_it_was(trellis: Trellis) -> None:
    trellis.start()

    assert PASSWORD.search(trellis.printed) is None
    runs = get(trellis, "/executions/").json()["results"]
    assert [(run["graph_name"], run["status"]) for run in runs] == [("Calculator", "COMPLETED")]
    until(lambda: "fail" not in trellis.findings().values(), "the doctor is content")

    assert trellis.end(signal.SIGTERM) < 15
    assert trellis.processes() == []


def test_a_start_after_the_sudden_death_of_everything_recovers(trellis: Trellis) -> None:
    trellis.start()
    trellis.kill_everything()
    assert trellis.paths.instance.exists()  # nobody was left to tidy up

    trellis.start()

    assert trellis.answers()
    run = trellis.command("run", CALCULATOR, "--input", "Input=abc")
    assert (run.returncode, run.stdout) == (0, "Output: [34.0]\n"), run.stderr


def test_a_process_that_dies_is_started_again(running: Trellis) -> None:
    web = running.program("web")

    web.kill()

    until(lambda: "was ended by SIGKILL; starting it again in 1 s" in running.printed, "it says so")
    until(running.answers, "it answers")
    assert running.program("web") != web


def test_workers_go_on_by_themselves_when_both_servers_died(running: Trellis) -> None:
    names = ("worker-io", "worker-cpu")
    until(lambda: set(running.findings(*names).values()) == {"ok"}, "workers take tasks")
    workers = [running.program(name) for name in names]

    for server, directory in ("postgres", "postgres"), ("redis-server", "redis"):
        for process in children.serving(server, getattr(running.paths, directory)):
            with contextlib.suppress(psutil.NoSuchProcess):  # it went with another
                process.kill()

    until(lambda: set(running.findings(*names).values()) == {"ok"}, "they do so again")
    assert workers == [running.program(name) for name in names]
    # The web process finds out with a request each which of its connections are dead.
    until(lambda: running.command("run", CALCULATOR).returncode == 0, "an agent runs")


def test_a_second_instance_on_the_same_data_is_refused(running: Trellis) -> None:
    assert running.process is not None

    second = running.command("up", "--port", "0")

    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr.startswith(
        f"trellis: Trellis already runs on {running.data} (process {running.process.pid})."
    )
    assert running.answers()


def test_two_instances_run_side_by_side(running: Trellis, tmp_path: Path) -> None:
    other = Trellis(tmp_path / "other")
    try:
        other.start()

        assert running.url != other.url
        assert running.answers()
        assert other.answers()
        assert key(running) != key(other)
        assert get(other, "/executions/").json()["results"] == []
    finally:
        other.kill_everything()


def test_everything_ends_when_the_supervisor_is_killed(running: Trellis) -> None:
    assert running.process is not None
    assert len(running.processes()) > 5

    running.process.kill()

    until(lambda: not running.processes(), "everything is gone", patience=20)
    assert running.paths.instance.exists()  # nobody was left to tidy up


def test_everything_ends_when_the_one_who_waits_for_it_is_killed(trellis: Trellis) -> None:
    make = parent_of(trellis)
    until(lambda: instance.running(trellis.paths.instance), "it answers")

    make.kill()
    make.wait()

    until(lambda: not trellis.processes(), "everything is gone", patience=20)
    assert not trellis.paths.instance.exists()


def test_a_taken_port_is_named(trellis: Trellis) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        refused = trellis.command("up", "--port", port)

    assert refused.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use." in refused.stderr
    assert trellis.processes() == []


def test_an_impatient_end_while_it_starts_leaves_nothing(trellis: Trellis) -> None:
    trellis.begin()
    until(lambda: "PostgreSQL" in trellis.printed, "it starts")

    assert trellis.end(signal.SIGINT) < 15

    assert trellis.processes() == []


def test_a_run_without_an_instance_starts_one_and_stops_it(trellis: Trellis) -> None:
    run = trellis.command("run", CALCULATOR, "--input", "Input:=8")

    assert (run.returncode, run.stdout) == (0, "Output: [42.0]\n"), run.stderr
    assert trellis.processes() == []


def test_django_s_commands_find_the_database_without_an_instance(trellis: Trellis) -> None:
    told = trellis.command("showmigrations", "--plan")

    assert told.returncode == 0
    assert "[X]  accounts." in told.stdout
    assert trellis.processes() == []


def test_a_command_that_is_interrupted_in_a_pipe_says_nothing_strange(trellis: Trellis) -> None:
    with subprocess.Popen(
        [*TRELLIS, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as helping:
        assert helping.stdout is not None
        assert helping.stderr is not None
        helping.stdout.close()
        assert helping.stderr.read() == b""
