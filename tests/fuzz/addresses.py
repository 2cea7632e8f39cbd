"""Addresses, in all the ways in which people hide one."""

from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from egress.addresses import Address
from egress.errors import EgressError
from egress.policy import Policy
from egress.resolving import checked
from egress.targets import parse_url, target_of

NUMBERS_4 = st.integers(0, 2**32 - 1)
NEAR_4 = st.sampled_from(
    [
        "0.0.0.0",
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "8.8.8.8",
        "1.1.1.1",
    ]
).map(lambda text: int(IPv4Address(text)))
ANY_4 = st.one_of(NUMBERS_4, NEAR_4)


def _spellings(number: int) -> SearchStrategy[str]:
    a, b, c, d = number.to_bytes(4, "big")
    return st.sampled_from(
        [
            f"{a}.{b}.{c}.{d}", str(number), hex(number), f"0{number:o}", f"{a}.{b}.{c * 256 + d}",
            f"{a}.{b * 65536 + c * 256 + d}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.{b}.{c}.{d}",
            f"[::ffff:{a}.{b}.{c}.{d}]", f"[::{a}.{b}.{c}.{d}]", f"[64:ff9b::{number:x}]"
            if number < 65536 else f"[64:ff9b::{number >> 16:x}:{number & 65535:x}]",
            f"[2002:{number >> 16:x}:{number & 65535:x}::]", f"{a}.{b}.{c}.{d}.", f"{a}。{b}。{c}。{d}",
            f"{a}.{b}.{c}.{d}.nip.io", f"{a}%2e{b}.{c}.{d}", f"user@{a}.{b}.{c}.{d}",
            f"example.org@{a}.{b}.{c}.{d}", f"{a}.{b}.{c}.{d}#@example.org",
            f"example.org\\@{a}.{b}.{c}.{d}", f"{a}.{b}.{c}.{d}%00.example.org",
        ]
    )  # fmt: skip


HOSTS = st.one_of(
    ANY_4.flatmap(_spellings),
    st.integers(0, 2**128 - 1).map(lambda n: f"[{IPv6Address(n)}]"),
    st.sampled_from(
        [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "ip6-localhost",
            "metadata.google.internal",
            "[::]",
            "[::1]",
            "[fe80::1%25eth0]",
            "[fd00:ec2::254]",
            "ⓛocalhost",
            "①②⑦.0.0.1",
            "127.1",
            "0",
            "0x7f.1",
            "example.org",
        ]
    ),
    st.text(min_size=1, max_size=20),
)
URLS = st.builds(
    lambda scheme, host, port, path: f"{scheme}://{host}{port}{path}",
    st.sampled_from(["http", "https", "HTTP", "ftp", "file", "gopher", "http:", " http", "ht\ttp"]),
    HOSTS,
    st.sampled_from(["", ":80", ":443", ":22", ":0", ":99999", ":8080", ": 80", ":٨٠"]),
    st.one_of(st.just(""), st.text(max_size=10).map(lambda t: "/" + t)),
)
ADDRESSES: SearchStrategy[Address] = st.one_of(
    ANY_4.map(IPv4Address),
    st.integers(0, 2**128 - 1).map(IPv6Address),
    ANY_4.map(lambda n: IPv6Address((0xFFFF << 32) | n)),
    ANY_4.map(lambda n: IPv6Address((0x64FF9B << 96) | n)),
    ANY_4.map(lambda n: IPv6Address((0x2002 << 112) | (n << 80))),
)


def guard_lets_public_addresses_through_only(url: str, found: list[Address]) -> None:
    """What may be asked is public by what `ipaddress` knows, for every way to write it."""
    policy = Policy()
    try:
        target = target_of(parse_url(url))
        policy.check_target(target)
        dialed = checked(target.host, target.port, found, policy)
    except EgressError:
        return
    assert target.scheme in {"http", "https"}
    assert target.port in policy.ports
    for address in dialed:
        assert address.is_global, address
        assert not address.is_multicast
        if isinstance(address, IPv6Address):
            assert address.ipv4_mapped is None
            assert address.sixtofour is None
            assert address.teredo is None
