"""The committed description of the API is what the code says."""

from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def said(tmp_path: Path) -> str:
    """What the code says; that nothing in it is a guess, and that it is valid OpenAPI."""
    file = tmp_path / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    return file.read_text(encoding="utf-8")


def test_the_committed_file_is_current(said: str) -> None:
    committed = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")

    assert committed == said, "run `make schema`, and read the difference: callers rely on it"
