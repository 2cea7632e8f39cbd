"""Class 27: nobody's text becomes a command. MCP servers are asked by HTTP, and those that are programs
are the ones that an administrator listed, as they were listed, for as long as a call lasts."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from django.conf import settings as instance
from django.test import override_settings
from pydantic import SecretStr

from agents.executions import mcpcommands
from agents.executions.mcpcalls import RunMcp
from blocks.sdk.credentials import ApiKeyCredentials
from blocks.sdk.http import RequestFailed
from blocks.sdk.mcp import McpFailed, McpToolFailed
from blocks.sdk.testing import FakeContext, GivenCredentials
from credentials.values import WrongHost
from tests.support import mcp_program
from tests.support.blocks import emitted
from tests.support.sources import ROOT, imported, modules
from tests.support.waiting import eventually

STARTING = {"subprocess", "pty", "multiprocessing", "asyncio.subprocess", "mcp.client.stdio"}
ODD_WORDS = ["two words", "; touch /tmp/planted", "$(id)", "--", "*"]
NOT_LISTED = [
    "stdio:npx some-server",
    "stdio:serve --more",
    "stdio:serve\n",
    "stdio: serve",
    "stdio:Serve",
    "stdio:/bin/sh",
    "stdio:../serve",
    "stdio:",
    "stdio://serve",
    "STDIO:serve",
    "file:///bin/sh",
    "/bin/sh -c id",
    "npx -y server",
    "python -m server",
    '{"command": "sh", "args": ["-c", "id"]}',
    "http+unix:///var/run/docker.sock",
    "",
]


@pytest.fixture
def pids(tmp_path: Path) -> Path:
    """Return where a program writes which processes it has."""
    return tmp_path / "pids"


@pytest.fixture
def listed(pids: Path) -> Iterator[None]:
    """List a program for each of its manners."""
    program = [sys.executable, mcp_program.__file__]
    names = ("serve", "hang", "flood", "flood_of_complaints", "babble", "die")
    commands = {name: [*program, name, str(pids), *ODD_WORDS] for name in names}
    commands["missing"] = ["/nowhere/at/all"]
    with override_settings(MCP_COMMANDS=commands):
        yield


def limited(**limits: Any) -> Any:
    return override_settings(
        EGRESS={**instance.EGRESS, "limits": replace(instance.EGRESS["limits"], **limits)}
    )


def is_over(pids: Path) -> bool:
    """Return whether the program and what it started are gone."""
    return not any(_lives(int(pid)) for pid in pids.read_text().split())


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_two_modules_start_programs_and_no_other_one_that_people_reach() -> None:
    found = {
        f"{path}: {name}"
        for path, module in modules("agents", "blocks")
        for name in imported(module)
        if name in STARTING
    }

    assert found == {
        "agents/executions/keeper.py: subprocess",
        "agents/executions/mcpcommands.py: mcp.client.stdio",
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize("url", NOT_LISTED)
def test_what_is_not_listed_is_refused_and_nothing_starts(url: str, pids: Path) -> None:
    with pytest.raises((McpFailed, RequestFailed)):
        RunMcp().tools(url)
    with pytest.raises((McpFailed, RequestFailed)):
        RunMcp().call(url, "look", {})

    assert not pids.exists()


def test_as_installed_there_is_no_command() -> None:
    assert instance.MCP_COMMANDS == {}
    with pytest.raises(McpFailed, match="It has none"):
        RunMcp().tools("stdio:serve")


@pytest.mark.usefixtures("listed")
class TestAProgramThatIsListed:
    def test_it_offers_its_tools_and_ends_with_the_call(self, pids: Path) -> None:
        assert {tool.name for tool in RunMcp().tools("stdio:serve")} == {"look", "echo", "large"}
        eventually(lambda: is_over(pids))

    def test_it_has_its_words_as_they_are_and_nothing_of_ours(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLANTED_SECRET", "a-secret-of-ours")

        found = RunMcp().call("stdio:serve", "look", {})

        assert found["words"] == ODD_WORDS
        ours = {"PATH", "HOME", "TMPDIR", "LANG", "SHELL", "TERM", "USER", "LOGNAME"}
        assert found["environment"].keys() - {"LC_CTYPE"} == ours
        assert "a-secret-of-ours" not in str(found)
        assert found["directory"] == found["environment"]["HOME"]
        assert found["directory"] not in {str(ROOT), str(Path.home()), os.getcwd()}
        assert not Path(found["directory"]).exists()  # it went with the call

    @pytest.mark.parametrize("text", [*ODD_WORDS, 'x"}\n{"jsonrpc": "2.0"}', "\x00", "\u2028"])
    def test_arguments_arrive_as_data(self, text: str) -> None:
        assert RunMcp().call("stdio:serve", "echo", {"text": text}) == [text]

    @pytest.mark.parametrize("tool", ["look; id", "$(id)", "../look"])
    def test_a_tool_that_it_has_not_is_an_error(self, tool: str) -> None:
        with pytest.raises((McpFailed, McpToolFailed)):
            RunMcp().call("stdio:serve", tool, {})

    def test_no_secret_goes_to_it(self, pids: Path) -> None:
        key = ApiKeyCredentials(
            UUID(int=1), "mcp", "Mine", ("stdio",), tls_only=False, key=SecretStr("planted")
        )
        context = FakeContext(mcp=RunMcp(), credentials=GivenCredentials({"credentials": key}))
        values = {"server_url": "stdio:serve", "selected_tool": "look"}

        with pytest.raises(WrongHost):
            emitted("MCPToolBlock", values, context)

        assert not pids.exists()


@pytest.mark.usefixtures("listed")
class TestAProgramThatBehavesBadly:
    def test_one_that_hangs_is_over_when_its_time_is(self, pids: Path) -> None:
        with limited(total_seconds=2), pytest.raises(McpFailed, match="did not answer in time"):
            RunMcp().tools("stdio:hang")

        eventually(lambda: is_over(pids))

    def test_one_that_hangs_is_over_when_nobody_wants_it(self, pids: Path) -> None:
        with pytest.raises(RequestFailed) as caught:
            RunMcp(stop=pids.exists).tools("stdio:hang")

        assert caught.value.code == "request_stopped"
        eventually(lambda: is_over(pids))

    def test_one_that_says_too_much_is_over(self, pids: Path) -> None:
        with limited(max_bytes=1_000_000), pytest.raises(McpFailed):
            RunMcp().tools("stdio:flood")

        eventually(lambda: is_over(pids))

    def test_an_answer_that_is_too_large_is_an_error(self, pids: Path) -> None:
        with limited(max_bytes=500_000):
            assert RunMcp().call("stdio:serve", "large", {"characters": 200_000}) == "x" * 200_000
            with pytest.raises(McpFailed):
                RunMcp().call("stdio:serve", "large", {"characters": 500_000})

        eventually(lambda: is_over(pids))

    @pytest.mark.parametrize("name", ["die", "flood_of_complaints"])
    def test_one_that_dies_is_an_error_and_its_complaint_is_for_operators(
        self, name: str, pids: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING), pytest.raises(McpFailed) as caught:
            RunMcp().tools(f"stdio:{name}")

        [told] = [one.getMessage() for one in caplog.records if one.name == mcpcommands.__name__]
        assert "complaint" in told
        assert len(told) < mcpcommands.LONGEST_COMPLAINT + 100
        assert "complaint" not in str(caught.value)
        eventually(lambda: is_over(pids))

    def test_one_that_speaks_no_protocol_is_an_error(self, pids: Path) -> None:
        with limited(total_seconds=5), pytest.raises(McpFailed):
            RunMcp().tools("stdio:babble")

        eventually(lambda: is_over(pids))

    def test_one_that_is_not_installed_is_an_error(self) -> None:
        with pytest.raises(McpFailed, match="'missing' is not installed here"):
            RunMcp().tools("stdio:missing")

    def test_no_more_run_at_once_than_may(
        self, pids: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mcpcommands, "_places", threading.BoundedSemaphore(1))
        wanted = threading.Event()

        def first() -> None:
            with pytest.raises(RequestFailed):
                RunMcp(stop=wanted.is_set).tools("stdio:hang")

        thread = threading.Thread(target=first)
        thread.start()
        try:
            eventually(pids.exists)
            pids_of_first = pids.read_text()
            with limited(total_seconds=2), pytest.raises(McpFailed, match="in time"):
                RunMcp().tools("stdio:hang")
            assert pids.read_text() == pids_of_first
        finally:
            wanted.set()
            thread.join()
        assert RunMcp().tools("stdio:serve")


def test_a_program_ends_with_the_worker_that_is_killed(pids: Path, tmp_path: Path) -> None:
    command = f'{{"hang": ["{sys.executable}", "{mcp_program.__file__}", "hang", "{pids}"]}}'
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import django; django.setup()\n"
            "from agents.executions.mcpcalls import RunMcp\n"
            "RunMcp().tools('stdio:hang')",
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TRELLIS_DATA_DIR": str(tmp_path / "data"),
            "TRELLIS_MCP_COMMANDS": command,
        },
    )
    try:
        eventually(pids.exists)
        assert not is_over(pids)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    eventually(lambda: is_over(pids))
