"""Texts are kept by key, found by their vectors, and let go; the collection's promises hold."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from audit.models import Entry as Line
from knowledge import services
from knowledge.entries import Entry
from knowledge.errors import (
    KnowledgeFull,
    KnowledgeInvalid,
    KnowledgeMismatch,
    KnowledgeUnavailable,
)
from knowledge.models import Collection, Passage
from quotas.counted import recount
from quotas.models import OwnQuota
from quotas.storage import StorageFull, storage_of

pytestmark = pytest.mark.django_db

EAST, NORTH, NORTH_EAST = [1.0, 0.0], [0.0, 1.0], [3.0, 3.0]


def add(
    user: User, *entries: Entry, vectors: Sequence[Sequence[float]], model: str = "m"
) -> list[str]:
    return services.add(user.pk, "places", entries, vectors=vectors, model=model)


def found(user: User, query: Sequence[float], **more: Any) -> list[tuple[str, float]] | None:
    given: dict[str, Any] = {"model": "m", "limit": 10, "filter": {}, **more}
    result = services.search(user.pk, "places", query, **given)
    return None if result is None else [(one.key, round(one.score, 4)) for one in result]


@pytest.fixture
def three(alice: User) -> User:
    """Alice, who has kept three places."""
    add(
        alice,
        Entry("In the east", "east", {"kind": "edge", "page": 1}),
        Entry("In the north", "north", {"kind": "edge", "page": 2, "tags": ["a", "b"]}),
        Entry("In between", "between", {"kind": "middle", "page": 2.0}),
        vectors=[EAST, NORTH, NORTH_EAST],
    )
    return alice


class TestSearching:
    def test_finds_the_nearest_first_with_their_scores(self, three: User) -> None:
        assert found(three, [10, 0]) == [
            ("east", 1.0),
            ("between", round(math.sqrt(0.5), 4)),
            ("north", 0.0),
        ]

    def test_gives_back_what_was_kept(self, three: User) -> None:
        [one] = services.search(three.pk, "places", NORTH, model="m", limit=1, filter={}) or []

        assert (one.key, one.text) == ("north", "In the north")
        assert list(one.metadata.items()) == [
            ("kind", "edge"),
            ("page", 2),
            ("tags", ["a", "b"]),
        ]

    def test_gives_at_most_as_many_as_are_wanted(self, three: User) -> None:
        assert found(three, NORTH, limit=2) == [("north", 1.0), ("between", 0.7071)]

    def test_texts_that_are_equally_near_come_by_their_keys(self, alice: User) -> None:
        add(alice, Entry("b", "b"), Entry("a", "a"), vectors=[EAST, EAST])

        assert found(alice, EAST) == [("a", 1.0), ("b", 1.0)]

    @pytest.mark.parametrize(
        ("filter", "keys"),
        [
            ({"kind": "edge"}, ["east", "north"]),
            ({"page": 2}, ["between", "north"]),
            ({"kind": "edge", "page": 2}, ["north"]),
            ({"tags": ["a", "b"]}, ["north"]),
            ({"tags": ["a"]}, []),
            ({"tags": None}, []),
            ({"kind": "EDGE"}, []),
            ({"page": "2"}, []),
            ({"nothing": 1}, []),
            ({"' OR 1=1 --": 1}, []),
        ],
    )
    def test_a_filter_is_equality_of_all_its_values(
        self, three: User, filter: dict[str, Any], keys: list[str]
    ) -> None:
        assert sorted(key for key, _ in found(three, EAST, filter=filter) or []) == keys

    def test_what_is_farther_than_wanted_is_left_out(self, three: User) -> None:
        assert [key for key, _ in found(three, EAST, least=0.5) or []] == ["east", "between"]

    def test_others_texts_are_not_found(self, three: User, bob: User) -> None:
        assert found(bob, EAST) is None
        add(bob, Entry("Mine", "mine"), vectors=[EAST])

        assert found(bob, EAST) == [("mine", 1.0)]

    def test_vectors_of_another_model_are_not_compared(self, three: User) -> None:
        with pytest.raises(KnowledgeMismatch, match="are of the model 'm', with 2 numbers"):
            found(three, [1, 2, 3])
        with pytest.raises(KnowledgeMismatch, match="these are of 'other', with 2"):
            found(three, EAST, model="other")

    @pytest.mark.parametrize("limit", [0, -1, 101])
    def test_a_number_of_texts_has_its_limits(self, three: User, limit: int) -> None:
        with pytest.raises(KnowledgeInvalid, match="Use 1 to 100"):
            found(three, EAST, limit=limit)

    def test_a_filter_that_cannot_be_compared_is_refused(self, three: User) -> None:
        for filter in ({"a": "\x00"}, {"a": ["\ud800"]}, {"a": math.nan}, {"\x00": 1}):
            with pytest.raises(KnowledgeInvalid, match="The filter cannot be used"):
                found(three, EAST, filter=filter)


class TestAdding:
    def test_takes_the_place_of_what_is_under_the_key(self, three: User) -> None:
        before = Passage.objects.get(key="east")

        assert add(three, Entry("Now north", "east"), vectors=[NORTH]) == ["east"]

        after = Passage.objects.get(key="east")
        assert (after.text, after.metadata, after.vector) == ("Now north", {}, NORTH)
        assert after.created == before.created
        assert after.updated > before.updated
        assert Passage.objects.count() == 3

    def test_without_a_key_the_same_text_is_kept_once(self, alice: User) -> None:
        first, second, third = (
            add(alice, Entry(text), vectors=[EAST])[0] for text in ("tree", "sky", "tree")
        )

        assert first == third != second
        assert Passage.objects.count() == 2

    def test_of_one_key_that_comes_twice_the_last_text_stays(self, alice: User) -> None:
        assert add(alice, Entry("a", "k"), Entry("b", "k"), vectors=[EAST, NORTH]) == ["k", "k"]

        assert [(one.text, one.vector) for one in Passage.objects.all()] == [("b", NORTH)]

    def test_two_collections_have_keys_of_their_own(self, alice: User) -> None:
        for name in ("a", "b"):
            services.add(alice.pk, name, [Entry(name, "k")], vectors=[EAST], model="m")

        assert sorted(Passage.objects.values_list("collection__name", "text")) == [
            ("a", "a"),
            ("b", "b"),
        ]

    def test_one_model_makes_all_vectors_of_a_collection(self, three: User) -> None:
        with pytest.raises(KnowledgeMismatch, match="with 2 numbers; these are of 'm', with 3"):
            add(three, Entry("x"), vectors=[[1, 2, 3]])
        with pytest.raises(KnowledgeMismatch, match="these are of 'n', with 2"):
            add(three, Entry("x"), vectors=[EAST], model="n")

        assert Passage.objects.count() == 3

    def test_a_collection_that_is_empty_takes_another_model(self, three: User) -> None:
        services.delete(three.pk, "places", keys=None, filter={})
        assert found(three, [1, 2, 3]) == []

        add(three, Entry("x", "k"), vectors=[[1, 2, 3]], model="n")

        assert found(three, [1, 2, 3], model="n") == [("k", 1.0)]

    @pytest.mark.parametrize(
        ("entry", "words"),
        [
            (Entry(""), "Text 2 cannot be kept: it is empty"),
            (Entry(" \n"), "it is empty"),
            (Entry("x" * 100_001), "it has 100,001 characters; 100,000 is the most"),
            (Entry("a\x00"), "null character"),
            (Entry("a\ud800"), "surrogate"),
            (Entry("a", "k" * 201), "its key must have at most 200 characters"),
            (Entry("a", "\x00"), "no null character"),
            (Entry("a", "k", {"a": math.inf}), "its metadata are not JSON"),
            (Entry("a", "k", {"a": "x" * 10_000}), "its metadata have 10,008 characters"),
            (Entry("a", "k", {"a": {"b": ["\x00"]}}), "its metadata have a null character"),
        ],
    )
    def test_what_cannot_be_kept_is_refused_and_nothing_kept(
        self, alice: User, entry: Entry, words: str
    ) -> None:
        with pytest.raises(KnowledgeInvalid) as caught:
            add(alice, Entry("fine"), entry, vectors=[EAST, EAST])

        assert words in caught.value.message
        assert not Collection.objects.exists()

    @pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00", "\udfff"])
    def test_a_name_of_a_collection_has_its_limits(self, alice: User, name: str) -> None:
        with pytest.raises(KnowledgeInvalid, match="is no name of a collection"):
            services.add(alice.pk, name, [Entry("x")], vectors=[EAST], model="m")

    def test_a_thousand_long_vectors_at_once_are_no_trouble(self, alice: User) -> None:
        entries = [Entry(f"text {number}", f"{number:04}") for number in range(1_000)]
        vectors = [[1.0, number / 1_000] + [0.0] * 1_534 for number in range(1_000)]

        assert len(add(alice, *entries, vectors=vectors)) == 1_000
        assert found(alice, vectors[500], limit=1) == [("0500", 1.0)]

    def test_more_than_a_thousand_at_once_are_refused(self, alice: User) -> None:
        with pytest.raises(KnowledgeInvalid, match="1,001 texts are too many at once"):
            add(alice, *[Entry("x")] * 1_001, vectors=[EAST] * 1_001)

    def test_a_collection_is_full_one_day(
        self, three: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "MOST", 4)
        add(three, Entry("four", "4"), vectors=[EAST])

        with pytest.raises(KnowledgeFull, match="more than 4 texts"):
            add(three, Entry("five", "5"), vectors=[EAST])
        add(three, Entry("four again", "4"), vectors=[EAST])

        assert Passage.objects.count() == 4


class TestDeleting:
    def test_deletes_the_keys_that_are_named(self, three: User) -> None:
        def gone(*keys: str) -> int:
            return services.delete(three.pk, "places", keys=keys, filter={})

        assert [gone("east", "west", "\x00"), gone("east")] == [1, 0]
        assert [key for key, _ in found(three, NORTH) or []] == ["north", "between"]

    def test_deletes_what_has_such_metadata(self, three: User) -> None:
        assert services.delete(three.pk, "places", keys=None, filter={"kind": "edge"}) == 2
        assert found(three, NORTH) == [("between", 0.7071)]

    def test_keys_and_metadata_must_both_fit(self, three: User) -> None:
        filter = {"kind": "middle"}

        assert services.delete(three.pk, "places", keys=["east"], filter=filter) == 0
        assert services.delete(three.pk, "places", keys=["between"], filter=filter) == 1

    def test_others_texts_stay(self, three: User, bob: User) -> None:
        assert services.delete(bob.pk, "places", keys=None, filter={}) == 0
        assert Passage.objects.count() == 3


class TestStorage:
    def test_texts_count_with_their_vectors_until_they_are_gone(self, alice: User) -> None:
        add(alice, Entry("tree", "k", {"a": 1}), vectors=[EAST])
        assert storage_of(alice.pk).used == len("tree" + "k" + '{"a":1}') + 2 * 4

        add(alice, Entry("a longer tree", "k"), vectors=[EAST])
        assert storage_of(alice.pk).used == len("a longer tree" + "k" + "{}") + 2 * 4

        services.delete(alice.pk, "places", keys=["k"], filter={})
        assert storage_of(alice.pk).used == 0

    def test_a_recount_finds_the_same(self, three: User) -> None:
        assert storage_of(three.pk).used > 0
        assert recount() == 0

    def test_what_is_too_much_is_refused_and_nothing_of_it_kept(self, three: User) -> None:
        OwnQuota.objects.create(user=three, storage_mb=1)
        large = [Entry("x" * 90_000, str(number)) for number in range(12)]

        with pytest.raises(StorageFull):
            add(three, *large, vectors=[EAST] * 12)

        assert Passage.objects.count() == 3

    def test_a_shorter_text_is_taken_although_there_is_no_room(self, three: User) -> None:
        add(three, *[Entry("x" * 99_000, str(n)) for n in range(11)], vectors=[EAST] * 11)
        OwnQuota.objects.create(user=three, storage_mb=1)

        with pytest.raises(StorageFull):
            add(three, Entry("x" * 100_000, "0"), vectors=[EAST])
        add(three, Entry("short", "0"), vectors=[EAST])

        assert Passage.objects.get(key="0").text == "short"


def test_a_collection_goes_with_its_texts_and_leaves_a_line(three: User) -> None:
    collection = Collection.objects.get()

    services.discard(collection)
    services.discard(collection)

    assert not Passage.objects.exists()
    assert storage_of(three.pk).used == 0
    [line] = Line.objects.filter(action="knowledge.deleted")
    assert (line.object_label, line.owner_id) == ("places", three.pk)


def test_without_pgvector_the_refusal_says_what_to_do(three: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector")

    with pytest.raises(KnowledgeUnavailable, match="`CREATE EXTENSION vector`"):
        services.refuse_unless_ready("places")
    with pytest.raises(KnowledgeUnavailable, match="`CREATE EXTENSION vector`"):
        found(three, EAST)


def test_the_database_keeps_a_key_once(three: User) -> None:
    twin = Passage.objects.get(key="east")
    twin.pk = uuid4()

    with pytest.raises(DatabaseError, match="passage_once_per_key"), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_many_who_add_and_delete_at_once_lose_nothing_and_do_not_wait_in_a_circle(
    alice: User,
) -> None:
    keys = [f"k{number}" for number in range(20)]

    def work(turn: int) -> None:
        ordered = keys if turn % 2 else keys[::-1]
        try:
            if turn % 5 == 4:
                services.delete(alice.pk, "places", keys=ordered, filter={})
            else:
                add(alice, *[Entry(f"text {turn}", key) for key in ordered], vectors=[EAST] * 20)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    add(alice, *[Entry("last", key) for key in keys], vectors=[EAST] * 20)

    assert set(Passage.objects.values_list("key", "text")) == {(key, "last") for key in keys}
    assert Collection.objects.count() == 1
    assert recount() == 0
