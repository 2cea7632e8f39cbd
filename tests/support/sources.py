"""Our sources as syntax trees, for tests that forbid things."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("agents", "blocks", "store", "market", "platform", "config")


def modules(*parts: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield each module of ours, by its path, without migrations and what is installed."""
    for part in parts or PARTS:
        for path in sorted((ROOT / part).rglob("*.py")):
            if not {"migrations", "node_modules"} & set(path.parts):
                name = path.relative_to(ROOT).as_posix()
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def calls(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call with the dotted name that is called; "" where it has none."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def imported(module: ast.Module) -> set[str]:
    """Return the names of the modules that are imported, and of what is imported from them."""
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for such an expression; "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
