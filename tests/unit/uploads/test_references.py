"""How values name files."""

from uuid import UUID

import pytest

from uploads.references import id_in, reference_to

PK = UUID("11111111-2222-4333-8444-555555555555")


def test_a_reference_names_its_file() -> None:
    reference = reference_to(PK, "Bericht 1/2.csv")

    assert reference == f"workspace://{PK}/Bericht%201%2F2.csv"
    assert id_in(reference) == PK


@pytest.mark.parametrize("text", [f"workspace://{PK}", f"workspace://{PK}#text/csv"])
def test_the_id_alone_says_which_file_it_is(text: str) -> None:
    assert id_in(text) == PK


@pytest.mark.parametrize(
    "text",
    [
        "",
        str(PK),
        "workspace://",
        "workspace://../../etc/passwd",
        "workspace:///report.csv",
        f"workspace://{PK}x",
        f"Workspace://{PK}",
        f"https://example.org/{PK}",
        f"see workspace://{PK}",
    ],
)
def test_other_texts_are_no_references(text: str) -> None:
    assert id_in(text) is None
