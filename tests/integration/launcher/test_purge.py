"""``trellis purge``: figures on stdout, everything else on stderr."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.timezone import now

from accounts.models import User
from agents.executions.models import Emission, Execution
from launcher import cli
from launcher.paths import InstancePaths
from tests.support.graphs import calculator
from tests.support.runs import run

pytestmark = pytest.mark.django_db

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database and files, whose servers run already."""
    settings.PATHS = InstancePaths(tmp_path)
    monkeypatch.setattr("launcher.embedded.needed_servers", lambda paths: [])


@pytest.fixture
def old(alice: User) -> Execution:
    """A run that ended 100 days ago; beside it one that ended today."""
    run(alice, calculator(), Input=1)
    execution = run(alice, calculator(), Input=8)
    moment = now() - timedelta(days=100)
    Execution.objects.filter(pk=execution.pk).update(created=moment, ended_at=moment)
    return execution


def trellis(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(["purge", *words])
    return int(end.value.code or 0)


def test_figures_are_printed_for_people(old: Execution, capsys: Captured) -> None:
    assert trellis("--older-than", "90") == 0

    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "           1  runs removed",
        "           0  runs whose values are removed",
        "           4  emissions removed",
        "          12  events removed",
        "           1  executions removed",
        "           3  node executions removed",
        "           1  run storages removed",
        "           0  folders of files removed",
    ]
    assert err == "purge        21 rows so far\n"
    assert Execution.objects.count() == 1


def test_a_dry_run_changes_nothing_and_counts_the_same(old: Execution, capsys: Captured) -> None:
    assert trellis("--older-than", "90", "--dry-run", "--json") == 0
    out, err = capsys.readouterr()
    told = json.loads(out)

    assert err == ""
    assert (Execution.objects.count(), Emission.objects.count()) == (2, 8)
    assert trellis("--older-than", "90", "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert (told.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert told == done
    assert done == {
        "runs": 1,
        "payloads": 0,
        "rows": {
            "emissions": 4,
            "events": 12,
            "executions": 1,
            "node_executions": 3,
            "run_storages": 1,
        },
        "cleared": {},
        "folders": 0,
        "complete": True,
    }


def test_only_values_go_where_only_they_are_meant(old: Execution, capsys: Captured) -> None:
    assert trellis("--older-than", "90", "--payloads-only", "--batch", "3", "--json") == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["runs"], found["payloads"]) == (0, 1)
    assert found["cleared"] == {"node_executions": 3}
    assert Execution.objects.exclude(payload_purged_at=None).get() == old


def test_without_options_the_instances_ages_hold(
    old: Execution, settings: Any, capsys: Captured
) -> None:
    assert trellis() == 0
    assert "Nothing has an age" in capsys.readouterr().err
    assert Execution.objects.count() == 2

    settings.EXECUTIONS = {**settings.EXECUTIONS, "execution_retention_days": 99}
    assert trellis() == 0
    assert "Nothing has an age" not in capsys.readouterr().err
    assert Execution.objects.count() == 1


@pytest.mark.parametrize(
    "words",
    [["--older-than", "-1"], ["--older-than", "soon"], ["--batch", "0"], ["--older-than", "36501"]],
)
def test_misuse_ends_with_status_2(words: list[str], old: Execution, capsys: Captured) -> None:
    assert trellis(*words) == 2
    assert capsys.readouterr().out == ""
    assert Execution.objects.count() == 2


def test_djangos_door_leads_to_the_same(old: Execution, capsys: Captured) -> None:
    call_command("purge", "--older-than=90", "--json", stdout=StringIO())

    assert json.loads(capsys.readouterr().out)["runs"] == 1
