"""The pages of a person's collections of texts."""

import pytest

from accounts.models import User
from knowledge import services
from knowledge.entries import Entry
from knowledge.models import Collection
from tests.integration.webui.conftest import Browse

pytestmark = pytest.mark.django_db


@pytest.fixture
def teas(alice: User) -> Collection:
    entries = [
        Entry("Darjeeling is <b>light</b>", "darjeeling", {"kind": "black"}),
        Entry("Sencha is green", "sencha", {}),
    ]
    services.add(alice.pk, "teas", entries, vectors=[[1.0, 0.0], [0.0, 1.0]], model="small")
    return Collection.objects.get()


def test_collections_are_listed_with_their_size(
    alice: User, bob: User, browse: Browse, teas: Collection
) -> None:
    text = browse(alice).get("/account/knowledge/").content.decode()

    assert f'href="/account/knowledge/{teas.pk}/"' in text
    assert "2 texts" in text
    assert "No collection yet" in browse(bob).get("/account/knowledge/").content.decode()


def test_texts_are_shown_as_text(alice: User, browse: Browse, teas: Collection) -> None:
    text = browse(alice).get(f"/account/knowledge/{teas.pk}/").content.decode()

    assert "Darjeeling is &lt;b&gt;light&lt;/b&gt;" in text
    assert "Sencha is green" in text
    assert "&quot;black&quot;" in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("GREEN", {"Sencha"}),
        ("darjeeling", {"Darjeeling"}),
        ("%", set()),
        (" is ", {"Darjeeling", "Sencha"}),
        ("\x00", {"Darjeeling", "Sencha"}),
    ],
)
def test_texts_are_searched_by_their_words(
    alice: User, browse: Browse, teas: Collection, asked: str, found: set[str]
) -> None:
    text = browse(alice).get(f"/account/knowledge/{teas.pk}/", {"q": asked}).content.decode()

    assert {tea for tea in ("Darjeeling", "Sencha") if f"{tea} is" in text} == found
    assert ("No text has these words." in text) is (not found)


def test_a_collection_is_deleted_once_that_is_confirmed(
    alice: User, browse: Browse, teas: Collection
) -> None:
    client, url = browse(alice), f"/account/knowledge/{teas.pk}/delete/"

    assert "Its 2 texts will be gone" in client.get(url).content.decode()
    assert Collection.objects.exists()
    answer = client.post(url, follow=True)

    assert "is deleted." in answer.content.decode()
    assert not Collection.objects.exists()


@pytest.mark.parametrize("path", ["", "delete/"])
def test_collections_of_others_are_not_found(
    bob: User, browse: Browse, teas: Collection, path: str
) -> None:
    url = f"/account/knowledge/{teas.pk}/{path}"

    assert browse(bob).get(url).status_code == 404
    if path:
        assert browse(bob).post(url).status_code == 404
    assert Collection.objects.exists()
