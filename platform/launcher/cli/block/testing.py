"""Run the examples of blocks, and check the rules that blocks keep to.

What is tested is a package's folder (with a pyproject.toml), a file, or a module by its name.
The status is 1 where a block has a fault, or there is none to test.
"""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from launcher.cli.block.finding import Unloadable, load


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("target", metavar="PATH|MODULE", help="a folder, a file, or a module")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def main(options: Namespace) -> int:
    report = examine(options.target)
    print(json.dumps(report, indent=2, ensure_ascii=False) if options.json else _text(report))
    return 0 if report["ok"] else 1


def examine(target: str) -> dict[str, Any]:
    """Return what is to be said of each block that the target registers."""
    try:
        specs = load(target)
    except Unloadable as error:
        return {"ok": False, "error": error.message, "blocks": []}
    from blocks.checks import problems
    from blocks.sdk.examples import untrue

    blocks = [
        {
            "id": str(spec.id),
            "name": spec.name,
            "title": spec.title,
            "examples": len(spec.examples),
            "faults": [*(str(problem.msg) for problem in problems([spec])), *untrue(spec)],
        }
        for spec in specs
    ]
    return {"ok": not any(one["faults"] for one in blocks), "error": None, "blocks": blocks}


def _text(report: dict[str, Any]) -> str:
    if report["error"]:
        return f"FAIL  {report['error']}"
    lines = []
    for one in report["blocks"]:
        lines.append(f"{'FAIL' if one['faults'] else 'ok  '}  {one['title']}, {_count(one)}")
        lines += [f"      {fault}" for fault in one["faults"]]
    return "\n".join(lines)


def _count(one: dict[str, Any]) -> str:
    count = one["examples"]
    return f"{count} example{'' if count == 1 else 's'}"
