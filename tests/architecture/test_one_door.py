"""Rows reach a caller through ``visible_to``, or ``public`` where everybody may see them, only.

The code of the edges is read for other ways.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.codes import ROOT

EDGES = (
    *("agents/*/api/*.py", "blocks/api/*.py", "platform/*/api/*.py", "platform/webui/**/*.py"),
    *("agents/executions/consumers.py", "agents/executions/sharedfeed.py"),
    "agents/executions/stream.py",
    "market/api/*.py",
    "agents/executions/watching.py",
)
DOORS = {"visible_to", "public"}
MANAGERS = {"objects", "with_snapshots", "_default_manager", "_base_manager"}
# Where the rows belong to one that was found through the door before.
BEHIND_THE_DOOR = {
    "agents/executions/api/serializers.py": {"NodeExecution", "Execution"},  # that a node started
    "agents/executions/api/views.py": {"NodeExecution"},
    "agents/executions/watching.py": {"Event"},
    "platform/accounts/api/serializers.py": {"User"},  # of a refresh token that was checked
    "platform/webui/monitor.py": {"GraphVersion"},  # of the owner; also of deleted agents
    "platform/webui/outputs.py": {"NodeExecution"},
    "platform/webui/runs.py": {"NodeExecution", "Review", "Emission", "Event"},
    "platform/webui/shared.py": {"NodeExecution"},
    "platform/webui/templatetags/library.py": {"ListingReview"},  # of a listing that is shown
    "platform/webui/timeline.py": {"Event"},
    "platform/webui/views/shared.py": {"NodeExecution"},  # of the run that a link shows
    "platform/webui/wholevalue.py": {"NodeExecution", "Emission"},
}


def test_the_edges_ask_visible_to_for_rows() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {model}"
        for path in _files()
        for model, line in _ways_past(ast.parse(path.read_text(encoding="utf-8")))
        if model not in BEHIND_THE_DOOR.get(str(path.relative_to(ROOT)), set())
    ]

    assert wrong == [], "ask `.visible_to(user)` first, or say above why that was done before"


def test_each_exception_is_still_one() -> None:
    found = {
        name: {model for model, _ in _ways_past(ast.parse((ROOT / name).read_text("utf-8")))}
        for name in BEHIND_THE_DOOR
    }

    assert found == BEHIND_THE_DOOR


def test_a_way_past_is_seen() -> None:
    code = "a = Run.objects.filter(pk=1)\nb = Run.objects.visible_to(user).filter(pk=1)\nc = Run.objects"

    assert sorted(_ways_past(ast.parse(code))) == [("Run", 1), ("Run", 3)]


def _files() -> list[Path]:
    found = sorted({path for pattern in EDGES for path in ROOT.glob(pattern)})
    assert len(found) > 30
    return [path for path in found if "node_modules" not in path.parts]


def _ways_past(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the model and the line of each use of a manager that does not begin at the door."""
    fine = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in DOORS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS and id(node) not in fine:
            yield ast.unparse(node.value), node.lineno
