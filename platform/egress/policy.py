"""Who may be asked: the public internet on usual ports, and what the instance allows besides."""

import logging
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_network

from egress.addresses import METADATA, Address, Network, embedded, is_public
from egress.errors import AddressRefused, EgressError, UrlRefused
from egress.metrics import REFUSALS
from egress.targets import Target, check_host, literal

USUAL_PORTS = (80, 443, 8080, 8443)

logger = logging.getLogger("egress")


@dataclass(frozen=True)
class Exemption:
    """One entry of the list of what is allowed: a host, every host below a name, or a network."""

    host: str = ""
    below: str = ""
    network: Network | None = None
    port: int | None = None

    def names(self, host: str) -> bool:
        """Return whether the entry names the host."""
        return host == self.host or bool(self.below and host.endswith(f".{self.below}"))

    def holds(self, address: Address) -> bool:
        """Return whether the address is in the entry's network."""
        if self.network is None or address.version != self.network.version:
            return False
        exact = self.network.prefixlen == self.network.max_prefixlen
        return address in self.network and (exact or address not in METADATA)


def exemption(text: str) -> Exemption:
    """Return the entry that somebody wrote; ValueError says what is wrong with it.

    ``intranet.example``, ``*.corp.example``, ``10.1.0.0/16``, ``192.168.1.7``, ``localhost:11434``,
    ``[fd12::7]:8000``.
    """
    host, port = _split(text.strip().lower())
    try:
        return Exemption(network=ip_network(host), port=port)
    except ValueError:
        if "/" in host:
            raise ValueError(f"{text!r} is no network, such as 10.1.0.0/16.") from None
    name = host.removeprefix("*.")
    try:
        check_host(name)
    except UrlRefused as error:
        raise ValueError(f"{text!r} is no host and no network: {error.message}") from None
    return Exemption(below=name, port=port) if name != host else Exemption(host=host, port=port)


def _split(text: str) -> tuple[str, int | None]:
    """Return the host, without brackets, and the port."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    if not port:
        return host, None
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} has no port from 1 to 65535 after its colon.")
    return host, int(port)


@dataclass(frozen=True)
class Policy:
    """What may be asked for. Without anything said: the public internet on usual ports."""

    ports: tuple[int, ...] = USUAL_PORTS
    allowed: tuple[Exemption, ...] = ()
    refused: tuple[Network, ...] = ()

    def allowing(self, *entries: str) -> "Policy":
        """Return this policy with more that is allowed, for an address that an operator set."""
        return replace(self, allowed=(*self.allowed, *map(exemption, entries)))

    def check_target(self, target: Target) -> None:
        """Raise EgressError where the target may not be asked, as far as that can be known
        without its addresses.
        """
        try:
            self._check_port(target)
            address = literal(target.host)
            if address is not None:
                self._check_address(target.host, target.port, address)
        except EgressError as error:
            raise told(error, target.host, target.port) from None

    def check_address(self, host: str, port: int, address: Address) -> None:
        """Raise AddressRefused where nobody may connect to the address, which the host has."""
        try:
            self._check_address(host, port, address)
        except EgressError as error:
            raise told(error, host, port) from None

    def _check_port(self, target: Target) -> None:
        for entry in self.allowed:
            if entry.port == target.port and (entry.network or entry.names(target.host)):
                return
        if target.port not in self.ports:
            raise UrlRefused(
                f"Port {target.port} may not be asked, only {', '.join(map(str, self.ports))}."
                f" An operator can add it to EGRESS_PORTS, or {target.host}:{target.port} to"
                " EGRESS_ALLOW."
            )

    def _check_address(self, host: str, port: int, address: Address) -> None:
        if any(address.version == block.version and address in block for block in self.refused):
            raise AddressRefused(f"The host {host!r} is in a network that may not be asked.")
        if self._allows(host, port, address):
            return
        if is_public(address) and port in self.ports:
            return
        if is_public(address):
            raise UrlRefused(f"Port {port} of {host!r} may not be asked.")
        raise AddressRefused(
            f"The host {host!r} is not on the public internet. An operator can allow it with"
            " EGRESS_ALLOW."
        )

    def _allows(self, host: str, port: int, address: Address) -> bool:
        """Return whether the list allows the address, and the one inside of it if there is."""
        inner = embedded(address) if isinstance(address, IPv6Address) else None
        entries = [
            entry
            for entry in self.allowed
            if entry.port == port or (entry.port is None and port in self.ports)
        ]
        named = any(entry.names(host) for entry in entries) and address not in METADATA
        if not named and not any(entry.holds(address) for entry in entries):
            return False
        return inner is None or self._inner_is_fine(entries, inner)

    def _inner_is_fine(self, entries: list[Exemption], inner: IPv4Address) -> bool:
        return is_public(inner) or any(entry.holds(inner) for entry in entries)


def told(error: EgressError, host: str, port: int | None) -> EgressError:
    """Return the error, counted and logged: somebody may be trying doors."""
    REFUSALS.labels(error.code).inc()
    logger.warning(
        "%s",
        error.message,
        extra={"action": "egress_refused", "code": error.code, "host": host, "port": port},
    )
    return error
