"""Pages that list code say what the code says."""

import re
from pathlib import Path

from django.conf import settings

from benchmarks.cases import MODULES
from blocks.management.commands.blocks_docs import blocks_page


def test_page_of_blocks_is_current() -> None:
    page = Path(settings.BASE_DIR) / "docs" / "block-list.md"

    assert page.read_text(encoding="utf-8") == blocks_page(), "run `manage.py blocks_docs`"


def test_page_about_performance_names_every_benchmark() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "performance.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)

    assert named == list(MODULES)


def test_page_about_operations_explains_every_metric() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `(trellis_\w+)` \|", page, re.MULTILINE)
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("platform", "agents")
        for path in Path(settings.BASE_DIR, folder).rglob("*.py")
    )
    declared = re.findall(r"(?:Counter|Gauge|Histogram|Family|Metric)\(\s*\"(trellis_\w+)\"", code)

    assert sorted(explained) == sorted(declared)
