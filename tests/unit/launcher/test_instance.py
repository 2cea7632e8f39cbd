import os
from pathlib import Path

import pytest

from launcher import instance


def test_an_instance_is_announced_only_while_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "instance.json"

    with instance.announced(path, "http://127.0.0.1:8000"):
        found = instance.read(path)
        assert found is not None
        assert (found.url, found.pid) == ("http://127.0.0.1:8000", os.getpid())

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": "x"}', '{"url": 1, "pid": "x"}'])
def test_a_file_that_makes_no_sense_names_no_instance(tmp_path: Path, content: str) -> None:
    (tmp_path / "instance.json").write_text(content)

    assert instance.read(tmp_path / "instance.json") is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("example.org", "http://example.org:8000"),
    ],
)
def test_the_url_is_one_that_this_machine_can_open(host: str, url: str) -> None:
    assert instance.url_of(host, 8000) == url
