"""Which addresses are on the public internet.

An allow-list: an IPv4 address is public if `ipaddress` takes it for global and it is in none of
the blocks below; an IPv6 address only inside the one block that is given out for public use.
The blocks below hold what `ipaddress` calls global, or did in some release of Python 3.11.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata service too
            "168.63.129.16/32",  # Azure's agent for virtual machines
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata service too
            "192.88.99.0/24",  # relays of 6to4
            "224.0.0.0/4",  # multicast
        ),
    )
)
PUBLIC_6 = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address inside
            "3fff::/20",  # documentation
        ),
    )
)
NAT64 = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48")))
ISATAP = (0x00005EFE, 0x02005EFE)
METADATA: frozenset[Address] = frozenset(
    {
        IPv4Address("100.100.100.200"),
        IPv4Address("168.63.129.16"),
        IPv4Address("169.254.169.254"),
        IPv4Address("169.254.170.2"),
        IPv4Address("169.254.170.23"),
        IPv4Address("192.0.0.192"),
        IPv6Address("fd00:ec2::23"),
        IPv6Address("fd00:ec2::254"),
        IPv6Address("fd20:ce::254"),
    }
)
"""Where clouds hand keys to whoever runs on them. A network that holds one of these may be allowed
without allowing this one: it has to be named by itself."""


def is_public(address: Address) -> bool:
    """Return whether the address is on the public internet, and is no way to another address."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in block for block in NOT_PUBLIC_4)
    if address.scope_id is not None or embedded(address) is not None:
        return False
    return (
        address in PUBLIC_6
        and address.is_global
        and not any(address in block for block in NOT_PUBLIC_6)
    )


def embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to, if it is of a kind that does."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    number = int(address)
    last = IPv4Address(number & 0xFFFFFFFF)
    if address in NAT64[0] or (number >> 32 == 0 and number > 1):  # or compatible with IPv4
        return last
    if address in NAT64[1]:  # the network says where in it the IPv4 address is: here, usually
        return last
    if (number >> 32) & 0xFFFFFFFF in ISATAP:
        return last
    return None
