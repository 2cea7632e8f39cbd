"""If-Match names versions."""

import pytest

from agents.graphs.api.preconditions import etag, wanted_numbers
from agents.graphs.models import GraphVersion


def test_the_entity_tag_is_the_version() -> None:
    assert etag(GraphVersion(version=12)) == '"12"'


@pytest.mark.parametrize(
    ("header", "versions"),
    [
        (None, None),
        ("*", None),
        ('"3"', {3}),
        ('W/"3"', {3}),
        ('"3", "4"', {3, 4}),
        ("3", set()),
        ("", set()),
        ('"three"', set()),
        ('"' + "9" * 5000 + '"', set()),
    ],
)
def test_the_header_allows_the_versions_it_names(
    header: str | None, versions: set[int] | None
) -> None:
    assert wanted_numbers(header) == versions
