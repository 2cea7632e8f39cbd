"""The credentials that a block gets, when it asks for them.

A run has references only. Here one becomes a secret: for the owner of the run and nobody else, after
a look at whether the pin takes such a credential. A block that asks for none costs nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from agents.engine import credentials as needs
from agents.engine.graph import Node
from agents.engine.ids import PinName
from blocks.sdk import BlockError, TransientBlockError
from blocks.sdk.credentials import NAME, Credentials
from credentials import services
from credentials.errors import ProviderUnavailable
from kernel.errors import TrellisError
from kernel.jsontypes import JSONValue
from telemetry.redaction import MARK

SHORTEST = 6  # characters: what is shorter is a part of too many words

Masks = Callable[[], Mapping[str, Any]]


class CredentialRequired(BlockError):
    """No credential was chosen for the node."""

    code = "credentials_required"


class CredentialUnusable(BlockError):
    """The credential that was chosen cannot be used."""

    code = "credentials_unusable"


class Keyring:
    """The credentials that were chosen for a node execution. Satisfies ``CredentialsAccess``.

    ``masks`` returns what the run was given for the node's pins; it is asked only if need be.
    """

    def __init__(self, owner_id: Any, node: Node, data: Mapping[str, Any], masks: Masks) -> None:
        self._owner_id = owner_id
        self._node = node
        self._data = data
        self._masks = masks
        self._secrets: set[str] = set()

    def get(self, pin: str = NAME) -> Credentials:
        found = self.find(pin)
        if found is None:
            raise CredentialRequired(
                f"`{pin}` of {self._node.title!r} needs a credential. Choose one in the node, or "
                "give one to the run."
            )
        return found

    def find(self, pin: str = NAME) -> Credentials | None:
        if pin not in needs.pins_of(self._node):
            raise BlockError(f"The block declares no credentials pin {pin!r}.")
        masks = self._masks()
        if pin in masks and masks[pin] is None:  # the author's choice, in an agent that is lent
            return None
        chosen = needs.reference(masks.get(pin)) or needs.reference(self._data.get(pin))
        if chosen is None:
            return None
        found = self._use(str(chosen["id"]))
        need = needs.need_of(self._node, PinName(pin), self._data)
        if found.provider not in need.providers or found.kind not in need.kinds:
            takes = " or ".join(sorted(need.providers))
            raise CredentialUnusable(
                f"`{pin}` of {self._node.title!r} takes credentials of {takes}, and "
                f"{found.title!r} is a credential of {found.provider}. Choose another one."
            )
        self._secrets.update(text for text in found.secrets() if len(text) >= SHORTEST)
        return found

    def secrets(self) -> Collection[str]:
        """Return the secrets that the block got so far."""
        return frozenset(self._secrets)

    def cleaned(self, value: JSONValue) -> JSONValue:
        """Return a value that leaves the block without the secrets that the block got."""
        return without(value, self._secrets) if self._secrets else value

    def _use(self, id: str) -> Credentials:
        try:
            return services.use(self._owner_id, UUID(id))
        except ProviderUnavailable as error:
            raise TransientBlockError(error.message) from None
        except TrellisError as error:
            raise CredentialUnusable(error.message) from None
        except ValueError:
            raise CredentialUnusable(
                f"{id[:60]!r} is not the id of a credential. Choose one for this node."
            ) from None


def without(value: JSONValue, secrets: Iterable[str]) -> JSONValue:
    """Return the value with a mark in place of the secrets, at any depth."""
    match value:
        case str():
            for secret in secrets:
                value = value.replace(secret, MARK)
            return value
        case dict():
            return {without(key, secrets): without(child, secrets) for key, child in value.items()}
        case list():
            return [without(child, secrets) for child in value]
    return value
