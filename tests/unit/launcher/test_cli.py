import json
from pathlib import Path

import httpx
import pytest

from launcher import cli
from launcher.cli import imports
from launcher.cli.client import sentence
from launcher.cli.follow import Event
from launcher.cli.run import Progress, short


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])

    assert end.value.code == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in cli.COMMANDS)


def test_misuse_ends_with_status_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "agent.json").write_text("{}")

    with pytest.raises(SystemExit) as end:
        cli.main(["run", str(tmp_path / "agent.json"), "--input", "x"])

    assert end.value.code == 2
    assert capsys.readouterr() == (
        "",
        "trellis: The input 'x' is not of the form NAME=VALUE.\n",
    )


def test_an_expected_problem_ends_with_status_1_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["run", str(tmp_path / "none.json")])

    assert end.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_problem_document_is_told_with_its_places() -> None:
    problem = {
        "detail": "The graph has problems.",
        "errors": [
            {"code": "unknown_pin", "detail": "no such pin", "node_id": "n1", "pin": "x"},
            {"code": "required", "detail": "missing", "attr": "name"},
            {"code": "odd"},
        ],
    }

    assert sentence(httpx.Response(400, json=problem)) == (
        "The graph has problems.\n  node n1, pin `x`: no such pin\n  name: missing\n  odd"
    )


@pytest.mark.parametrize("body", ["", "<h1>Bad gateway</h1>", "[1]"])
def test_an_answer_that_is_no_problem_document_is_told_by_its_status(body: str) -> None:
    assert "status 502" in sentence(httpx.Response(502, text=body))


def test_a_broken_cache_of_imports_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "imports.json").write_text("{")

    assert imports.read_cache(tmp_path / "imports.json") == {}
    assert imports.read_cache(tmp_path / "none.json") == {}


def node(status: str, **data: object) -> Event:
    common = {"node_exec_id": "e1", "node_id": "n1", "node_title": "Add", "status": status}
    return Event(1, "node_execution_event", common | data)


def test_progress_gathers_what_a_node_gave(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()

    progress.tell(node("RUNNING", output_data={"result": [42.0]}))
    progress.tell(node("COMPLETED", output_data={}))

    assert capsys.readouterr().err == "completed    Add: result=42.0\n"


def test_progress_tells_why_a_node_failed(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().tell(node("FAILED", error={"code": "block_error", "message": "no such file"}))

    assert capsys.readouterr().err == "failed       Add: no such file\n"


def test_long_values_are_cut() -> None:
    assert short("ü") == '"ü"'
    assert len(short("x" * 1000)) == 100
    assert json.loads(short([1, "a"])) == [1, "a"]
