"""End at the provider what is deleted here."""

import logging
from collections.abc import Callable

from credentials import registry
from credentials.client import WAY, Client, is_set_up
from credentials.discovery import Way
from credentials.errors import CredentialUnreadable
from credentials.kinds import Kind
from credentials.models import Credential
from kernel.errors import TrellisError

logger = logging.getLogger(__name__)


def revocation(row: Credential) -> Callable[[], bool] | None:
    """Return what ends the credential at its provider; None where the provider has no way to.

    It needs nothing of the row any more. It returns whether that worked, and never raises.
    """
    provider = registry.find(row.provider)
    if row.kind != Kind.OAUTH2 or provider is None or not is_set_up(provider):
        return None
    try:
        secret = row.secret()
    except CredentialUnreadable:
        return None
    way = Way.read(secret.get(WAY))
    oauth = way.oauth if way else provider.oauth
    if oauth is None or not oauth.revoke_url:
        return None

    def revoke() -> bool:
        try:
            return Client(provider, way=way).revoke(secret)
        except (TrellisError, ValueError) as error:
            logger.warning(
                "%s did not revoke a token: %s",
                provider.title,
                error,
                extra={"action": "credential_not_revoked"},
            )
            return False

    return revoke
