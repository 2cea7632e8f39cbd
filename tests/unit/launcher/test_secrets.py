import stat
from pathlib import Path

from launcher.secrets import persistent_secret


def test_a_secret_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret_key"

    first = persistent_secret(path)

    assert len(first) >= 50
    assert persistent_secret(path) == first


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    persistent_secret(tmp_path / "secret_key")

    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_no_draft_is_left(tmp_path: Path) -> None:
    persistent_secret(tmp_path / "secret_key")

    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_two_instances_have_different_secrets(tmp_path: Path) -> None:
    assert persistent_secret(tmp_path / "one") != persistent_secret(tmp_path / "two")
