"""Which addresses are on the public internet."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egress.addresses import METADATA, embedded, is_public

PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:800::200e")
NOT_PUBLIC = (
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "2606:4700:0:1:0:5efe:7f00:1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("text", PUBLIC)
def test_it_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_it_is_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


def test_nobody_hands_out_keys_on_the_public_internet() -> None:
    assert [address for address in METADATA if is_public(address)] == []


@settings(max_examples=500)
@given(st.ip_addresses(v=4))
def test_what_is_public_is_global_for_the_standard_library(address: IPv4Address) -> None:
    private = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )

    assert not (is_public(address) and (private or not address.is_global))


@settings(max_examples=500)
@given(st.ip_addresses(v=6))
def test_the_same_holds_of_version_6(address: IPv6Address) -> None:
    private = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_site_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )

    assert not (is_public(address) and (private or not address.is_global))


WAYS = (
    "::ffff:{}",
    "::{}",
    "64:ff9b::{}",
    "64:ff9b:1::{}",
    "2606:4700::5efe:{}",
    "2606:4700::200:5efe:{}",
)


@settings(max_examples=300)
@given(inner=st.ip_addresses(v=4), way=st.sampled_from(WAYS))
def test_no_way_to_another_address_is_public(inner: IPv4Address, way: str) -> None:
    outer = IPv6Address(way.format(inner))

    assert not is_public(outer)
    assert embedded(outer) in {inner, None} if int(inner) <= 1 else embedded(outer) == inner


@given(st.ip_addresses(v=4))
def test_addresses_of_6to4_and_teredo_are_not_public(inner: IPv4Address) -> None:
    number = int(inner)
    sixtofour = IPv6Address((0x2002 << 112) | (number << 80) | 1)
    teredo = IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF))

    assert (embedded(sixtofour), embedded(teredo)) == (inner, inner)
    assert not is_public(sixtofour)
    assert not is_public(teredo)
