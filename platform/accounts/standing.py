"""Sessions and tokens as credentials of connections that last."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Self, cast

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.timezone import now
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.external import Claims
from accounts.models import User
from accounts.tokens import MARK
from kernel.standing import Credential


def roles_of(user: User) -> tuple[str, ...]:
    """Return what the person is beside a person: a connection ends when one of these is lost."""
    groups = user.groups.order_by("name").values_list("name", flat=True)
    return (*_flags(user), *groups)


def people(pks: Iterable[int]) -> dict[int, tuple[User, set[str]]]:
    """Return the active people among these, with their roles, by their ids, in one query."""
    names = ArrayAgg("groups__name", filter=Q(groups__isnull=False), default=[])
    rows = User.objects.filter(pk__in=set(pks), is_active=True).annotate(names=names)
    return {user.pk: (user, {*_flags(user), *user.names}) for user in rows}


def _flags(user: User) -> list[str]:
    return [name for name in ("is_staff", "is_superuser") if getattr(user, name)]


@dataclass(frozen=True)
class PersonCredential(Credential):
    """What is somebody's own, and so ends when the person may not come in, or loses a role."""

    user_id: int
    roles: tuple[str, ...]

    @classmethod
    def holding(cls, them: Collection[Self]) -> set[Self]:
        known = people(one.user_id for one in them)
        found = {one for one in them if one.user_id in known}
        kept = {one for one in found if known[one.user_id][1].issuperset(one.roles)}
        return cls.good(kept, {pk: user for pk, (user, _) in known.items()})

    @classmethod
    def good(cls, them: set[Self], users: dict[int, User]) -> set[Self]:
        """Return those that are still good of themselves."""
        raise NotImplementedError

    def bearer(self) -> User | None:
        return User.objects.filter(pk=self.user_id, is_active=True).first()


@dataclass(frozen=True)
class SessionCredential(PersonCredential):
    """The session of a browser: it ends with the sign-out, a new password, or its time."""

    session: str
    auth_hash: str

    @classmethod
    def of(cls, user: User, session: str) -> Self:
        return cls(user.pk, roles_of(user), session, user.get_session_auth_hash())

    @classmethod
    def good(cls, them: set[Self], users: dict[int, User]) -> set[Self]:
        keys = {one.session for one in them}
        rows = Session.objects.filter(session_key__in=keys, expire_date__gt=now())
        alive = {row.session_key: row for row in rows}
        return {
            one
            for one in them
            if one.session in alive and one._is_signed(alive[one.session], users[one.user_id])
        }

    def _is_signed(self, session: Session, user: User) -> bool:
        """Return whether the session is that of the person as they sign in now."""
        present = user.get_session_auth_hash()
        if self.auth_hash == present:
            return True
        # Whoever signs out everywhere else goes on in this one session, with a new hash.
        kept = session.get_decoded().get(HASH_SESSION_KEY, "")
        return constant_time_compare(str(kept), present)


@dataclass(frozen=True)
class TokenCredential(PersonCredential):
    """A token: it ends with its hour, with a new password, and with signing out everywhere."""

    until: float
    issued_at: float | None  # of a provider's token; ours carry the two marks instead
    mark: str
    password: str

    @classmethod
    def of(cls, user: User, token: Token | Claims) -> Self:
        roles = roles_of(user)
        if isinstance(token, Claims):
            return cls(user.pk, roles, token.expires_at, token.issued_at, "", "")
        password = str(token.get(api_settings.REVOKE_TOKEN_CLAIM, ""))
        mark = str(token.get(MARK, ""))
        return cls(user.pk, roles, float(token["exp"]), None, mark, password)

    @classmethod
    def good(cls, them: set[Self], users: dict[int, User]) -> set[Self]:
        moment = now().timestamp()
        return {one for one in them if moment < one.until and one._is_current(users[one.user_id])}

    def _is_current(self, user: User) -> bool:
        if self.issued_at is not None:
            return not user.signed_out_at or self.issued_at > user.signed_out_at.timestamp()
        password = cast(Any, get_md5_hash_password)(user.password)
        return self.mark == user.sign_out_mark and self.password == password
