"""Class 9: a name is looked up once, and that very address is connected to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from egress import AddressRefused, AsyncClient, Client, ConnectionFailed, GuardedTransport, Policy
from tests.support.certificates import tls_for
from tests.support.webhosts import Names, WebHost, redirect, reply, web_host

ALLOWED, REFUSED = "127.0.0.2", "127.0.0.1"


@pytest.fixture
def inside() -> Iterator[WebHost]:
    """What nobody may ask."""
    with web_host(lambda asked: reply(b"inside"), address=REFUSED) as host:
        yield host


def test_a_name_that_changes_its_address_finds_nothing(inside: WebHost) -> None:
    names = Names({"flips.example": [ALLOWED, REFUSED]})
    with (
        web_host(lambda asked: reply(b"outside"), address=ALLOWED, port=inside.port) as outside,
        Client(policy=outside.policy, resolver=names) as http,
    ):
        answer = http.get(f"http://flips.example:{inside.port}/")

    assert answer.text == "outside"
    assert names.asked == ["flips.example"]
    assert outside.asked[0].headers["host"] == f"flips.example:{inside.port}"
    assert inside.asked == []


def test_and_nothing_on_its_next_hop_either(inside: WebHost) -> None:
    """A hop is looked up anew, so it is checked anew."""
    names = Names({"flips.example": [ALLOWED, REFUSED]})
    with (
        web_host(
            lambda asked: redirect(f"http://flips.example:{inside.port}/again"),
            address=ALLOWED,
            port=inside.port,
        ) as outside,
        Client(policy=outside.policy, resolver=names) as http,
        pytest.raises(AddressRefused),
    ):
        http.get(f"http://flips.example:{inside.port}/")

    assert names.asked == ["flips.example"] * 2
    assert inside.asked == []


async def test_the_same_holds_in_tasks(inside: WebHost) -> None:
    names = Names({"flips.example": [ALLOWED, REFUSED]})
    with web_host(lambda asked: reply(b"outside"), address=ALLOWED, port=inside.port) as outside:
        async with AsyncClient(policy=outside.policy, resolver=names) as http:
            answer = await http.get(f"http://flips.example:{inside.port}/")
            with pytest.raises(AddressRefused):
                await http.get(f"http://flips.example:{inside.port}/")

    assert answer.text == "outside"
    assert inside.asked == []


def test_the_next_address_is_tried_where_the_first_one_is_silent() -> None:
    with web_host(lambda asked: reply(b"here"), address=ALLOWED) as host:
        names = Names({"two.example": [["127.0.0.3", ALLOWED]]})
        policy = host.policy.allowing(f"127.0.0.3:{host.port}")
        with Client(policy=policy, resolver=names) as http:
            assert http.get(f"http://two.example:{host.port}/").text == "here"


def test_tls_is_with_the_name_though_the_connection_is_to_the_address(tmp_path: Path) -> None:
    server, authority, seen = tls_for("shop.example", tmp_path)
    with web_host(lambda asked: reply(b"in private"), tls=server) as host:
        names = Names({"shop.example": [REFUSED], "evil.example": [REFUSED]})
        policy = Policy().allowing(f"*.example:{host.port}")
        with Client(policy=policy, resolver=names) as http:
            http._transport = GuardedTransport(policy, resolver=names, ca_file=authority)
            answer = http.get(f"https://shop.example:{host.port}/")
            with pytest.raises(ConnectionFailed, match=r"TLS with 'evil\.example' failed"):
                http.get(f"https://evil.example:{host.port}/")

    assert answer.text == "in private"
    assert seen == ["shop.example", "evil.example"]


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    server, _, _ = tls_for("shop.example", tmp_path)
    with web_host(lambda asked: reply(b"in private"), tls=server) as host:
        names = Names({"shop.example": [REFUSED]})
        policy = Policy().allowing(f"shop.example:{host.port}")
        with (
            Client(policy=policy, resolver=names) as http,
            pytest.raises(ConnectionFailed, match="certificate"),
        ):
            http.get(f"https://shop.example:{host.port}/")

    assert host.asked == []
