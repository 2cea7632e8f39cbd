"""Markdown that strangers wrote."""

import re
import time
from html.parser import HTMLParser

import pytest

from kernel.markdown import LONGEST, looks_like_markdown, to_html


class Elements(HTMLParser):
    """The elements of a page as a browser reads them, and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize(
    "text",
    [
        "# Report\nAll is well.",
        "Two things:\n- one\n- two",
        "1. first\n2. second",
        "```\ncode\n```",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "See [the page](https://example.org).",
        "This is **bold**.",
    ],
)
def test_signs_of_markdown_are_seen(text: str) -> None:
    assert looks_like_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Good morning",
        "4 products brought in 1083.75.",
        "#hashtag",
        "2 ** 3 ** 4",
        "- only one dash",
        "a_b_c *",
        "2026-11-23",
        "{'a': [1](2)}"[:8],
        "</pre><script>alert(1)</script>",
    ],
)
def test_plain_text_stays_plain(text: str) -> None:
    assert not looks_like_markdown(text)


def test_what_is_too_long_is_not_read_as_markdown() -> None:
    assert looks_like_markdown("# a\n" + "b" * (LONGEST - 4))
    assert not looks_like_markdown("# a\n" + "b" * LONGEST)


def test_markdown_becomes_html() -> None:
    assert to_html("# A\n\n- b\n- *c*\n\n|d|e|\n|-|-|\n|1|2|\n") == (
        "<h1>A</h1>\n<ul>\n<li>b</li>\n<li><em>c</em></li>\n</ul>\n"
        "<table>\n<thead>\n<tr>\n<th>d</th>\n<th>e</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"
    )


def test_links_open_without_telling_where_from() -> None:
    assert to_html("[a](https://b.example)") == (
        '<p><a href="https://b.example" rel="noopener noreferrer nofollow ugc">a</a></p>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "**x** <script>alert(1)</script>",
        "**x** <img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:alert(1))",
        "[x](//evil.example 'a\" onclick=\"alert(1)')",
        "![x](javascript:alert(1))",
        '![x" onerror="alert(1)](y)',
        "<svg onload=alert(1)>\n\n# a",
        "# a\n\n<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "```<script>\nalert(1)\n```",
        "[x]: javascript:alert(1)\n\n# a [x]",
        "<https://a.example/\"onmouseover='alert(1)'>",
        "# a {onclick=alert(1)} <a hx-get='/agents/' data-hx-post='/runs/stop/'>x</a>",
    ],
)
def test_nothing_in_it_can_run_or_load(text: str) -> None:
    found = Elements(to_html(text))

    assert found.names <= {"a", "blockquote", "code", "em", "h1", "li", "p", "pre", "strong", "ul"}
    assert {name for name, _ in found.attributes} <= {"href", "title", "rel"}
    for name, value in found.attributes:
        assert name != "href" or not re.match(
            r"\s*(javascript|data|vbscript):", value, re.IGNORECASE
        )


def test_a_picture_becomes_a_link() -> None:
    assert to_html("![a cat](https://b.example/c.png)") == (
        '<p><a href="https://b.example/c.png" rel="noopener noreferrer nofollow ugc">a cat</a></p>\n'
    )


def test_halves_of_pairs_are_no_fault() -> None:
    assert to_html("# \ud800") == "<h1>?</h1>\n"


@pytest.mark.parametrize("piece", ["*a ", "[", "![", "> ", "- ", "`", "|a", "<a ", "_*", "1) "])
def test_a_text_made_to_be_slow_is_not(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    began = time.thread_time()
    looks_like_markdown(text)
    to_html(text)

    assert time.thread_time() - began < 3
