"""API keys as credentials of connections that last."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from accounts.models import User
from apikeys.models import ApiKey
from kernel.access import Grant, Scope
from kernel.standing import Credential


@dataclass(frozen=True)
class KeyCredential(Credential):
    """A key, by the text that was shown: it ends as the key does, and with any scope that it had."""

    key_id: int
    prefix: str  # of the text that was shown: the one before a rotation ends by itself
    scopes: tuple[str, ...]

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """Return the credential of a key that `find` found."""
        return cls(key.pk, key.shown_prefix, tuple(sorted(key.grant.scopes)))

    @classmethod
    def holding(cls, them: Collection[Self]) -> set[Self]:
        rows = ApiKey.objects.select_related("user").in_bulk({one.key_id for one in them})
        return {one for one in them if one._holds(rows.get(one.key_id))}

    def bearer(self) -> User | None:
        key = ApiKey.objects.select_related("user").filter(pk=self.key_id).first()
        if key is None or not self._holds(key):
            return None
        key.user.grant = Grant(frozenset(Scope(name) for name in self.scopes))
        return key.user

    def _holds(self, key: ApiKey | None) -> bool:
        if key is None or not key.is_usable or not key.grant.scopes.issuperset(self.scopes):
            return False
        return self.prefix == key.prefix or (self.prefix == key.old_prefix and key.takes_old_text)
