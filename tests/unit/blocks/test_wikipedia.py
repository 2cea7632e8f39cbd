"""Get Wikipedia Summary, with what Wikipedia may answer."""

import pytest

from blocks.library.wikipedia import SUMMARIES
from blocks.sdk import BlockError, HttpResponse, RequestFailedForNow
from blocks.sdk.testing import CannedHttp, FakeContext
from tests.support.blocks import emitted

JSON = {"content-type": "application/json"}


def ask(topic: str, answer: HttpResponse, title: str = "Topic") -> CannedHttp:
    http = CannedHttp({SUMMARIES + title: answer})
    assert emitted("GetWikipediaSummaryBlock", {"topic": topic}, FakeContext(http=http)) == [
        ("summary", "It is.")
    ]
    return http


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        (" Alan Turing ", "Alan_Turing"),
        ("AC/DC", "AC%2FDC"),
        ("../../../page/html/X?y#z", "..%2F..%2F..%2Fpage%2Fhtml%2FX%3Fy%23z"),
        ("Zürich", "Z%C3%BCrich"),
    ],
)
def test_a_topic_stays_one_part_of_the_address(topic: str, title: str) -> None:
    http = ask(topic, HttpResponse(content=b'{"extract": "It is."}', headers=JSON), title)

    assert [one.url for one in http.sent] == [SUMMARIES + title]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (HttpResponse(404), "Wikipedia has no article about 'Topic'"),
        (HttpResponse(content=b"[]"), "has no summary"),
        (HttpResponse(content=b'{"extract": 7}'), "has no summary"),
        (HttpResponse(content=b"<html>"), "cannot be read"),
        (HttpResponse(403), "status 403"),
    ],
)
def test_an_answer_without_a_summary_is_an_error(answer: HttpResponse, sentence: str) -> None:
    with pytest.raises(BlockError, match=sentence):
        ask("Topic", answer)


def test_a_busy_wikipedia_is_asked_again() -> None:
    with pytest.raises(RequestFailedForNow) as caught:
        ask("Topic", HttpResponse(429, headers={"retry-after": "3"}))

    assert caught.value.retry_after == 3.0


def test_no_topic_is_refused() -> None:
    with pytest.raises(BlockError, match="`topic` is empty"):
        ask("  ", HttpResponse())
