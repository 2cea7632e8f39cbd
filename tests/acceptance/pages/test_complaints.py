"""Browsers have nothing to complain about, on any page: no script or style that the policy forbids."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import loader
from playwright.sync_api import Browser, FilePayload, Page, Response, expect

from tests.acceptance.browser import Visitor
from tests.acceptance.instances import Trellis
from webui.middleware import STRICT, policy

PAGES = (
    *("/agents/", "/agents/new/", "/runs/", "/reviews/", "/account/usage/", "/account/keys/"),
    *("/account/email/", "/account/mails/", "/account/activity/", "/account/passkeys/"),
    "/account/files/",
    *("/account/profile/", "/account/password/", "/account/two-factor/", "/account/sessions/"),
    *("/admin/", "/admin/accounts/user/", "/admin/accounts/user/1/change/", "/admin/waffle/flag/"),
    *("/admin/quotas/ownrate/add/", "/admin/quotas/ownquota/add/", "/admin/quotas/usage/"),
    *("/admin/executions/execution/", "/admin/graphs/agent/", "/admin/apikeys/apikey/"),
)


def test_no_page_breaks_the_policy(visitor: Visitor) -> None:
    page = visitor.page()
    found: dict[str, list[str]] = {}

    for address in PAGES:
        answer = page.goto(address, wait_until="load")
        assert answer is not None
        assert answer.status == 200, address
        if visitor.complaints:
            found[address] = [*visitor.complaints]
            visitor.complaints.clear()

    assert found == {}


def test_no_screen_of_the_staff_breaks_the_policy(visitor: Visitor) -> None:
    """Every list, every empty form, and the form of the first row of each list."""
    page = visitor.page()
    page.goto("/admin/")
    screens = links(page, "#content-main th a, #content-main a.addlink")
    assert {"/admin/django_celery_beat/periodictask/", "/admin/waffle/flag/"} <= set(screens)
    found: dict[str, list[str]] = {}

    while screens:
        address = screens.pop()
        answer = page.goto(address, wait_until="load")
        assert answer is not None
        assert answer.status == 200, address
        if visitor.complaints:
            found[address] = [*visitor.complaints]
            visitor.complaints.clear()
        screens += links(page, "#result_list tr:first-child th a")

    assert found == {}


def links(page: Page, which: str) -> list[str]:
    hrefs = [str(link.get_attribute("href")) for link in page.locator(which).all()]
    return [href for href in hrefs if "/change/" not in page.url]


def test_the_form_of_a_periodic_task_says_what_its_crontab_means(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/admin/django_celery_beat/crontabschedule/add/")
    page.get_by_label("Minute(s)").fill("30")
    page.get_by_label("Hour(s)").fill("9")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/admin/django_celery_beat/periodictask/add/")

    choice = page.get_by_label("Crontab Schedule:")
    choice.select_option(choice.locator("option", has_text="30 9 * * *").inner_text())

    expect(page.locator(".field-crontab .help")).to_contain_text("Translation: At 09:30")
    expect(page.locator(".field-crontab_translation")).to_be_hidden()


def test_the_viewer_of_the_schema_works_under_the_policy(visitor: Visitor) -> None:
    page = visitor.page()

    page.goto("/api/docs/")
    page.locator("#operations-tag-graphs").get_by_role("button").click()

    expect(page.get_by_text("/api/v1/graphs/").first).to_be_visible()
    assert visitor.complaints == []


def test_a_file_that_is_too_large_to_import_gets_a_page(visitor: Visitor) -> None:
    page = visitor.page(java_script_enabled=False)  # a script would not let it be sent at all
    page.goto("/agents/")
    large = FilePayload(name="large.json", mimeType="application/json", buffer=b" " * 20_000_000)
    page.locator("input[type=file]").first.set_input_files(large)

    with page.expect_navigation(wait_until="load") as loaded:
        page.locator(".drop__form").get_by_role("button", name="Import", exact=True).click()

    assert loaded.value.status == 413
    expect(page.get_by_role("heading", name="This was not read")).to_be_visible()
    expect(page.locator("main")).to_contain_text("or raise MAX_IMPORT_BYTES")
    visitor.complaints[:] = [one for one in visitor.complaints if not one.startswith(STATUS)]


STATUS = "Failed to load resource: the server responded with a status of"  # said of every refusal
POLICY = policy(STRICT)
STRANGERS = (
    *("/sign-in/", "/sign-up/", "/account/password/reset/", "/account/password/reset/done/"),
    *("/account/password/reset/x-y/", "/sign-up/verify/x/", "/account/inactive/"),
)


@pytest.fixture
def stranger(running: Browser, trellis: Trellis) -> Iterator[Visitor]:
    visitor = Visitor(running, trellis)
    yield visitor
    visitor.leave()


def heard(visitor: Visitor) -> list[str]:
    """Return what the browser complained of, but for the status, and forget it."""
    found = [one for one in visitor.complaints if not one.startswith(STATUS)]
    visitor.complaints.clear()
    return found


def test_nor_does_a_page_for_strangers(stranger: Visitor) -> None:
    page = stranger.page()
    found = {}

    for address in STRANGERS:
        answer = page.goto(address, wait_until="load")
        assert answer is not None
        assert answer.status in {200, 404}, address
        assert answer.header_value("content-security-policy") == POLICY
        found[address] = heard(stranger)

    assert {address: one for address, one in found.items() if one} == {}


def test_nor_does_a_refusal(stranger: Visitor) -> None:
    page, address = stranger.page(), stranger.trellis.url

    for status, ask in (
        (404, lambda: page.goto("/nowhere/")),
        (400, lambda: page.goto(address.replace("127.0.0.1", "elsewhere.localhost"))),
        (403, lambda: without_its_token(page)),
        (413, lambda: with_a_long_name(page)),
    ):
        answer = ask()
        assert answer is not None
        assert (answer.status, heard(stranger)) == (status, [])
        assert answer.header_value("content-security-policy") == POLICY


def without_its_token(page: Page) -> Response:
    """Send the form of the sign-in from a browser that has lost its cookies."""
    page.goto("/sign-in/")
    page.context.clear_cookies()
    return sent(page, "somebody")


def with_a_long_name(page: Page) -> Response:
    """Send more than strangers may."""
    page.goto("/sign-in/")
    return sent(page, "x" * 70_000)


def sent(page: Page, name: str) -> Response:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("nothing-of-the-kind")
    with page.expect_navigation(wait_until="load") as loaded:
        page.get_by_role("button", name="Sign in", exact=True).click()
    return loaded.value


@pytest.mark.parametrize("status", [429, 500])
def test_nor_does_a_page_that_nobody_should_have_to_see(stranger: Visitor, status: int) -> None:
    """No request of a test makes these come, so the page is made here and served as the real one."""
    text = loader.render_to_string(f"{status}.html", {"user": AnonymousUser(), "explanation": "x"})
    page = stranger.page()
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
    page.route("**/broken/", lambda route: route.fulfill(status=status, headers=headers, body=text))

    answer = page.goto("/broken/", wait_until="load")

    assert answer is not None
    assert (answer.status, heard(stranger)) == (status, [])
    expect(page.locator("main")).to_contain_text(str(status))
