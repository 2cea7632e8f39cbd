"""Tell the owner of a trigger what happened to it while nobody looked."""

from accounts.notifications import NotificationType
from agents.triggers.models import Trigger
from notifications.services import Note, tell


def paused(trigger: Trigger, why: str) -> None:
    """Tell that the trigger was paused, with a link to where it can be mended."""
    tell(
        Note(
            trigger.owner_id,
            NotificationType.TRIGGER_PAUSED,
            f"The trigger {trigger.name} was paused",
            why,
            f"/triggers/{trigger.pk}/",
            about=f"trigger {trigger.pk}",
        )
    )
