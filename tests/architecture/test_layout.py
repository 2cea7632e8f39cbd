"""The promises of the layout: ``platform/`` is a source root, and hides nobody's module."""

import platform
import sys
import sysconfig
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
IN_PLATFORM = sorted(path.parent.name for path in (ROOT / "platform").glob("*/__init__.py"))
NOT_SHIPPED = {"tests", "benchmarks"}
AT_TOP = sorted({path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_SHIPPED)
PACKAGES = IN_PLATFORM + AT_TOP


def test_there_are_packages_to_speak_of() -> None:
    assert {"accounts", "kernel", "launcher"} <= set(IN_PLATFORM)
    assert {"agents", "blocks", "config"} <= set(AT_TOP)


def test_import_platform_gives_the_standard_library_s_module() -> None:
    assert platform.__file__
    assert Path(platform.__file__).parent == Path(sysconfig.get_path("stdlib"))
    assert platform.system()


def test_platform_holds_packages_and_no_file() -> None:
    assert [path.name for path in (ROOT / "platform").iterdir() if not path.is_dir()] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_no_package_takes_a_name_of_the_standard_library(name: str) -> None:
    assert name not in sys.stdlib_module_names


@pytest.mark.parametrize("name", PACKAGES)
def test_no_package_takes_a_name_of_an_installed_distribution(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {PROJECT["project"]["name"]}


@pytest.mark.parametrize("name", IN_PLATFORM)
def test_ruff_refuses_to_import_it_through_platform(name: str) -> None:
    banned = PROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]

    assert banned[f"platform.{name}"]["msg"] == f"platform/ is a source root: import {name}"


def test_each_package_has_its_layer() -> None:
    linter = PROJECT["tool"]["importlinter"]
    [contract] = [one for one in linter["contracts"] if one["id"] == "packages"]
    placed = [name.strip() for layer in contract["layers"] for name in layer.split("|")]

    assert sorted(placed) == sorted(PACKAGES)
    assert sorted(linter["root_packages"]) == sorted(PACKAGES)


def test_each_package_is_in_the_wheel() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert sorted(Path(path).name for path in wheel) == sorted(PACKAGES)
