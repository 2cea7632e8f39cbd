"""What pages of accounts ask."""

from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField

register = template.Library()
# The first that is found names the browser: most claim to be several.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.simple_tag
def sign_up() -> str:
    """Return ``open``, ``providers`` or ``closed``."""
    return str(settings.SIGN_UP)


@register.simple_tag
def is_personal() -> bool:
    """Return whether the instance answers under names of its own machine only."""
    return bool(settings.IS_PERSONAL)


@register.simple_tag
def is_mail_printed() -> bool:
    """Return whether mails are printed instead of sent."""
    return bool(settings.IS_MAIL_PRINTED)


@register.simple_tag
def has_providers() -> bool:
    """Return whether people may sign in by another site's account."""
    return bool(settings.IDENTITY_PROVIDERS)


@register.filter
def browser(agent: str) -> str:
    """Return the browser and the system that a ``User-Agent`` names, as people call them."""
    name = next((name for mark, name in BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{name} on {system}" if system else name


@register.filter
def without_placeholder(field: BoundField) -> Any:
    """Return the field without a text in its place: its label says the same."""
    field.field.widget.attrs.pop("placeholder", None)
    return field
