"""Browsers have nothing to complain about, on any page: no script or style that the policy forbids."""

from playwright.sync_api import expect

from tests.acceptance.browser import Visitor

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


def test_the_viewer_of_the_schema_works_under_the_policy(visitor: Visitor) -> None:
    page = visitor.page()

    page.goto("/api/docs/")

    expect(page.get_by_text("/api/v1/graphs/").first).to_be_visible()
    assert visitor.complaints == []
