"""What may become of a version of a listing, and by whom. Plain Python, so that all of it is tested.

A version is written (DRAFT), sent (PENDING) and decided (APPROVED or REJECTED). Its creator may take
it back (WITHDRAWN) until it is rejected, and after it was approved. REJECTED and WITHDRAWN are ends: the
next try is a new version. A listing as a whole can be suspended, whatever its versions are: nobody sees
it then, and nothing of it is approved before it is restored.
"""

from collections.abc import Collection
from enum import StrEnum


class State(StrEnum):
    """How far a version of a listing is."""

    DRAFT = "DRAFT"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What somebody does about a version, or about its listing as a whole."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    RESTORE = "restore"


class Role(StrEnum):
    """What somebody is to a listing; one person may be several."""

    CREATOR = "creator"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


OPEN = frozenset({State.DRAFT, State.PENDING})
"""What is not decided yet: a listing has one such version at the most."""

MOVES: dict[Action, dict[State, State]] = {
    Action.EDIT: {State.DRAFT: State.DRAFT, State.PENDING: State.PENDING},
    Action.SUBMIT: {State.DRAFT: State.PENDING},
    Action.WITHDRAW: dict.fromkeys((State.DRAFT, State.PENDING, State.APPROVED), State.WITHDRAWN),
    Action.APPROVE: {State.PENDING: State.APPROVED},
    Action.REJECT: {State.PENDING: State.REJECTED},
}
OF_CREATORS = frozenset({Action.EDIT, Action.SUBMIT, Action.WITHDRAW})


def may(action: Action, roles: Collection[Role]) -> bool:
    """Return whether somebody who is all this to a listing may do it.

    Moderators leave their own agents to others; only administrators, who may be alone, do not.
    """
    if action in OF_CREATORS:
        return Role.CREATOR in roles
    if Role.ADMINISTRATOR in roles:
        return True
    return Role.MODERATOR in roles and Role.CREATOR not in roles


def after(action: Action, state: State, *, suspended: bool = False) -> State | None:
    """Return what the version is after the action; None where that cannot be done to it."""
    match action:
        case Action.SUSPEND:
            return None if suspended else state
        case Action.RESTORE:
            return state if suspended else None
        case Action.APPROVE if suspended:
            return None
    return MOVES[action].get(state)
