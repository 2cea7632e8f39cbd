"""A passkey: made, and used to sign in, with Chromium's own virtual authenticator."""

from playwright.sync_api import expect

from tests.acceptance.browser import Visitor, password
from tests.acceptance.instances import Trellis


def test_one_signs_in_by_a_passkey(stranger: Visitor, trellis: Trellis) -> None:
    # A passkey belongs to a name; a bare address has none.
    page = stranger.page(base_url=trellis.url.replace("127.0.0.1", "localhost"))
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/sign-in/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password(trellis))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()
    page.goto("/account/passkeys/add/")
    page.get_by_label("Password").fill(password(trellis))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Of this machine")
    passwordless = page.get_by_label("Passwordless")
    if passwordless.count():
        passwordless.check()
    page.locator("main form button[type=submit], main form button").first.click()
    page.wait_for_url("**/account/two-factor/codes/**")
    kept = tools.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})[
        "credentials"
    ]
    assert [(one["rpId"], one["isResidentCredential"]) for one in kept] == [("localhost", True)]

    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()
    page.goto("/account/passkeys/")
    expect(page.locator("main")).to_contain_text("Of this machine")
