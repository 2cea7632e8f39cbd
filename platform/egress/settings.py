"""What the instance's settings say about requests that leave."""

from dataclasses import dataclass
from typing import TypedDict

from egress.addresses import Network
from egress.limits import Limits
from egress.policy import Exemption, Policy
from egress.proxies import Proxy


class EgressSettings(TypedDict):
    """The member EGRESS of Django's settings."""

    ports: tuple[int, ...]
    allowed: tuple[Exemption, ...]
    refused: tuple[Network, ...]
    proxy: Proxy | None
    ca_file: str
    limits: Limits
    user_agent: str


@dataclass(frozen=True)
class Instance:
    """How this instance's requests go out."""

    policy: Policy
    limits: Limits
    proxy: Proxy | None
    ca_file: str
    user_agent: str


def configured() -> Instance:
    """Return how this instance's requests go out."""
    from django.conf import settings

    given: EgressSettings = settings.EGRESS
    return Instance(
        policy=Policy(given["ports"], given["allowed"], given["refused"]),
        limits=given["limits"],
        proxy=given["proxy"],
        ca_file=given["ca_file"],
        user_agent=given["user_agent"],
    )
