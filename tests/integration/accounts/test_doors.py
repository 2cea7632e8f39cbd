"""Addresses of allauth's pages."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth import urls as allauth_urls
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import doors
from accounts.models import User

# Ways that are switched off: allauth never leads there.
UNUSED = {"account_confirm_login_code"}


def names(patterns: list[Any]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns)
        elif isinstance(one, URLPattern) and one.name:
            yield one.name


def test_every_page_that_allauth_may_lead_to_has_an_address() -> None:
    assert set(names(allauth_urls.urlpatterns)) - UNUSED == set(names(doors.urlpatterns))


def plain_addresses() -> list[str]:
    resolver = get_resolver()
    return sorted(f"/{resolver.reverse(name)}" for name in names(doors.urlpatterns) if _plain(name))


def _plain(name: str) -> bool:
    return all(
        not params for part in get_resolver().reverse_dict.getlist(name) for _, params in part[0]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("url", plain_addresses())
def test_every_page_is_ours_with_our_policy(url: str, signed_in: Client, ada: User) -> None:
    """Also with the words of allauth's own templates, which nobody has rewritten."""
    for client in (Client(), signed_in):
        answer = client.get(url)
        assert answer.status_code in {200, 302, 400, 401, 404}, url
        assert "unsafe" not in answer["Content-Security-Policy"]
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            page = answer.content.decode()
            assert 'class="header__inner"' in page, url
            assert page.count("<h1") == 1, url
