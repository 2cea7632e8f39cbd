"""What `trellis doctor` makes of the settings, and of clocks."""

import json
from argparse import Namespace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from config.env import ConfigurationError
from launcher.cli import doctor
from launcher.cli.examinations import Status, configuration, databases


@pytest.mark.parametrize(
    ("seconds", "status"), [(0.2, Status.OK), (-1.5, Status.WARN), (-11.0, Status.FAIL)]
)
def test_clocks_may_differ_a_little(seconds: float, status: Status) -> None:
    found, text, _ = databases.told_apart({"PostgreSQL": 0.0, "Redis": seconds})

    assert found == status
    assert f"Redis {seconds:+.2f} s" in text


def test_figures_that_the_internet_may_read_are_a_failure(settings: Any) -> None:
    settings.METRICS_NETWORKS = [ip_network("10.0.0.0/8"), ip_network("0.0.0.0/0")]

    status, text, _ = configuration.metrics()

    assert (status, text) == (Status.FAIL, "anybody in 0.0.0.0/0 may read the figures")


def test_a_token_of_the_figures_that_can_be_guessed_is_a_failure(settings: Any) -> None:
    settings.METRICS_NETWORKS, settings.METRICS_TOKEN = [], "short"

    assert configuration.metrics()[0] == Status.FAIL


def test_a_token_that_others_can_read_is_a_failure(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("METRICS_TOKEN", raising=False)
    settings.METRICS_NETWORKS, settings.METRICS_TOKEN = [], "t" * 40
    file = tmp_path / "metrics_token"
    file.write_text("t" * 40)

    file.chmod(0o644)
    assert configuration.metrics()[:2] == (Status.FAIL, f"others can read {file}")

    file.chmod(0o600)
    assert configuration.metrics()[0] == Status.OK


def test_logs_that_machines_cannot_read_are_a_warning_in_production(settings: Any) -> None:
    settings.LOG_FORMAT, settings.PRODUCTION = "console", True
    assert configuration.logs()[0] == Status.WARN

    settings.LOG_FORMAT = "json"
    assert configuration.logs()[0] == Status.OK


def test_an_instance_that_others_reach_is_told_what_production_would_refuse(settings: Any) -> None:
    settings.PRODUCTION, settings.IS_PERSONAL = False, False
    settings.ALLOWED_HOSTS = ["trellis.example.org"]
    settings.PRODUCTION_REFUSES = ["SECURE_COOKIES is off."]

    status, text, remedy = configuration.production()

    assert (status, text) == (
        Status.WARN,
        "TRELLIS_ENV is local, and it answers as trellis.example.org",
    )
    assert "SECURE_COOKIES" in remedy


def test_settings_with_which_nothing_starts_are_the_one_finding(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = ConfigurationError("SECRET_KEY can be guessed.")

    with patch("launcher.cli.servers.setup_django", side_effect=error):
        status = doctor.main(Namespace(json=True, only=None))

    assert status == 1
    [finding] = json.loads(capsys.readouterr().out)
    assert (finding["name"], finding["status"]) == ("settings", "fail")
    assert finding["text"] == "SECRET_KEY can be guessed."
    assert finding["remedy"]
