"""The pages of the catalogue of blocks, without JavaScript."""

import re
from html import unescape
from typing import Any

import pytest

from accounts.models import User
from blocks.sdk import registry
from tests.integration.webui.conftest import Browse

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
