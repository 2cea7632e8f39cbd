"""What the instance allows besides the public internet."""

from ipaddress import ip_address, ip_network

import pytest

from egress import AddressRefused, Policy, UrlRefused
from egress.policy import exemption
from egress.targets import parse_url, target_of


def check(policy: Policy, url: str, address: str) -> None:
    target = target_of(parse_url(url))
    policy.check_target(target)
    policy.check_address(target.host, target.port, ip_address(address))


@pytest.mark.parametrize(
    ("entry", "url", "address"),
    [
        ("intranet.example", "http://intranet.example/", "10.0.0.7"),
        ("*.corp.example", "https://wiki.corp.example/", "192.168.3.4"),
        ("10.1.0.0/16", "http://anything.example/", "10.1.255.3"),
        ("192.168.1.7", "http://192.168.1.7/", "192.168.1.7"),
        ("localhost:11434", "http://localhost:11434/v1", "127.0.0.1"),
        ("[fd12::7]:8000", "http://[fd12::7]:8000/", "fd12::7"),
        ("fd12::/32", "http://a.example/", "fd12::1"),
        ("10.0.0.5:3000", "http://nas.example:3000/", "10.0.0.5"),
        ("api.example:3000", "http://api.example:3000/", "93.184.216.34"),
        ("169.254.169.254", "http://169.254.169.254/", "169.254.169.254"),
        ("64:ff9b::/96", "http://old.example/", "64:ff9b::808:808"),
    ],
)
def test_an_operator_allows(entry: str, url: str, address: str) -> None:
    with pytest.raises((AddressRefused, UrlRefused)):
        check(Policy(), url, address)

    check(Policy().allowing(entry), url, address)


@pytest.mark.parametrize(
    ("entry", "url", "address"),
    [
        ("intranet.example", "http://other.example/", "10.0.0.7"),
        ("intranet.example", "http://notintranet.example/", "10.0.0.7"),
        ("intranet.example", "http://a.intranet.example/", "10.0.0.7"),
        ("intranet.example", "http://intranet.example:6379/", "10.0.0.7"),
        ("intranet.example", "http://intranet.example/", "169.254.169.254"),
        ("*.corp.example", "http://corp.example/", "10.0.0.7"),
        ("*.corp.example", "http://evilcorp.example/", "10.0.0.7"),
        ("10.1.0.0/16", "http://a.example/", "10.2.0.1"),
        ("10.1.0.0/16", "http://a.example:6379/", "10.1.0.1"),
        ("localhost:11434", "http://localhost/", "127.0.0.1"),
        ("localhost:11434", "http://localhost:6379/", "127.0.0.1"),
        ("localhost:11434", "http://evil.example:11434/", "127.0.0.1"),
        ("169.254.0.0/16", "http://a.example/", "169.254.169.254"),
        ("0.0.0.0/0", "http://a.example/", "169.254.169.254"),
        ("64:ff9b::/96", "http://old.example/", "64:ff9b::a00:1"),
        ("10.0.0.5:3000", "http://pub.example:3000/", "93.184.216.34"),
    ],
)
def test_and_nothing_beside_it(entry: str, url: str, address: str) -> None:
    with pytest.raises((AddressRefused, UrlRefused)):
        check(Policy().allowing(entry), url, address)


def test_what_an_operator_refuses_is_refused_though_it_is_public_or_allowed() -> None:
    policy = Policy(refused=(ip_network("93.184.216.0/24"),)).allowing("93.184.216.34")

    with pytest.raises(AddressRefused):
        check(policy, "http://a.example/", "93.184.216.34")
    check(policy, "http://a.example/", "93.184.217.1")


@pytest.mark.parametrize("port", [0, 22, 25, 3306, 5432, 6379, 9200])
def test_only_usual_ports_are_asked(port: int) -> None:
    with pytest.raises(UrlRefused, match=f"Port {port} may not be asked") as caught:
        Policy().check_target(target_of(parse_url(f"http://a.example:{port}/")))

    assert caught.value.code == "url_refused"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10.0.0.0/33", "is no network"),
        ("10.0.0.1/8", "is no network"),
        ("a b", "is no host and no network"),
        ("0x7f000001", "is no host and no network"),
        ("localhost:0", "has no port from 1 to 65535"),
        ("localhost:web", "has no port from 1 to 65535"),
        ("*", "is no host and no network"),
        ("", "is no host and no network"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        exemption(text)
