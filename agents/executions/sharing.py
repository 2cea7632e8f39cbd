"""Share a run by a secret link, and end that again.

Whoever has the link sees what the run gave and how it went, and nothing else of its owner. The
link's text has 256 random bits; a SHA-256 of it is kept, as of API keys.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.timezone import now

from agents.executions import auditing
from agents.executions.models import Execution, Share
from audit.actions import Action
from kernel.errors import Conflict
from kernel.standing import Credential

HEAD = "trsh_"
PATTERN = re.compile(HEAD + r"[0-9A-Za-z_-]{43}")
MOST_SHARES = 20  # of a run, without those that have ended


class TooManyShares(Conflict):
    """This run has as many links as one may have. Revoke some first."""

    code = "too_many_shares"


@dataclass(frozen=True)
class Shared:
    """A share, and the text of its link."""

    share: Share
    token: str


@transaction.atomic
def share(execution: Execution, *, expires_at: datetime | None = None) -> Shared:
    """Return a new link to the run. Raises TooManyShares or NotFound; then there is none."""
    run = Execution.objects.locked(execution.pk)  # one at a time, so that the count is right
    if Share.objects.living().filter(execution=run).count() >= MOST_SHARES:
        raise TooManyShares(f"This run has {MOST_SHARES} links, the most it may have. Revoke some.")
    token = f"{HEAD}{secrets.token_urlsafe(32)}"
    made = Share.objects.create(
        execution=run, digest=_digest(token), tail=token[-4:], expires_at=expires_at
    )
    until = {} if expires_at is None else {"expires_at": expires_at.isoformat()}
    auditing.line(Action.RUN_SHARED, run, **_named(made), **until).save()
    return Shared(made, token)


@transaction.atomic
def revoke(share: Share) -> Share:
    """Return the share, ended for good. Again, it changes nothing."""
    rows = Share.objects.filter(pk=share.pk, revoked_at=None)
    if rows.update(revoked_at=now()):
        run = Execution.objects.with_graph().defer("inputs").get(pk=share.execution_id)
        auditing.line(Action.RUN_LINK_REVOKED, run, **_named(share)).save()
    share.refresh_from_db()
    return share


def find_shared(token: str) -> Share | None:
    """Return the share of the link, with its run and graph; None where the link shows nothing."""
    if not PATTERN.fullmatch(token):
        return None
    rows = Share.objects.opening().select_related("execution__graph_version")
    rows = rows.defer(
        "execution__inputs",
        "execution__nodes_input_masks",
        "execution__credential_inputs",
        "execution__graph_version__document",
    )
    return rows.filter(digest=_digest(token)).first()


@dataclass(frozen=True)
class ShareCredential(Credential):
    """A link as a credential of connections that last: it ends with the share."""

    share_id: UUID

    @classmethod
    def holding(cls, them: Collection[Self]) -> set[Self]:
        rows = Share.objects.opening().filter(pk__in={one.share_id for one in them})
        return {cls(pk) for pk in rows.values_list("pk", flat=True)}

    def bearer(self) -> Any:
        return AnonymousUser()


def _named(share: Share) -> dict[str, str]:
    """Return by what people tell links apart."""
    return {"link": str(share.pk), "tail": share.tail}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("ascii")).hexdigest()
