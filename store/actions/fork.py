"""A user makes an agent of their own from one that they may look at."""

from typing import Any

from django.db import transaction

from accounts.models import User
from agents.graphs import services as graphs
from agents.graphs import sight
from agents.graphs.exchange import LONGEST_NAME
from agents.graphs.models import GraphVersion

COPY = " (copy)"


@transaction.atomic
def fork(user: User, version: GraphVersion) -> GraphVersion:
    """Return the first version of the user's own copy, in which everything has new ids.

    It has what an export has: no secrets, no values that its author filled in, no webhooks or
    schedules. Sub-agents of the same creator are copied along; those of others stay pinned, and the
    user needs them in the library. Raises GraphHidden; then nothing was made.
    """
    if not sight.may_see(user.pk, version):
        raise sight.GraphHidden
    file: dict[str, Any] = graphs.export(version)
    file["name"] = version.name[: LONGEST_NAME - len(COPY)] + COPY
    file["forked_from_id"] = str(version.agent_id)
    file["forked_from_version"] = version.version
    return graphs.create_agent(user, file)
