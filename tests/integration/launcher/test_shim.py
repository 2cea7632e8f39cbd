"""PostgreSQL's two ways out of root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import shim

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to stop being root")

WHO = "import os; print(os.geteuid(), os.stat('.').st_uid == os.geteuid()); open('file', 'w')"


def run(code: str, directory: Path) -> str:
    """Return what the code prints in a process that starts from the shim's functions."""
    path = f"import sys; sys.path.insert(0, {str(Path(shim.__file__).parent)!r}); import shim; "
    command = [sys.executable, "-c", f"{path}{code}"]
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    return result.stdout.strip()


@pytest.mark.skipif(not shim.namespaces_permitted(), reason="namespaces are not permitted here")
def test_in_a_namespace_root_has_another_number_and_files_stay_its_own(tmp_path: Path) -> None:
    said = run(f"shim.rename_root(); {WHO}", tmp_path)

    assert said == f"{shim.INSIDE} True"
    assert (tmp_path / "file").stat().st_uid == 0


def test_nobody_passes_closed_directories_and_owns_what_it_was_given(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    given = closed / "given"
    given.mkdir(parents=True)
    (given / "older").touch()
    closed.chmod(0o700)
    code = "from pathlib import Path; a = __import__('pwd').getpwnam('nobody'); "
    code += "shim.give(Path('.'), a.pw_uid, a.pw_gid); shim.become_nobody(); "

    said = run(f"{code}{WHO}", given)

    nobody = given.stat().st_uid
    assert said == f"{nobody} True"
    assert nobody not in {0, shim.INSIDE}
    assert {path.stat().st_uid for path in given.iterdir()} == {nobody}
    assert closed.stat().st_uid == 0
    assert closed.stat().st_mode & 0o777 == 0o700
