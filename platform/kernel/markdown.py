"""Markdown as HTML that is safe to put into a page, whoever wrote it."""

import re
from collections.abc import Sequence
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST = 32 * 1024  # characters; a longer text is shown as it is

BLOCKS = {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
INLINE = {"a", "br", "code", "del", "em", "s", "strong"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto"})

# What nobody writes by chance: a heading, a fence, a list of several items, a table's second row,
# a link, bold words.
SIGNS = re.compile(
    r"""
    ^\#{1,6}[ ]\S | ^```
    | ^[ ]{0,3}([-*+]|\d{1,3}[.)])[ ]\S.*\n+[ ]{0,3}([-*+]|\d{1,3}[.)])[ ]\S
    | ^[ ]{0,3}\|?[ ]*:?-{3,}:?[ ]*\|
    | (?<!!)\[[^\]\n]{1,200}\]\(\S{1,2000}\)
    | \*\*[^\s*][^*\n]{0,500}\*\*
    """,
    re.MULTILINE | re.VERBOSE,
)


def looks_like_markdown(text: str) -> bool:
    """Return whether the text says by its signs that it is Markdown, and is short enough."""
    return len(text) <= LONGEST and SIGNS.search(text) is not None


def to_html(text: str) -> SafeString:
    """Return the Markdown as HTML of a few harmless elements; HTML in it stays visible as text.

    Pictures become links: a page loads nothing from elsewhere. Whatever the parser makes of the
    text, what is not on the short list of elements and attributes is taken out again.
    """
    html = nh3.clean(
        _parser.render(text.encode("utf-8", "replace").decode()),
        tags=BLOCKS | TABLES | INLINE,
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow ugc",
        generic_attribute_prefixes=set(),
    )
    return mark_safe(html)  # noqa: S308 - sanitised on the line above


def _image_as_link(
    renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    token = tokens[index]
    source = escape(str(token.attrs.get("src", "")))
    return f'<a href="{source}">{escape(token.content or "Picture")}</a>'


_parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(
    ["table", "strikethrough"]
)
_parser.add_render_rule("image", _image_as_link)
