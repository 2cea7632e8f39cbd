"""From a name to the addresses that it has now, once and within a time."""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from egress.addresses import Address
from egress.errors import HostNotFound
from egress.limits import Budget
from egress.policy import Policy
from egress.targets import check_host, literal

Resolver = Callable[[str, int], Sequence[Address]]

MOST_ADDRESSES = 4  # of a name, tried one after the other
SLICE_SECONDS = 0.25  # between two looks at whether the request is still wanted


def system_resolver(host: str, port: int) -> list[Address]:
    """Return the host's addresses as this machine finds them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A scope (fe80::1%eth0) stays in the text, so that it is refused.
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))


def addresses_to_dial(
    host: str, port: int, *, policy: Policy, budget: Budget, resolver: Resolver
) -> Sequence[Address]:
    """Return the addresses of the host that may be connected to, all of them checked.

    Raises EgressError. One address among them that is not public refuses all: whoever mixes them
    hopes that somebody tries the other one next.
    """
    check_host(host)
    known = literal(host)
    found = [known] if known is not None else _resolve(host, port, budget, resolver)
    return checked(host, port, found, policy)


async def addresses_to_dial_async(
    host: str, port: int, *, policy: Policy, resolver: Resolver
) -> Sequence[Address]:
    """Return the same as `addresses_to_dial`, in a task whose time is limited by its caller."""
    check_host(host)
    known = literal(host)
    if known is not None:
        return checked(host, port, [known], policy)
    try:
        found = await asyncio.to_thread(resolver, host, port)
    except (OSError, UnicodeError, ValueError) as error:
        raise _not_found(host) from error
    return checked(host, port, found, policy)


def checked(host: str, port: int, found: Sequence[Address], policy: Policy) -> Sequence[Address]:
    """Return the first few addresses once none of them all is refused."""
    if not found:
        raise _not_found(host)
    for address in found:
        policy.check_address(host, port, address)
    return found[:MOST_ADDRESSES]


def _resolve(host: str, port: int, budget: Budget, resolver: Resolver) -> Sequence[Address]:
    """Ask in a thread of its own: the system's resolver takes no timeout."""
    answers: SimpleQueue[Sequence[Address] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="egress-resolver", daemon=True).start()
    return _wait_for(answers, host, budget)


def _wait_for(
    answers: "SimpleQueue[Sequence[Address] | Exception]", host: str, budget: Budget
) -> Sequence[Address]:
    waited, most = 0.0, budget.limits.connect_seconds
    while waited < most:
        step = budget.seconds(SLICE_SECONDS) or SLICE_SECONDS
        try:
            answer = answers.get(timeout=step)
        except Empty:
            waited += step
            continue
        if isinstance(answer, Exception):
            raise _not_found(host) from answer
        return answer
    raise HostNotFound(f"Nobody said in {most:g} seconds where the host {host!r} is.")


def _not_found(host: str) -> HostNotFound:
    return HostNotFound(f"There is no host {host!r}, or its name cannot be looked up now.")
