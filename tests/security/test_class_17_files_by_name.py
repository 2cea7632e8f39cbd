"""Class 17: a name leads to nothing but what it names, and out of no folder.

Uploads get names of our own: tests/integration/uploads, tests/unit/uploads/test_names.py.
"""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from agents.executions.files import RunFiles
from blocks.sdk import BlockError
from launcher.paths import InstancePaths

HERE = UUID("7f3a1c52-5f63-4d0b-9d6c-000000000001")
ELSEWHERE = UUID("7f3a1c52-5f63-4d0b-9d6c-000000000002")
CLAIMS = (
    "/etc/passwd",
    "../../secret_key",
    "file:///etc/passwd",
    "....//....//etc/passwd",
    "%2e%2e%2fsecret_key",
    "C:\\windows\\win.ini",
    "a\x00b",
    "--output=/tmp/x",
)


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> RunFiles:
    settings.PATHS = InstancePaths(tmp_path)
    return RunFiles(HERE)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_path_is_no_reference_to_a_file(files: RunFiles, claim: str) -> None:
    files.write(b"mine", name="a.txt")

    with pytest.raises(BlockError):
        files.read(claim)
    assert files.size(claim) is None


def test_the_file_of_another_run_is_not_this_one_s(files: RunFiles) -> None:
    files.write(b"mine", name="a.txt")  # the folder is there, to be led out of
    other = RunFiles(ELSEWHERE)
    reference = other.write(b"theirs", name="a.txt")

    for claim in (reference, f"../{ELSEWHERE}/{reference}"):
        with pytest.raises(BlockError):
            files.read(claim)


@pytest.mark.parametrize(
    "name", ["../../x.sh", "/etc/cron.d/x", "a/../../b.html", "x.\x00png", ".."]
)
def test_a_name_decides_nothing_but_the_ending(files: RunFiles, tmp_path: Path, name: str) -> None:
    reference = files.write(b"content", name=name)

    assert files.read(reference) == b"content"
    assert [one.name for one in (tmp_path / "files" / str(HERE)).iterdir()] == [reference]
    assert "/" not in reference
