"""Pages that list code say what the code says."""

from pathlib import Path

from django.conf import settings

from blocks.management.commands.blocks_docs import blocks_page


def test_page_of_blocks_is_current() -> None:
    page = Path(settings.BASE_DIR) / "docs" / "blocks.md"

    assert page.read_text(encoding="utf-8") == blocks_page(), "run `manage.py blocks_docs`"
