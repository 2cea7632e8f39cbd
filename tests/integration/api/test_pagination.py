"""Pages of growing lists."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import RequestFactory
from rest_framework.generics import ListAPIView
from rest_framework.serializers import ModelSerializer

from accounts.models import User
from apikeys.models import ApiKey

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Shape(ModelSerializer[ApiKey]):
    class Meta:
        model = ApiKey
        fields = ("name",)


class Newest(ListAPIView[ApiKey]):
    permission_classes = ()
    queryset = ApiKey.objects.all()
    serializer_class = Shape


class ByName(Newest):
    ordering = "name"


def add(user: User, name: str, moment: datetime = NOON) -> None:
    ApiKey.objects.create(user=user, name=name, prefix=name[:8], digest="", created=moment)


def page(url: str, view: type[ListAPIView[ApiKey]] = Newest) -> tuple[int, Any]:
    response = view.as_view()(RequestFactory().get(url))
    response.render() if hasattr(response, "render") else None
    return response.status_code, response.data


def names(body: Any) -> list[str]:
    return [row["name"] for row in body["results"]]


def encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()


def walk(url: str | None, direction: str) -> list[tuple[str, list[str]]]:
    """Follow the links; return each page's address and rows."""
    pages = []
    while url:
        _, body = page(url)
        pages.append((url, names(body)))
        url = body[direction]
    return pages


def test_the_newest_come_first(alice: User) -> None:
    for number in range(3):
        add(alice, f"k{number}", NOON + timedelta(minutes=number))

    assert page("/keys") == (
        200,
        {
            "next": None,
            "previous": None,
            "results": [{"name": "k2"}, {"name": "k1"}, {"name": "k0"}],
        },
    )


def test_a_view_may_order_otherwise(alice: User) -> None:
    for name in "bca":
        add(alice, name)

    assert names(page("/keys", ByName)[1]) == ["a", "b", "c"]


def test_a_page_has_fifty_rows_unless_asked(alice: User) -> None:
    for number in range(51):
        add(alice, f"k{number}")

    assert len(names(page("/keys")[1])) == 50
    assert len(names(page("/keys?page_size=100")[1])) == 51


@pytest.mark.parametrize("size", [1, 2, 3])
def test_links_lead_through_rows_of_the_same_moment_once_each_and_back(
    alice: User, size: int
) -> None:
    for number in range(7):
        add(alice, f"k{number}")

    there = walk(f"/keys?page_size={size}", "next")
    back = walk(there[-1][0], "previous")

    expected = [f"k{number}" for number in reversed(range(7))]
    assert [name for _, rows in there for name in rows] == expected
    assert [name for _, rows in reversed(back) for name in rows] == expected


def test_links_do_not_need_the_row_that_they_name(alice: User) -> None:
    for number in range(4):
        add(alice, f"k{number}", NOON + timedelta(minutes=number))
    _, first = page("/keys?page_size=2")

    ApiKey.objects.filter(name="k2").delete()

    assert names(page(first["next"])[1]) == ["k1", "k0"]


def test_a_page_that_has_become_empty_leads_nowhere(alice: User) -> None:
    for number in range(2):
        add(alice, f"k{number}", NOON + timedelta(minutes=number))
    _, first = page("/keys?page_size=1")

    ApiKey.objects.all().delete()

    assert page(first["next"]) == (200, {"next": None, "previous": None, "results": []})


def test_a_row_that_arrives_meanwhile_shifts_nothing(alice: User) -> None:
    for number in range(4):
        add(alice, f"k{number}", NOON + timedelta(minutes=number))
    _, first = page("/keys?page_size=2")

    add(alice, "late", NOON + timedelta(hours=1))

    assert names(page(first["next"])[1]) == ["k1", "k0"]


@pytest.mark.parametrize("size", ["0", "-1", "101", "1000000000000", "x", "", "1.5", "٣", "1e1"])
def test_a_page_size_beyond_the_limits_is_refused(size: str) -> None:
    status, body = page(f"/keys?page_size={quote(size)}")

    assert (status, body["code"]) == (400, "invalid_page_size")
    assert body["detail"] == f"`page_size` is {size!r}. Use 1 to 100."
    assert body["errors"][0]["attr"] == "page_size"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%00",
        "4pyT",
        "ü",
        encoded(None),
        encoded(["a"]),
        encoded([1, 2, 3]),
        encoded(["not a date", "1", False]),
        encoded(["2026-01-01T00:00Z", "not a key", False]),
        encoded(["2026-01-01T00:00Z", "\0", False]),
        encoded(["\ud800", "1", False]),
        pytest.param(encoded(["2026-01-01T00:00Z", "9" * 5000, False]), id="endless"),
    ],
)
def test_a_cursor_that_belongs_to_no_page_is_refused(alice: User, cursor: str) -> None:
    status, body = page(f"/keys?cursor={cursor}")

    assert (status, body["code"]) == (400, "invalid_cursor")
