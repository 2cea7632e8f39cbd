"""Do the builder and the server find the same problems, in the same words?

``problem_cases.json`` is read by the builder's tests too (``src/graph/problems.test.ts``).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.engine import validation
from agents.graphs.codec import engine_graph

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("problem_cases.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_server_finds_what_the_cases_say(case: dict[str, Any]) -> None:
    found = validation.problems(engine_graph(case), for_run=True)

    assert [problem.as_json() for problem in found] == case["problems"]
