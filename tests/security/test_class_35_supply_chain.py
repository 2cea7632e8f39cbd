"""Class 35: supply chain. What is installed is what was locked, to the byte, and nothing at run time."""

import json
import tomllib
from pathlib import Path

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


def test_nothing_is_installed_while_it_runs() -> None:
    found = {path: imported(module) & INSTALLERS for path, module in modules("agents", "blocks")}

    assert {path: names for path, names in found.items() if names} == {}
