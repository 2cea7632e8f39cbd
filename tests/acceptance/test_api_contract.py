"""Whatever the OpenAPI file allows, and what it forbids, against a live web process.

Schemathesis makes requests from the committed description, the same ones each time, as a person who has
an agent, a draft, runs and a review: half of the ids in paths are theirs, half are nobody's. No answer
may be a fault of ours, and each must be one that the description has.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import UUID

import pytest

from accounts.models import User
from agents.executions.models import Review
from apikeys.services import issue
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import run, run_queued, start
from tests.support.webs import webs

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "docs" / "openapi.yaml"
NOBODY = str(UUID(int=7))
# They take the file that `POST /api/v1/graphs/` takes. Covered three times, it was five eighths of all.
SAME_BODY = ("PUT /api/v1/graphs/{agent_id}/", "PUT /api/v1/graphs/{agent_id}/draft/")
EXAMPLES = 4  # random ones for each operation, besides those that cover its parameters
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)


@pytest.fixture
def url(servers: None, db: None, tmp_path: Path) -> Iterator[str]:
    with webs(1, tmp_path, LOG_LEVEL="ERROR") as [found]:
        yield found


def asking() -> GraphBuilder:
    """Return a graph that asks a person."""
    graph = GraphBuilder("Asks")
    ask = graph.node("HumanInTheLoopBlock", name="Is it so?", data={"a": 1})
    graph.link(ask, "approved_data", graph.output("out"), "value")
    return graph


def ids_of(owner: User) -> Mapping[str, Mapping[str, object]]:
    """Make what the person has; return for each part of the API which ids its paths take."""
    ended = run(owner, calculator(), Input=1)
    waiting = start(owner, asking())
    while run_queued():
        pass
    review = Review.objects.get(execution=waiting)
    agent = str(ended.graph_version.agent_id)
    block = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"
    return {
        "/graphs/": {"agent_id": [agent, NOBODY], "version": [1, 2]},
        "/executions/": {"id": [str(ended.pk), str(waiting.pk), NOBODY]},
        "/reviews/": {"id": [str(review.pk), NOBODY]},
        "/blocks/": {"id": [block, NOBODY], "block_id": [block, NOBODY]},
    }


def configuration(ids: Mapping[str, Mapping[str, object]]) -> str:
    """Return what tells Schemathesis of the ids, and what to cover once. JSON's lists and texts are TOML's too."""
    lines = []
    for part, parameters in ids.items():
        lines += ["[[operations]]", f"include-path-regex = '{part}'", "[operations.parameters]"]
        lines += [f'"path.{name}" = {json.dumps(values)}' for name, values in parameters.items()]
    for name in SAME_BODY:
        lines += ["[[operations]]", f"include-name = '{name}'"]
        lines += ["[operations.phases.coverage]", "enabled = false"]
    return "\n".join(lines) + "\n"


def test_every_answer_is_one_that_the_description_has(
    url: str, alice: User, tmp_path: Path
) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(configuration(ids_of(alice)))
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
        *("run", str(SCHEMA), "--url", url, "--header", f"X-API-Key: {issue(alice)}"),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES)),
        *("--checks", CHECKS, "--continue-on-failure", "--no-shrink", "--warnings", "off"),
        *("--generation-deterministic", "--seed", "1"),
        *("--suppress-health-check", "all", "--no-color"),
    ]

    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
