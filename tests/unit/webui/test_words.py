from datetime import timedelta

import pytest
from django.utils.timezone import now

from webui.templatetags.webui import ago, code_spans, duration, status_word


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (None, "–"),
        (timedelta(seconds=-1), "0 ms"),
        (timedelta(milliseconds=42), "42 ms"),
        (timedelta(seconds=1.25), "1.2 s"),
        (timedelta(seconds=185), "3 min 5 s"),
        (timedelta(hours=50, minutes=10), "50 h 10 min"),
    ],
)
def test_lengths_of_time_are_said_in_two_units(length: timedelta | None, words: str) -> None:
    assert duration(length) == words


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=3, seconds=20), "3\xa0minutes ago"),
        (timedelta(days=1, hours=5), "1\xa0day ago"),
    ],
)
def test_moments_are_said_in_one_unit(past: timedelta, words: str) -> None:
    assert ago(now() - past) == words


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("`a` of `b`", "<code>a</code> of <code>b</code>"),
        ("odd ` tick", "odd ` tick"),
        ("`<i>` & <b>", "<code>&lt;i&gt;</code> &amp; &lt;b&gt;"),
        ("<b> `", "&lt;b&gt; `"),
    ],
)
def test_what_stands_between_backticks_is_code(text: str, html: str) -> None:
    assert code_spans(text) == html


def test_statuses_are_said_in_words() -> None:
    assert status_word("TERMINATED") == "Stopped"
    assert status_word("NEW") == "New"
