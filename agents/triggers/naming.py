"""Which triggers name a credential."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from agents.triggers.models import Trigger


def triggers_that_name(owner_id: Any, credential: UUID) -> Iterator[str]:
    """Yield the owner's triggers that use the credential, in words."""
    rows = Trigger.objects.filter(owner_id=owner_id, agent__deleted_at=None)
    for name, config, given in rows.values_list("name", "config", "credentials_inputs"):
        ids = {str(one.get("id")) for one in given.values() if isinstance(one, dict)}
        if str(credential) in ids | {str(config.get("credential_id"))}:
            yield f"the trigger {name!r}"
