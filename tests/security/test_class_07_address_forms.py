"""Class 7: whatever way an address is written, it leads to the public internet or nowhere."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from egress import AddressRefused, Client, EgressError, HostNotFound, Policy, UrlRefused
from egress.addresses import is_public
from egress.limits import Budget, Limits
from egress.policy import USUAL_PORTS
from egress.resolving import addresses_to_dial, system_resolver
from egress.targets import parse_url, target_of
from tests.support.webhosts import Names, reply, web_host

LOOPBACK = (
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.01/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1%25lo]/",
    "http://[::1%25lo]/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://localhost.localdomain./",
    "http://127。0。0。1/",
    "http://１２７.０.０.１/",
    "http://①②⑦.⓪.⓪.①/",
    "http://ⓛocalhost/",
    "http://loc\u200balhost/",
    "http://loc\u00adalhost/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%2f.example.com/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://metadata.google.internal./",
    "http://100.100.100.200/",
    "http://user@127.0.0.1/",
    "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/",
    "http://127.0.0.1#@example.com/",
    "http://127.0.0.1?@example.com/",
    "http://127.0.0.1\\@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1\t.example.com/",
    "http://127.0.0.1 .example.com/",
    "http://127.0.0.1\n/",
    "http://127.0.0.1:\t80/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "//127.0.0.1/",
    "127.0.0.1/",
    "localhost:80/",
    " http://127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "ftp://127.0.0.1/",
    "dict://127.0.0.1:11211/",
    "unix:///var/run/docker.sock",
    "http+unix://%2fvar%2frun%2fdocker.sock/",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "",
    "http://",
    "http://:80/",
    "http://./",
    "http://../",
    "http://-a.example/",
    "http://a..example/",
    "http://" + "a" * 64 + ".example/",
    "http://" + "a." * 200 + "example/",
    "http://a.example:99999/",
    "http://a.example:-1/",
    "http://a.example:22/",
    "http://[::1/",
    "http://[1.2.3.4]/",
    "http://a.example/" + "x" * 20_000,
)


@pytest.mark.parametrize("url", LOOPBACK)
def test_nothing_is_sent(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dialled: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: dialled.append(args))

    with Client(policy=Policy()) as http, pytest.raises(EgressError) as caught:
        http.get(url)

    assert caught.value.code in {"url_refused", "address_refused", "host_not_found"}
    assert dialled == []


@pytest.mark.parametrize("value", [None, 7, b"http://a.example/", ["http://a.example/"], {}])
def test_what_is_no_text_is_no_address(value: object) -> None:
    with pytest.raises(UrlRefused, match="An address is a text"):
        parse_url(value)


def test_a_name_of_letters_outside_ascii_is_looked_up_as_its_ascii_form() -> None:
    names = Names({"xn--bcher-kva.example": ["127.0.0.1"]})

    with (
        Client(policy=Policy(), resolver=names) as http,
        pytest.raises(AddressRefused, match=r"xn--bcher-kva\.example"),
    ):
        http.get("http://Bücher.example/")

    assert names.asked == ["xn--bcher-kva.example"]


def test_one_address_that_is_not_public_refuses_the_name() -> None:
    names = Names({"both.example": [["93.184.216.34", "10.0.0.1"]]})

    with Client(policy=Policy(), resolver=names) as http, pytest.raises(AddressRefused):
        http.get("http://both.example/")


def test_a_refusal_says_who_can_allow_it_and_tells_no_path(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Client(policy=Policy()) as http, pytest.raises(AddressRefused) as caught:
        http.get("http://10.0.0.1/secret-path?key=hidden")

    assert caught.value.message == (
        "The host '10.0.0.1' is not on the public internet. An operator can allow it with"
        " EGRESS_ALLOW."
    )
    [record] = [one for one in caplog.records if one.name == "egress"]
    assert vars(record)["action"] == "egress_refused"
    assert (vars(record)["code"], vars(record)["host"]) == ("address_refused", "10.0.0.1")
    assert "hidden" not in record.getMessage()


def test_an_allowed_host_is_asked() -> None:
    with web_host(lambda asked: reply(b"hello")) as host, Client(policy=host.policy) as http:
        answer = http.get(f"{host.url}/path?a=b")

    assert answer.text == "hello"
    assert [(one.method, one.path) for one in host.asked] == [("GET", "/path?a=b")]


def spellings(address: IPv4Address | IPv6Address) -> list[str]:
    """Return ways to write the address that some parser or resolver takes."""
    number = int(address)
    if address.version == 6:
        return [f"[{address}]", f"[{address.exploded}]", f"[{address}%25eth0]"]
    one, two, three, four = address.packed
    return [
        str(address),
        f"{address}.",
        str(number),
        hex(number),
        f"0{number:o}",
        f"{one}.{number & 0xFFFFFF}",
        f"{one}.{two}.{number & 0xFFFF}",
        f"{one:#x}.{two:#x}.{three:#x}.{four:#x}",
        f"0{one:o}.0{two:o}.0{three:o}.0{four:o}",
        f"{one:03}.{two:03}.{three:03}.{four:03}",
        f"[::ffff:{address}]",
        f"[::{address}]",
        f"[64:ff9b::{address}]",
        f"example.com@{address}",
    ]


@settings(max_examples=300, deadline=None)
@given(
    address=st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)),
    index=st.integers(0, 13),
    port=st.sampled_from(["", ":80", ":443", ":8080"]),
)
@example(address=IPv4Address("127.0.0.1"), index=2, port="")
def test_only_public_addresses_pass_in_any_spelling(
    address: IPv4Address | IPv6Address, index: int, port: str
) -> None:
    ways = spellings(address)
    host = ways[index % len(ways)]

    try:
        target = target_of(parse_url(f"http://{host}{port}/"))
        [dialled] = addresses_to_dial(
            target.host,
            target.port,
            policy=Policy(),
            budget=Budget(Limits()),
            resolver=system_resolver,
        )
    except EgressError:
        return

    assert dialled == address
    assert is_public(dialled)
    assert target.port in USUAL_PORTS


@settings(max_examples=500, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
@example("0x7f.1")
@example("[::1]")
@example("a@b")
@example("a\\@127.0.0.1")
def test_no_text_gets_by_as_a_host_that_another_reader_takes_for_another(text: str) -> None:
    """What passes is a plain name or the one spelling of an address: urllib agrees."""
    from urllib.parse import urlsplit

    url = f"http://{text}/"
    try:
        target = target_of(parse_url(url))
    except EgressError:
        return
    except Exception as error:
        pytest.fail(f"{url!r} raised {error!r}")

    assert target.host.isascii()
    if url.isascii():
        assert (urlsplit(url).hostname or "") == target.host
    assert is_address(target.host) or not is_number_for_resolvers(target.host)


def is_address(host: str) -> bool:
    try:
        return str(ip_address(host)) != ""
    except ValueError:
        return False


def is_number_for_resolvers(host: str) -> bool:
    try:
        return socket.inet_aton(host) != b""
    except OSError:
        return False


def test_our_errors_are_httpx_s_too() -> None:
    assert issubclass(HostNotFound, httpx.TransportError)
