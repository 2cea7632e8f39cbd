"""Class 8: each hop is checked anew, and nothing secret goes to another place."""

import pytest

from egress import (
    AddressRefused,
    AnswerUnreadable,
    Client,
    Limits,
    Policy,
    TooManyRedirects,
    UrlRefused,
)
from tests.support.webhosts import Asked, Names, redirect, reply, web_host

SECRETS = {
    "Authorization": "Bearer secret-1",
    "Cookie": "session=secret-2",
    "X-Api-Key": "secret-3",
    "Proxy-Authorization": "Basic secret-4",
    "Private-Token": "secret-5",
    "Referer": "https://a.example/?token=secret-6",
}


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://2130706433/",
        "//10.0.0.1/",
        "http://localhost/",
        "http://inside.example/",
    ],
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 T", "308 P"])
def test_a_hop_to_another_network_is_refused(location: str, status: str) -> None:
    names = Names({"inside.example": ["10.0.0.8"], "localhost": ["127.0.0.1"]})

    with (
        web_host(lambda asked: redirect(location, status=status)) as host,
        Client(policy=host.policy, resolver=names) as http,
        pytest.raises((AddressRefused, UrlRefused)),
    ):
        http.post(host.url, content=b"body")

    assert len(host.asked) == 1


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://a.example/", "javascript:alert(1)"],
)
def test_a_hop_to_something_else_than_the_web_is_refused(location: str) -> None:
    with (
        web_host(lambda asked: redirect(location)) as host,
        Client(policy=host.policy) as http,
        pytest.raises((UrlRefused, AnswerUnreadable)),
    ):
        http.get(host.url)


def test_another_port_of_an_allowed_host_is_refused() -> None:
    with (
        web_host(lambda asked: reply(b"inside")) as inside,
        web_host(lambda asked: redirect(inside.url)) as host,
        Client(policy=host.policy) as http,
        pytest.raises(UrlRefused),
    ):
        http.get(host.url)

    assert inside.asked == []


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_nothing_secret_goes_to_another_origin(status: str) -> None:
    with (
        web_host(lambda asked: reply(b"there")) as other,
        web_host(lambda asked: redirect(f"{other.url}/x", status=status)) as host,
    ):
        policy = host.policy.allowing(other.url.removeprefix("http://"))
        with Client(policy=policy, headers={"X-Default": "secret-7"}) as http:
            answer = http.request(
                "POST", host.url, headers=SECRETS, auth=("user", "secret-8"), json={"a": 1}
            )

    [asked] = other.asked
    assert answer.text == "there"
    assert "secret" not in str(asked.headers)
    assert set(asked.headers) <= {
        "host",
        "accept",
        "accept-encoding",
        "content-length",
        "content-type",
        "user-agent",
    }
    assert asked.headers["host"] == f"127.0.0.1:{other.port}"


def test_secrets_stay_within_their_origin() -> None:
    def answers(asked: Asked) -> bytes:
        return reply(b"done") if asked.path == "/end" else redirect("/end")

    with web_host(answers) as host, Client(policy=host.policy) as http:
        answer = http.get(host.url, headers={"X-Api-Key": "mine", "Authorization": "Bearer t"})

    assert answer.text == "done"
    assert [one.headers["x-api-key"] for one in host.asked] == ["mine", "mine"]
    assert [one.headers["authorization"] for one in host.asked] == ["Bearer t", "Bearer t"]


def test_secrets_do_not_come_back_from_another_origin() -> None:
    """A → B → A: the second host may choose the address of the third request."""
    with web_host(lambda asked: redirect(f"{first.url}/chosen")) as second:

        def answers(asked: Asked) -> bytes:
            return reply(b"done") if asked.path == "/chosen" else redirect(second.url)

        with web_host(answers) as first:
            policy = first.policy.allowing(second.url.removeprefix("http://"))
            with Client(policy=policy) as http:
                http.get(first.url, headers={"X-Api-Key": "mine"})

    assert [one.headers.get("x-api-key") for one in first.asked] == ["mine", None]


def test_cookies_of_one_host_are_not_told_to_another() -> None:
    with (
        web_host(lambda asked: reply(b"there")) as other,
        web_host(
            lambda asked: redirect(
                f"http://other.example:{other.port}/", **{"Set-Cookie": "id=1; Domain=.example"}
            )
        ) as host,
    ):
        policy = Policy().allowing(f"one.example:{host.port}", f"other.example:{other.port}")
        names = Names({"one.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
        with Client(policy=policy, resolver=names) as http:
            http.get(f"http://one.example:{host.port}/")

    assert "cookie" not in other.asked[0].headers


def test_a_loop_ends() -> None:
    with (
        web_host(lambda asked: redirect(asked.path + "x")) as host,
        Client(policy=host.policy, limits=Limits(max_redirects=3)) as http,
        pytest.raises(TooManyRedirects, match="4 times; 3 is the most"),
    ):
        http.get(host.url + "/")

    assert len(host.asked) == 4


def test_redirects_are_not_followed_by_those_who_do_not_want_it() -> None:
    with (
        web_host(lambda asked: redirect("/elsewhere")) as host,
        Client(policy=host.policy, follow_redirects=False) as http,
    ):
        answer = http.get(host.url)

    assert (answer.status_code, len(host.asked)) == (302, 1)
