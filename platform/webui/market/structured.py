"""What pages say to programs about themselves (schema.org), as data that no browser runs."""

import json
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from kernel.links import absolute
from market import addresses
from store.markdown import plain
from store.models import Listing

CONTEXT = "https://schema.org"
# What ends a script element, or begins a comment in it, is written in another way in JSON.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def agent(listing: Listing) -> SafeString:
    """Return what an agent is."""
    version: Any = listing.active_version
    entry: Any = listing.market
    found: dict[str, Any] = {
        "@type": "SoftwareApplication",
        "name": version.name,
        "description": version.sub_heading or plain(version.description),
        "url": absolute(addresses.agent(listing)),
        "image": addresses.whole(addresses.card(version)),
        "applicationCategory": "BusinessApplication",
        "operatingSystem": "Any",
        "softwareVersion": str(version.number),
        "datePublished": entry.published_at.isoformat(),
        "dateModified": entry.updated_at.isoformat(),
        "author": {
            "@type": "Person",
            "name": listing.owner.get_full_name() or listing.owner.get_username(),
            "url": absolute(addresses.creator(listing.owner)),
        },
    }
    if entry.rating_count:
        found["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(entry.rating, 2),
            "ratingCount": entry.rating_count,
        }
    return written(found)


def creator(person: Any) -> SafeString:
    """Return who a creator is."""
    return written(
        {
            "@type": "ProfilePage",
            "mainEntity": {
                "@type": "Person",
                "name": person.get_full_name() or person.get_username(),
                "alternateName": person.get_username(),
                "url": absolute(addresses.creator(person)),
            },
        }
    )


def site() -> SafeString:
    """Return what the market is, and how to search it."""
    search = absolute(reverse("webui:market-search"))
    return written(
        {
            "@type": "WebSite",
            "name": "Trellis",
            "url": absolute(reverse("webui:market")),
            "potentialAction": {
                "@type": "SearchAction",
                "target": f"{search}?q={{search_term_string}}",
                "query-input": "required name=search_term_string",
            },
        }
    )


def written(value: dict[str, Any]) -> SafeString:
    """Return JSON that cannot leave the element that it stands in."""
    text = json.dumps({"@context": CONTEXT, **value}, ensure_ascii=False)
    return mark_safe(text.translate(ESCAPES))  # noqa: S308 - nothing in it is HTML any more
