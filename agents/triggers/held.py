"""What this app holds of people: triggers without their secrets, and what arrived."""

from accounts.holdings import Holding, all_but, goes_with_others, only, register
from agents.triggers.models import Arrival, Trigger

register(
    Holding(
        Trigger,
        owner="owner",
        # Named one by one: an address or a secret must never be among them, sealed or not.
        shape=only(
            *("id", "agent_id", "version", "kind", "name", "node_id", "input_name", "config"),
            *(
                "inputs",
                "credentials_inputs",
                "preset_id",
                "node_inputs",
                "is_active",
                "paused_why",
            ),
            *("last_error", "created", "updated"),
        ),
    ),
    Holding(
        Arrival,
        owner="trigger__owner",
        shape=all_but("digest", "signature", "payload", "due_at", "tries"),
        erase=goes_with_others,
    ),
)
