from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from launcher.paths import LONGEST_SOCKET_PATH, InstancePaths, instance_paths


def test_the_data_directory_is_the_one_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(tmp_path / "here"))

    assert instance_paths().data == tmp_path / "here"


def test_without_a_name_it_is_in_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRELLIS_DATA_DIR")
    monkeypatch.chdir(tmp_path)

    assert instance_paths().data == tmp_path / ".trellis"


def test_sockets_lie_in_the_data_directory_where_their_path_fits() -> None:
    assert InstancePaths(Path("/srv/trellis")).sockets == Path("/srv/trellis/run")


def test_sockets_move_where_the_data_directory_has_a_long_name() -> None:
    paths = InstancePaths(Path("/srv", "long" * 30))

    assert paths.sockets != InstancePaths(Path("/srv", "long" * 31)).sockets
    assert len(str(paths.sockets / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH


def test_the_database_url_survives_odd_directory_names() -> None:
    paths = InstancePaths(Path("/srv/a b&c"))

    assert parse_qs(urlsplit(paths.database_url).query) == {"host": ["/srv/a b&c/run"]}
