"""`trellis block`: an author makes a package, tests it, and finds its block in the list."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import pytest

from blocks import packages
from blocks.packages import Packages, check_packages
from blocks.sdk import registry
from launcher.cli import dispatch
from launcher.cli.block.making import FolderTaken, naming
from launcher.cli.block.testing import examine
from launcher.errors import UsageError
from tests.support.packages import install, source

SHOUT = "7f0c2a3e-4a53-4f37-9f5e-3d1f7d3a9b01"
TAKEN = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"  # the calculator's


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in. What is imported and registered there is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    modules = set(sys.modules)
    with suppress(Done), registry.all_or_nothing():
        yield tmp_path
        raise Done
    for name in set(sys.modules) - modules:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


class Done(Exception):
    """The test is over."""


class TestNew:
    def test_package_passes_its_own_tests(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status = dispatch(["block", "new", "Send SMS"])
        package = folder / "trellis-blocks-send-sms"
        made = capsys.readouterr().out.splitlines()
        report = examine(package.name)
        suite = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
            cwd=package,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

        assert status == 0
        assert made == [
            "trellis-blocks-send-sms/pyproject.toml",
            "trellis-blocks-send-sms/README.md",
            "trellis-blocks-send-sms/trellis_blocks_send_sms/__init__.py",
            "trellis-blocks-send-sms/tests/test_send_sms.py",
        ]
        assert report["ok"]
        assert [(one["title"], one["examples"], one["faults"]) for one in report["blocks"]] == [
            ("Send Sms", 1, [])
        ]
        assert "3 passed" in suite.stdout

    def test_folder_with_something_in_it_is_left_as_it_is(self, folder: Path) -> None:
        (folder / "there").mkdir()
        (folder / "there" / "mine.txt").write_text("mine")

        with pytest.raises(FolderTaken, match="something in `there` already"):
            dispatch(["block", "new", "shout", "--directory", "there"])

        assert [path.name for path in folder.rglob("*")] == ["there", "mine.txt"]

    @pytest.mark.parametrize("name", ["", "../up", "1st", "for", "ä", "a" * 61, "-", "a'b"])
    def test_what_cannot_be_a_module_is_no_name(self, name: str) -> None:
        with pytest.raises(UsageError, match="is no name for a block"):
            naming(name)

    @pytest.mark.parametrize(
        ("name", "word", "title", "distribution"),
        [
            ("shout", "shout", "Shout", "trellis-blocks-shout"),
            ("SendMail", "send_mail", "Send Mail", "trellis-blocks-send-mail"),
            ("send-to_all 2", "send_to_all_2", "Send To All 2", "trellis-blocks-send-to-all-2"),
        ],
    )
    def test_names_follow_from_the_words(
        self, name: str, word: str, title: str, distribution: str
    ) -> None:
        names = naming(name)

        assert (names["word"], names["title"], names["distribution"]) == (word, title, distribution)


class TestTest:
    def test_untrue_example_and_missing_description_fail(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = source("Shout", SHOUT, description="")
        (folder / "shout.py").write_text(text.replace('Outputs(text="a")', 'Outputs(text="b")'))

        status = dispatch(["block", "test", "shout.py", "--json"])

        report = json.loads(capsys.readouterr().out)
        assert (status, report["ok"]) == (1, False)
        assert report["blocks"][0]["faults"] == [
            "Shout has no description.",
            'Example 1: it emits [["text","a"]] where [["text","b"]] is expected.',
        ]

    def test_module_is_tested_by_its_name(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "shout.py").write_text(source("Shout", SHOUT))

        status = dispatch(["block", "test", "shout"])

        assert (status, capsys.readouterr().out) == (0, "ok    Shout, 1 example\n")

    def test_blocks_that_are_there_already_can_be_tested(self) -> None:
        report = examine("blocks.library.arithmetic")

        assert report["ok"]
        assert "CalculatorBlock" in [one["name"] for one in report["blocks"]]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("import nothing_of_this_name\n", "ModuleNotFoundError"),
            ("raise SystemExit(0)\n", "SystemExit"),
            ("def broken(:\n", "SyntaxError"),
            ("", "registers no block"),
            (source("Shout", TAKEN), "is taken"),
        ],
        ids=["import", "exit", "syntax", "empty", "id"],
    )
    def test_what_cannot_be_loaded_is_a_failure_with_its_reason(
        self, folder: Path, content: str, reason: str
    ) -> None:
        (folder / "shout.py").write_text(content)

        report = examine("shout.py")

        assert (report["ok"], report["blocks"]) == (False, [])
        assert reason in report["error"]

    def test_project_without_entry_point_is_told_what_to_add(self, folder: Path) -> None:
        (folder / "pyproject.toml").write_text("[project]\nname = 'a'\n")

        assert '[project.entry-points."trellis.blocks"]' in examine(".")["error"]

    def test_nothing_there_is_misuse(self) -> None:
        with pytest.raises(UsageError, match="no folder, file or module `no/such/folder`"):
            examine("no/such/folder")


class TestInstalledPackages:
    @pytest.fixture
    def site(self, folder: Path) -> Path:
        """A folder of packages: one that works, and four that do not."""
        site = folder / "site"
        site.mkdir()
        install(site, "good", source("Good", SHOUT))
        install(site, "late", f"{source('Late', SHOUT[:-1] + '2')}\n1 / 0\n")
        install(site, "leaving", "import sys\nsys.exit(3)\n")
        install(site, "second", source("Second", TAKEN))
        install(site, "silent", source("Silent", SHOUT[:-1] + "3", description=""))
        sys.path.insert(0, str(site))
        return site

    @pytest.fixture
    def loaded(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
        found: list[Distribution] = list(distributions(path=[str(site)]))
        loaded = Packages(registry)
        loaded.load(point for one in found for point in one.entry_points)
        monkeypatch.setattr(packages, "packages", loaded)
        return loaded

    def test_block_of_a_package_is_known_with_where_it_comes_from(self, loaded: Packages) -> None:
        spec = registry.find(SHOUT)

        assert spec is not None
        assert loaded.origin(spec) == "good 1.2"

    def test_package_that_breaks_is_left_out_as_a_whole_with_its_reason(
        self, loaded: Packages
    ) -> None:
        assert [(one.package, one.reason) for one in loaded.broken] == [
            ("late 1.2", "ZeroDivisionError: division by zero"),
            ("leaving 1.2", "SystemExit: 3"),
            ("second 1.2", f"ValueError: The id '{TAKEN}' of 'Second' is taken"),
            ("silent 1.2", "ValueError: Silent has no description."),
        ]
        assert {spec.name for spec in registry} & {"Late", "Second", "Silent"} == set()

    @pytest.mark.usefixtures("loaded")
    def test_checks_warn_of_what_is_left_out(self) -> None:
        assert [(one.id, one.is_serious()) for one in check_packages()] == [
            ("blocks.W001", False)
        ] * 4

    def test_instance_sees_what_an_installer_put_there(self, site: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "launcher", "block", "list", "--json"],
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

        rows: dict[str, Any] = {row["name"]: row for row in json.loads(done.stdout)}
        assert done.returncode == 1
        assert (rows["Good"]["id"], rows["Good"]["package"]) == (SHOUT, "good 1.2")
        assert rows["CalculatorBlock"]["package"] is None
        assert done.stderr.count("trellis: The blocks of ") == 4
