"""What creators and users write: Markdown, as safe HTML for pages, and as plain words for everything else."""

import re
from html import unescape

from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from kernel.markdown import to_html

BLANKS = re.compile(r"\s+")
HEADINGS = re.compile(r"<(/?)h([1-6])>")
LOWEST = 6
BELOW = 2  # a page's own title and its section's come first


def html(text: str) -> SafeString:
    """Return the Markdown as HTML that is safe in a page, its headings below the page's own."""
    return SafeString(HEADINGS.sub(_lowered, to_html(text)))


def plain(text: str, most: int = 300) -> str:
    """Return the words of the Markdown without its marks, cut: for lists, feeds and descriptions.

    It is text, not HTML: whoever puts it into a page escapes it as any other.
    """
    words = BLANKS.sub(" ", unescape(strip_tags(to_html(text)))).strip()
    return Truncator(words).chars(most)


def _lowered(tag: re.Match[str]) -> str:
    return f"<{tag[1]}h{min(int(tag[2]) + BELOW, LOWEST)}>"
