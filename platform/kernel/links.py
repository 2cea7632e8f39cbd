"""Addresses of this instance for people and machines elsewhere, where no request says under which name it came."""

from urllib.parse import urljoin

from django.conf import settings


def absolute(path: str) -> str:
    """Return the address of a path of this instance, as others reach it (`PUBLIC_URL`)."""
    return urljoin(settings.PUBLIC_URL, path)
