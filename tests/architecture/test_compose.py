"""docker-compose.yml runs the processes that `trellis up` runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from launcher import processes

COMPOSE = Path(settings.BASE_DIR, "docker-compose.yml")
PROGRAMS = {
    program.name: program
    for program in [*processes.programs("0.0.0.0", "8000", {}), processes.MIGRATE]
}

# Every service of ours reads all of .env; compose itself says only where things are among containers.
FROM_ENV = [{"path": ".env", "required": False}]
AS_CONTAINERS_NEED = {"TRELLIS_DATA_DIR", "DATABASE_URL", "REDIS_URL"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """Return the services as they are without any variable set."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", COMPOSE.read_text())
    loaded: dict[str, Any] = yaml.safe_load(text)["services"]
    return loaded


def test_the_file_follows_the_compose_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

    result = subprocess.run([*check, COMPOSE], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_commands_are_those_of_trellis_up(services: dict[str, Any], name: str) -> None:
    words = ["" if word is None else str(word) for word in services[name]["command"]]

    assert words == list(PROGRAMS[name].command)


def test_there_are_no_other_services_than_the_servers(services: dict[str, Any]) -> None:
    assert set(services) == {*PROGRAMS, "postgres", "redis"}


def test_every_service_that_stays_has_a_health_check(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert ("test" in service["healthcheck"]) is (name != "migrate"), name


def test_no_secret_has_a_default(services: dict[str, Any]) -> None:
    text = COMPOSE.read_text()

    for secret in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        uses = re.findall(rf"\$\{{{secret}(:.)", text)
        assert uses
        assert set(uses) == {":?"}


def test_slots_are_those_of_the_settings() -> None:
    assert str(settings.WORKER_IO_SLOTS) == processes.IO_SLOTS
    assert str(settings.WORKER_CPU_SLOTS) == processes.CPU_SLOTS


def test_the_image_runs_the_web_process_unless_told_otherwise() -> None:
    dockerfile = Path(settings.BASE_DIR, "Dockerfile").read_text()
    command = re.search(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)

    assert command is not None
    assert yaml.safe_load(command[1]) == list(PROGRAMS["web"].command)


def test_every_variable_of_env_example_reaches_every_process_as_it_was_set(
    services: dict[str, Any],
) -> None:
    """An operator who sets one in .env must not believe in vain that it holds."""
    ours = {name: services[name] for name in PROGRAMS}
    written = yaml.safe_load(COMPOSE.read_text())["x-trellis"]["environment"]
    other = {name for name, value in written.items() if f"${{{name}:" not in value}

    assert [name for name, one in ours.items() if one["env_file"] != FROM_ENV] == []
    assert {name for name, one in ours.items() if one["environment"].keys() != written.keys()} == (
        set()
    )
    assert other == AS_CONTAINERS_NEED


def test_what_compose_passes_on_itself_has_the_default_of_env_example(
    services: dict[str, Any],
) -> None:
    example = Path(settings.BASE_DIR, ".env.example").read_text()
    listed = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    passed_on = services["web"]["environment"].keys() - AS_CONTAINERS_NEED - {"SECRET_KEY"}

    assert passed_on == {"TRUSTED_PROXIES", "WORKER_IO_SLOTS", "WORKER_CPU_SLOTS", "LOG_LEVEL"}
    for name in passed_on:
        assert str(services["web"]["environment"][name] or "") == listed[name], name
