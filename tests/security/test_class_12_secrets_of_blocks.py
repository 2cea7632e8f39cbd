"""Class 12: a block's credential goes to its own host, whatever a graph or a redirect says."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from agents.executions.web import RunHttp
from blocks.sdk.credentials import HostScopedCredentials, UserPasswordCredentials
from blocks.sdk.testing import FakeContext, GivenCredentials, Outgoing
from credentials.values import WrongHost
from egress.policy import exemption
from tests.support.blocks import emitted
from tests.support.webhosts import WebHost, redirect, reply, web_host
from tests.support.webworlds import allowed_host

SECRET = "Bearer top-secret-value"


def place(host: WebHost) -> str:
    return host.url.removeprefix("http://")


def context_for(*hosts: str) -> FakeContext:
    """Return a context in which a credential for these hosts was chosen."""
    chosen = HostScopedCredentials(
        id=UUID(int=1),
        provider="http",
        title="Mine",
        hosts=hosts,
        tls_only=False,
        headers={"Authorization": SecretStr(SECRET), "X-Key": SecretStr(SECRET)},
    )
    return FakeContext(http=RunHttp(), credentials=GivenCredentials({"credentials": chosen}))


def send(url: str, context: FakeContext, **pins: Any) -> list[tuple[str, Any]]:
    return emitted(
        "SendAuthenticatedWebRequestBlock", {"url": url, "method": "GET", **pins}, context
    )


def test_its_own_host_gets_it_before_headers_of_the_same_name() -> None:
    with allowed_host(lambda asked: reply(b"in")) as host:
        given = send(
            host.url, context_for(place(host)), headers={"authorization": "mine", "X-Other": "1"}
        )

    assert given == [("response", "in")]
    assert host.asked[0].headers["authorization"] == SECRET
    assert host.asked[0].headers["x-other"] == "1"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://api.example.com.evil.example/",
        "https://evil.example/api.example.com",
        "https://api.example.com@evil.example/",
        "https://evil.example#@api.example.com",
        "https://api.example.com:8443/",
        "https://api.example.com\\@evil.example/",
        "//api.example.com/",
        "",
    ],
)
def test_another_host_is_not_asked(url: str) -> None:
    context = context_for("api.example.com")

    with pytest.raises(WrongHost):
        send(url, context)


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect", "308 Permanent"])
def test_a_redirect_elsewhere_goes_without_it(status: str, settings: Any) -> None:
    with (
        web_host(lambda asked: reply(b"there")) as other,
        allowed_host(lambda asked: redirect(other.url, status=status)) as host,
    ):
        allowed = (*settings.EGRESS["allowed"], exemption(place(other)))
        settings.EGRESS = {**settings.EGRESS, "allowed": allowed}
        given = send(host.url, context_for(place(host)), method="POST", body={"a": 1})

    assert given == [("response", "there")]
    assert "top-secret" not in str(other.asked[0].headers)
    assert host.asked[0].headers["x-key"] == SECRET


def test_a_redirect_to_another_of_its_hosts_goes_with_it(settings: Any) -> None:
    with (
        web_host(lambda asked: reply(b"there")) as other,
        allowed_host(lambda asked: redirect(other.url)) as host,
    ):
        allowed = (*settings.EGRESS["allowed"], exemption(place(other)))
        settings.EGRESS = {**settings.EGRESS, "allowed": allowed}
        send(host.url, context_for(place(host), place(other)))

    assert other.asked[0].headers["x-key"] == SECRET


@pytest.mark.parametrize(
    ("server", "port"),
    [("evil.example", 587), ("mail.example.com", 2525), ("mail.example.com.evil.example", 587)],
)
def test_a_password_is_not_told_to_another_mail_server(server: str, port: int) -> None:
    chosen = UserPasswordCredentials(
        id=UUID(int=1),
        provider="smtp",
        title="Mine",
        hosts=("mail.example.com:587",),
        tls_only=False,
        username="a@example.com",
        password=SecretStr("top-secret"),
    )
    mail = Outgoing()
    context = FakeContext(mail=mail, credentials=GivenCredentials({"credentials": chosen}))

    with pytest.raises(WrongHost):
        emitted(
            "SendEmailBlock",
            {
                "to_email": "b@example.com",
                "subject": "Hi",
                "body": "x",
                "config": {"smtp_server": server, "smtp_port": port},
            },
            context,
        )

    assert mail.sent == []
