"""Building the builder, with a Node.js that only notes what it is asked."""

import os
import sys
from pathlib import Path

import pytest

from launcher.builder import Builder, find_node
from launcher.errors import BuilderNotBuilt, NodeMissing

NPM = f"""#!{sys.executable}
import os, pathlib, sys
with open("../calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "ci":
    pathlib.Path("node_modules").mkdir(exist_ok=True)
elif sys.argv[1:] == ["run", "build"]:
    if pathlib.Path("src/broken").exists():
        sys.exit("src/main.tsx: a bracket is missing")
    out = pathlib.Path(os.environ["BUILDER_OUT"])
    out.mkdir()
    (out / "main.js").write_text(pathlib.Path("src/main.tsx").read_text())
"""
CI = "ci --prefer-offline"
BUILD = "run build"


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    sources = tmp_path / "builder"
    (sources / "src").mkdir(parents=True)
    (sources / "package.json").write_text("{}")
    (sources / "package-lock.json").write_text("{}")
    (sources / "src" / "main.tsx").write_text("one")
    return Builder(sources, tmp_path / "static" / "builder")


@pytest.fixture(autouse=True)
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Node.js and its npm, alone on the path."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("node", "#!/bin/sh\necho v22.12.0\n"), ("npm", NPM)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    (tmp_path / "static").mkdir()
    return programs


@pytest.fixture
def said() -> list[str]:
    return []


def calls(builder: Builder) -> list[str]:
    file = builder.sources.parent / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_the_first_build_fetches_packages_and_builds(builder: Builder, said: list[str]) -> None:
    assert builder.build(said.append) is True

    assert calls(builder) == [CI, BUILD]
    assert (builder.target / "main.js").read_text() == "one"
    assert said == ["is built from its sources …", "fetches its packages …"]


def test_nothing_is_called_where_nothing_changed(builder: Builder, said: list[str]) -> None:
    builder.build(said.append)
    assert builder.build(said.append) is False

    assert calls(builder) == [CI, BUILD]


def test_tests_and_styles_of_checking_change_nothing(builder: Builder, said: list[str]) -> None:
    builder.build(said.append)
    (builder.sources / "src" / "main.test.ts").write_text("a test")
    (builder.sources / "eslint.config.js").write_text("rules")
    (builder.sources / "node_modules" / "react.js").write_text("a package")

    assert builder.is_current()


def test_changed_sources_are_built_again_without_the_registry(
    builder: Builder, said: list[str]
) -> None:
    builder.build(said.append)
    (builder.sources / "src" / "main.tsx").write_text("two")
    builder.build(said.append)

    assert calls(builder) == [CI, BUILD, BUILD]
    assert (builder.target / "main.js").read_text() == "two"


@pytest.mark.parametrize("change", ["renamed", "removed", "moved between files"])
def test_each_change_of_the_files_is_noticed(
    builder: Builder, said: list[str], change: str
) -> None:
    source = builder.sources / "src"
    (source / "a.ts").write_text("xy")
    builder.build(said.append)
    match change:
        case "renamed":
            (source / "a.ts").rename(source / "b.ts")
        case "removed":
            (source / "a.ts").unlink()
        case _:
            (source / "a.ts").write_text("x")
            (source / "b.ts").write_text("y")

    assert not builder.is_current()


def test_a_new_lock_file_fetches_packages_again(builder: Builder, said: list[str]) -> None:
    builder.build(said.append)
    (builder.sources / "package-lock.json").write_text('{"name": "other"}')
    builder.build(said.append)

    assert calls(builder) == [CI, BUILD, CI, BUILD]


def test_a_failed_build_says_why_and_keeps_the_former_one(
    builder: Builder, said: list[str]
) -> None:
    builder.build(said.append)
    (builder.sources / "src" / "broken").touch()

    with pytest.raises(BuilderNotBuilt, match=r"src/main\.tsx: a bracket is missing"):
        builder.build(said.append)

    assert (builder.target / "main.js").read_text() == "one"
    assert not builder.is_current()
    assert [path.name for path in builder.target.parent.iterdir()] == ["builder"]


def test_an_installed_package_has_nothing_to_build(tmp_path: Path, said: list[str]) -> None:
    builder = Builder(tmp_path / "none", tmp_path / "static" / "builder")

    assert builder.build(said.append) is False
    assert said == []


def test_a_node_that_is_too_old_counts_as_none(
    builder: Builder, node: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (node / "node").write_text("#!/bin/sh\necho v20.18.3\n")
    monkeypatch.setattr("launcher.builder._packaged_node", lambda: None)

    with pytest.raises(NodeMissing, match=r"needs Node\.js 20\.19 or newer"):
        builder.build(said.append)

    assert calls(builder) == []


def test_scripts_of_npm_find_the_node_that_was_chosen(node: Path) -> None:
    assert find_node().environment()["PATH"].split(os.pathsep)[0] == str(node)
