"""How texts of the store are shown."""

from django import template
from django.utils.safestring import SafeString

from store import markdown

register = template.Library()


@register.filter(name="markdown")
def as_html(text: str) -> SafeString:
    """Return the Markdown as HTML that is safe in a page."""
    return markdown.html(text)
