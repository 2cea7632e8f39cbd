"""Collections over REST: their owner looks at them and deletes them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry as Line
from kernel.access import Scope
from knowledge import services
from knowledge.entries import Entry
from knowledge.models import Collection, Passage
from tests.support.apikeys import key
from tests.support.clients import api

pytestmark = pytest.mark.django_db
URL = "/api/v1/knowledge/"


@pytest.fixture
def plants(alice: User) -> Collection:
    texts = [Entry("Trees have leaves.", "trees", {"page": 3}), Entry("Roses are red.", "roses")]
    services.add(alice.pk, "plants", texts, vectors=[[1.0, 0.0], [0.0, 1.0]], model="m")
    return Collection.objects.get()


def test_a_collection_says_what_is_in_it(alice: User, plants: Collection) -> None:
    [told] = api(alice).get(URL).json()["results"]

    assert told == api(alice).get(f"{URL}{plants.pk}/").json()
    assert {name: told[name] for name in ("name", "model", "dimensions", "entries")} == {
        "name": "plants",
        "model": "m",
        "dimensions": 2,
        "entries": 2,
    }
    assert told["size"] == sum(Passage.objects.values_list("size", flat=True))


def test_an_empty_one_has_no_size(alice: User, plants: Collection) -> None:
    services.delete(alice.pk, "plants", keys=None, filter={})

    told = api(alice).get(f"{URL}{plants.pk}/").json()

    assert (told["entries"], told["size"]) == (0, 0)


def test_its_texts_are_a_list_without_their_vectors(alice: User, plants: Collection) -> None:
    found = api(alice).get(f"{URL}{plants.pk}/entries/").json()["results"]

    assert {(one["key"], one["text"], str(one["metadata"])) for one in found} == {
        ("trees", "Trees have leaves.", "{'page': 3}"),
        ("roses", "Roses are red.", "{}"),
    }
    assert {name for one in found for name in one} == {
        *("key", "text", "metadata", "size", "created", "updated")
    }


def test_many_texts_come_in_pages(alice: User, plants: Collection) -> None:
    first = api(alice).get(f"{URL}{plants.pk}/entries/?page_size=1").json()
    second = api(alice).get(first["next"]).json()

    keys = [one["key"] for page in (first, second) for one in page["results"]]
    assert sorted(keys) == ["roses", "trees"]
    assert second["next"] is None


def test_its_owner_deletes_it_with_all_its_texts(alice: User, plants: Collection) -> None:
    client = api(alice)

    assert [client.delete(f"{URL}{plants.pk}/").status_code for _ in range(2)] == [204, 404]
    assert not Passage.objects.exists()
    assert Line.objects.filter(action="knowledge.deleted", actor_id=alice.pk).count() == 1


def test_nobody_else_sees_or_deletes_it(alice: User, bob: User, plants: Collection) -> None:
    for rest in ("", "entries/"):
        assert api(bob).get(f"{URL}{plants.pk}/{rest}").status_code == 404
        assert api().get(f"{URL}{plants.pk}/{rest}").status_code == 401
    assert api(bob).delete(f"{URL}{plants.pk}/").status_code == 404
    assert api(bob).get(URL).json()["results"] == []
    assert Passage.objects.count() == 2


def test_a_key_that_only_reads_deletes_nothing(alice: User, plants: Collection) -> None:
    _, holder = key(alice, Scope.READ_GRAPH)

    assert holder.refusal("delete", f"knowledge/{plants.pk}/") == (403, "missing_scope")
    assert Collection.objects.exists()


class TestStaff:
    @pytest.fixture
    def staff(self) -> Client:
        client = Client()
        client.force_login(User.objects.create_superuser("root"))
        return client

    def test_see_how_large_a_collection_is_and_not_what_is_in_it(
        self, staff: Client, plants: Collection
    ) -> None:
        pages: list[Any] = [
            staff.get(reverse("admin:knowledge_collection_changelist")),
            staff.get(reverse("admin:knowledge_collection_change", args=[plants.pk])),
            staff.get(reverse("admin:knowledge_collection_delete", args=[plants.pk])),
        ]

        assert [page.status_code for page in pages] == [200, 200, 200]
        assert "plants" in pages[0].content.decode()
        assert not any(b"Trees have" in page.content for page in pages)

    def test_delete_one(self, staff: Client, plants: Collection) -> None:
        url = reverse("admin:knowledge_collection_delete", args=[plants.pk])

        assert staff.post(url, {"post": "yes"}).status_code == 302
        assert not Passage.objects.exists()
