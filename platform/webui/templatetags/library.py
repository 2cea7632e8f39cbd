"""What pages of listings show of libraries and reviews."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template

from store.markdown import html
from store.models import Listing, ListingReview, ListingVersion

MOST = 20
register = template.Library()


@dataclass(frozen=True)
class Said:
    """A review as a page shows it."""

    author: str
    score: int
    moment: datetime
    comments: str
    answer: str


@register.inclusion_tag("webui/store/_reviews.html")
def listing_reviews(listing: Listing) -> dict[str, Any]:
    """Show what people say of the listing, the last written first; the same for everybody."""
    rows = ListingReview.objects.shown().filter(listing=listing)
    newest = rows.select_related("author").order_by("-updated", "-pk")[:MOST]
    said = [
        Said(one.author.username, one.score, one.updated, html(one.comments), html(one.answer))
        for one in newest
    ]
    return {"reviews": said, "more": rows.count() - MOST if len(said) == MOST else 0}


@register.inclusion_tag("webui/store/_get.html", takes_context=True)
def get_button(context: template.Context, version: ListingVersion) -> dict[str, Any]:
    """Show the button that takes the version into the library of who is signed in."""
    return {"version": version, "csrf_token": context.get("csrf_token")}
