"""Providers that installed packages bring."""

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path

import pytest

from credentials.packages import Broken, brought

WORKS = """
from credentials.kinds import Kind
from credentials.provider import Provider
provider = Provider(name="acme", title="Acme", kinds=(Kind.API_KEY,), hosts=("api.acme.example",))
"""
ENTRIES = """[trellis.credentials]
acme = acme_works:provider
breaks = acme_breaks:provider
leaves = acme_leaves:provider
other = acme_works:provider
plain = acme_works:Kind
shouts = acme_shouts:provider
taken = acme_taken:provider
"""
MODULES = {
    "acme_works": WORKS,
    "acme_breaks": "1 / 0",
    "acme_leaves": "import sys\nsys.exit(3)",
    "acme_shouts": WORKS.replace('"acme"', '"shouts"').replace("api.acme", "API.acme"),
    "acme_taken": WORKS.replace('"acme"', '"taken"'),
}


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """The entry points of a package as an installer leaves it."""
    for name, content in MODULES.items():
        (tmp_path / f"{name}.py").write_text(content)
    info = tmp_path / "acme-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(str(tmp_path))
    installed: list[Distribution] = list(distributions(path=[str(tmp_path)]))
    yield [point for one in installed for point in one.entry_points]
    for name in MODULES:
        sys.modules.pop(name, None)


def test_provider_of_a_package_is_there_beside_reasons_for_those_that_are_not(
    found: list[EntryPoint],
) -> None:
    result = brought({"taken", "github"}, found)

    assert [(one.name, one.hosts) for one in result.providers] == [("acme", ("api.acme.example",))]
    package = "acme 2.1"
    assert result.broken == [
        Broken("breaks", package, "ZeroDivisionError: division by zero"),
        Broken("leaves", package, "SystemExit: 3"),
        Broken("other", package, "ValueError: acme_works:provider is called 'acme'"),
        Broken("plain", package, "TypeError: acme_works:Kind is no Provider"),
        Broken(
            "shouts",
            package,
            "ValueError: write the host 'API.acme.example' as 'api.acme.example'",
        ),
        Broken("taken", package, "ValueError: there is another provider of this name"),
    ]
    assert str(result.broken[1]) == "The provider leaves of acme 2.1 is left out: SystemExit: 3"


def test_nothing_is_brought_where_nothing_is_installed() -> None:
    assert brought(set(), []).providers == []
