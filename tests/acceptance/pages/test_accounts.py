"""Somebody new: sign up, the mail at the terminal, sign in, a second factor."""

import re
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.axe import complaints
from tests.acceptance.browser import PHONE, Visitor
from tests.acceptance.instances import Trellis, until

PASSWORD = "tea-at-six-o-clock"


@pytest.fixture
def stranger(running: Browser, trellis: Trellis) -> Iterator[Visitor]:
    """Somebody who has not signed in, and whose browser must have nothing to complain about."""
    visitor = Visitor(running, trellis)
    yield visitor
    visitor.leave()
    assert visitor.complaints == []


def link_in_mail(trellis: Trellis, receiver: str) -> str:
    """Return the link of the newest mail to that person that the terminal shows."""

    def found() -> list[str]:
        mails = trellis.printed.split("To: ")
        return re.findall(
            r"(http://\S+)", "".join(one for one in mails if one.startswith(receiver))
        )

    until(found, f"a mail to {receiver} is printed")
    return found()[-1]


def code(secret: str, step: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def look(page: Page, seen: dict[str, list[str]]) -> None:
    """Note what axe says of the page, and that it fits its window."""
    seen[page.url.split("/", 3)[3]] = complaints(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], page.url  # type: ignore[index]


def sign_up(page: Page, trellis: Trellis, name: str, seen: dict[str, list[str]]) -> None:
    """Make an account from the page of the door on, and come in by the link in the mail."""
    page.goto("/sign-in/")
    look(page, seen)
    page.get_by_role("link", name="Sign up").click()
    look(page, seen)
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    look(page, seen)

    page.goto(link_in_mail(trellis, f"{name}@example.org"))
    look(page, seen)
    page.get_by_role("button", name="Yes, this is my address").click()
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()


def set_up_an_app(page: Page, seen: dict[str, list[str]]) -> str:
    """Set up an authenticator app, and return its secret; the page then shows the recovery codes."""
    page.goto("/account/two-factor/")
    look(page, seen)
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_label("Password").fill(PASSWORD)
    look(page, seen)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()
    look(page, seen)
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Authenticator code").fill(code(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look(page, seen)
    return secret


def say_who(page: Page, name: str) -> None:
    """Fill in the form of the door, which every page shows to a stranger."""
    page.goto("/runs/")
    page.get_by_label("Username").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def enter(page: Page, number: str) -> None:
    """Give the code that the door asks for."""
    expect(page.get_by_label("Code")).to_be_visible()
    page.get_by_label("Code").fill(number)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize(("name", "colours"), [("eve", "light"), ("mallory", "dark")])
def test_from_a_stranger_to_a_second_factor(
    name: str, colours: str, stranger: Visitor, trellis: Trellis
) -> None:
    seen: dict[str, list[str]] = {}
    page = stranger.page(viewport=PHONE, color_scheme=colours)
    sign_up(page, trellis, name, seen)
    secret = set_up_an_app(page, seen)
    for address in ("email", "password", "sessions", "passkeys", "passkeys/add"):
        page.goto(f"/account/{address}/")
        look(page, seen)

    other = stranger.page(color_scheme=colours)
    say_who(other, name)
    expect(other.get_by_label("Code")).to_be_visible()
    look(other, seen)
    enter(other, code(secret, 1))
    other.wait_for_url("**/runs/")

    assert {address: found for address, found in seen.items() if found} == {}


def test_a_recovery_code_lets_in_once_until_the_app_is_switched_off(
    stranger: Visitor, trellis: Trellis
) -> None:
    seen: dict[str, list[str]] = {}
    page = stranger.page(viewport=PHONE)
    sign_up(page, trellis, "trudy", seen)
    set_up_an_app(page, seen)
    recovery = page.locator("#recovery-codes code").first.inner_text()

    without_phone = stranger.page()
    say_who(without_phone, "trudy")
    enter(without_phone, recovery)
    without_phone.wait_for_url("**/runs/")
    thief = stranger.page()
    say_who(thief, "trudy")
    enter(thief, recovery)
    expect(thief.get_by_text("Incorrect code.")).to_be_visible()
    thief.goto("/runs/")
    expect(thief.get_by_label("Code")).to_be_visible()
    expect(thief.get_by_text("Use a passkey or security key")).to_have_count(0)

    page.goto("/account/two-factor/")
    expect(page.get_by_text("9 of 10 are unused.")).to_be_visible()
    look(page, seen)
    page.get_by_role("link", name="Make new ones").click()
    look(page, seen)
    page.get_by_role("button", name="Make new ones").click()
    expect(page.locator("#recovery-codes code")).to_have_count(10)
    page.goto("/account/two-factor/")
    page.get_by_role("link", name="Switch it off").click()
    look(page, seen)
    page.get_by_role("button", name="Switch it off").click()
    page.goto("/account/two-factor/")
    expect(page.get_by_role("link", name="Set up an app")).to_be_visible()
    expect(page.get_by_role("heading", name="Recovery codes")).to_have_count(0)

    again = stranger.page()
    say_who(again, "trudy")
    again.wait_for_url("**/runs/")
    assert {address: found for address, found in seen.items() if found} == {}
