"""The pages of the catalogue of blocks, without JavaScript."""

import json
import re
from html import unescape
from typing import Any

import pytest

from accounts.models import User
from blocks.openapi import services as apis
from blocks.sdk import registry
from tests.integration.webui.conftest import Browse
from tests.support.apis import document, pets
from webui import catalogue

pytestmark = pytest.mark.django_db
PAGE = "/blocks/"
CALCULATOR = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"


def words(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def listed(answer: Any) -> set[str]:
    return set(re.findall(r'href="/blocks/([0-9a-f-]{36})/"', answer.content.decode()))


def test_all_blocks_of_the_registry_are_listed(alice: User, browse: Browse) -> None:
    assert listed(browse(alice).get(PAGE)) == {str(spec.id) for spec in registry}


def test_search_finds_blocks_that_have_all_the_words(alice: User, browse: Browse) -> None:
    answer = browse(alice).get(PAGE, {"q": "Calculator operation"})

    assert listed(answer) == {CALCULATOR}
    assert "1 block " in words(answer)


def test_category_leaves_its_own_blocks(alice: User, browse: Browse) -> None:
    expected = {
        str(spec.id) for spec in registry if "LOGIC" in {one.name for one in spec.categories}
    }

    assert listed(browse(alice).get(PAGE, {"category": "LOGIC"})) == expected
    assert CALCULATOR in expected


@pytest.mark.parametrize(
    "query", [{"q": "<b>x</b>"}, {"q": "\x00" + "a" * 5000}], ids=["markup", "long"]
)
def test_search_without_result_says_so(alice: User, browse: Browse, query: dict[str, str]) -> None:
    answer = browse(alice).get(PAGE, query)

    assert answer.status_code == 200
    assert "No block has all of these words." in words(answer)
    assert b"<b>x" not in answer.content


def test_unknown_category_counts_as_none(alice: User, browse: Browse) -> None:
    assert len(listed(browse(alice).get(PAGE, {"category": "NOTHING"}))) == len(registry)


def test_page_of_a_block_shows_pins_examples_and_what_running_means(
    alice: User, browse: Browse
) -> None:
    page = words(browse(alice).get(f"{PAGE}{CALCULATOR}/"))

    assert "CalculatorBlock · Standard" in page
    assert "round_result yes or no false" in page
    assert "a number required" in page
    assert "error text Why the block failed, if it did" in page
    assert "→ result:" in page
    assert "A second run does nothing that anybody sees." in page
    assert "It costs nothing by itself." in page


def test_every_block_has_a_page(alice: User, browse: Browse) -> None:
    visitor = browse(alice)

    assert {visitor.get(f"{PAGE}{spec.id}/").status_code for spec in registry} == {200}


def test_block_that_there_is_not_is_not_found(alice: User, browse: Browse) -> None:
    assert browse(alice).get(f"{PAGE}00000000-0000-4000-8000-000000000000/").status_code == 404


class TestBlocksOfApis:
    def test_own_operations_are_listed_and_have_pages(
        self, alice: User, bob: User, browse: Browse
    ) -> None:
        api = apis.add(alice, document())
        ids = {str(pk) for pk in api.operations.values_list("pk", flat=True)}
        adding = api.operations.get(key="POST /pets").pk

        assert len(ids) == 3
        assert listed(browse(alice).get(PAGE)) == ids | {str(spec.id) for spec in registry}
        assert listed(browse(alice).get(PAGE, {"q": "pets add"})) == {str(adding)}
        assert listed(browse(bob).get(PAGE)) == {str(spec.id) for spec in registry}

        page = words(browse(alice).get(f"{PAGE}{adding}/"))
        assert "Of your API Pets" in page
        assert "It acts on the world" in page
        assert browse(bob).get(f"{PAGE}{adding}/").status_code == 404

    def test_operation_that_was_put_aside_is_not_listed_and_its_page_says_so(
        self, alice: User, browse: Browse
    ) -> None:
        api = apis.add(alice, document())
        aside = api.operations.get(key="POST /pets").pk
        less = pets()
        del less["paths"]["/pets"]["post"]
        apis.renew(api, json.dumps(less).encode())

        assert str(aside) not in listed(browse(alice).get(PAGE))
        assert "has put this block aside" in words(browse(alice).get(f"{PAGE}{aside}/"))


def test_page_says_whose_calls_begin_runs(alice: User, browse: Browse) -> None:
    visitor = browse(alice)

    github = words(visitor.get(f"{PAGE}6c60ec01-8128-419e-988f-96a063ee2fea/"))
    generic = words(visitor.get(f"{PAGE}8fa8c167-2002-47ce-aba8-97572fc5d387/"))
    assert "Calls of github begin a run here: " in github
    assert "Any site can begin a run here, by a call with the secret." in generic


def test_prices_are_shown_with_what_they_hold_for(
    alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = [
        {"cost_amount": 5, "cost_filter": {"model": "large"}, "cost_type": "run"},
        {"cost_amount": 2, "cost_filter": {}, "cost_type": "page"},
    ]
    real = catalogue.described  # type: ignore[attr-defined]
    monkeypatch.setattr(catalogue, "described", lambda spec: {**real(spec), "costs": prices})

    page = words(browse(alice).get(f"{PAGE}{CALCULATOR}/"))

    assert "model large 5 for each run" in page
    assert "always 2 per page" in page
    assert "It costs nothing by itself." not in page
