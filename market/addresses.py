"""Addresses of what the market shows: each thing has one, and names it in one spelling."""

from typing import Any

from django.urls import reverse

from accounts.models import User
from kernel.links import absolute
from store.models import Listing, ListingVersion, Picture


def agent(listing: Listing) -> str:
    """Return the path of a listing's page."""
    return reverse("webui:market-agent", args=[listing.owner.username.lower(), listing.slug])


def creator(user: User) -> str:
    """Return the path of a creator's page."""
    return reverse("webui:market-creator", args=[user.username.lower()])


def card(version: ListingVersion) -> str:
    """Return the path of the picture that stands for a version elsewhere."""
    return reverse("webui:market-card", args=[version.pk, digest(version)])


def digest(version: ListingVersion) -> str:
    """Return what changes the address of a version's picture, when the picture changes."""
    from market import cards

    return cards.digest(version)


def picture(found: Picture) -> str:
    """Return the path of a picture that a creator sent."""
    return reverse("webui:store-picture", args=[found.pk])


def avatar(user: User) -> str | None:
    """Return the path of somebody's picture; None where there is none."""
    found: Any = getattr(user, "avatar", None)
    return reverse("webui:avatar", args=[found.pk]) if found else None


def whole(path: str | None) -> str | None:
    """Return the address of a path as others reach it."""
    return absolute(path) if path else None
