"""Thumbnails for lists."""

from typing import Any

import pytest

from agents.graphs.thumbnails import thumbnails
from tests.factories.graphs import GraphVersionFactory


@pytest.mark.django_db
def test_thumbnails_of_many_versions_are_one_query(django_assert_num_queries: Any) -> None:
    versions = [GraphVersionFactory.create() for _ in range(3)]
    with django_assert_num_queries(1):
        found = thumbnails(versions)
    with django_assert_num_queries(0):
        again = thumbnails(versions)

    assert found == again
    assert {len(one.boxes) for one in found.values()} == {3}
    assert set(found) == {version.pk for version in versions}
