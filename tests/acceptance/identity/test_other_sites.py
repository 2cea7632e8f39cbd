"""Sign in by an account of another site, in a browser that holds forms to the page's policy."""

from playwright.sync_api import expect

from tests.acceptance.browser import Visitor
from tests.support.oidc import Provider


def test_somebody_comes_by_the_identity_provider(stranger: Visitor, provider: Provider) -> None:
    page = stranger.page()
    page.goto("/sign-in/")
    page.get_by_role("link", name="Go on with Our identity provider").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()

    asked = provider.asked[-1]
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert provider.refused == []
    page.goto("/account/connections/")
    expect(page.locator("main")).to_contain_text("grace")

    # The state belongs to the session in which it was made: nobody else can use the answer.
    other = stranger.page()
    answer = other.request.get(f"{asked['redirect_uri']}?code=x&state={asked['state']}")
    assert answer.status == 401
    other.goto("/account/profile/")
    assert other.url.split("?")[0].endswith("/sign-in/")
