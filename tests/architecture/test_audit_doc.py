"""docs/audit.md lists every action, in the words of the code."""

import re
from pathlib import Path

from audit.actions import Action

PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit.md"


def test_every_action_is_listed_in_its_words() -> None:
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)

    assert rows == [(action.value, str(action.label)) for action in Action]
