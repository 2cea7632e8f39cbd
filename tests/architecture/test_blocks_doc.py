"""The page for authors of blocks shows a block that works."""

import re
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from blocks.sdk import RunContext, registry
from launcher.cli.block.testing import examine

PAGE = (Path(settings.BASE_DIR) / "docs" / "blocks.md").read_text(encoding="utf-8")


class Done(Exception):
    """What was registered may be forgotten."""


def test_first_block_of_the_page_has_no_fault(tmp_path: Path) -> None:
    module = tmp_path / "block_of_the_page.py"
    module.write_text(re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0])

    with suppress(Done), registry.all_or_nothing():
        report = examine(str(module))
        raise Done

    assert [(one["title"], one["examples"], one["faults"]) for one in report["blocks"]] == [
        ("Shout", 1, [])
    ]


def test_page_names_what_a_context_has_and_nothing_else() -> None:
    table = PAGE.split("## Reach the world")[1].split("```")[0]
    named = set(re.findall(r"`context\.(\w+)`", table))
    of_who_and_where = {"user_id", "graph_id", "graph_version", "node_id", "graph_exec_id"}
    of_who_and_where |= {"node_exec_id", "user_timezone"}

    assert named == {name for name in dir(RunContext) if name[0] != "_"} - of_who_and_where
