"""Why a trigger cannot be made, and why a call begins nothing."""

from kernel.errors import Conflict, NotFound, TrellisError


class InvalidTrigger(TrellisError):
    """The trigger cannot be kept as it is. Every problem is listed."""

    code = "invalid_trigger"


class TooManyTriggers(Conflict):
    """You have as many triggers as there may be."""

    code = "too_many_triggers"


class NoAddress(Conflict):
    """This trigger has no address: nobody calls it."""

    code = "trigger_without_address"


class SetUpFailed(TrellisError):
    """The other site did not take the webhook."""

    code = "webhook_not_set_up"
    status = 422


class UnknownHook(NotFound):
    """There is nothing at this address, or it takes no calls now."""

    code = "unknown_hook"


class CallRefused(TrellisError):
    """The call does not show that it is genuine."""

    code = "call_refused"
    status = 401


class CallNotReadable(TrellisError):
    """The body of the call cannot be read."""

    code = "call_not_readable"


class CallTypeRefused(TrellisError):
    """Bodies of this type are not taken here. Send JSON as application/json."""

    code = "call_type_refused"
    status = 415


class CallTooSlow(TrellisError):
    """The body of the call did not come in time."""

    code = "call_too_slow"
    status = 408


class TooManyCalls(TrellisError):
    """This address was called too often in a short time. Try again later."""

    code = "too_many_calls"
    status = 429


class MethodRefused(TrellisError):
    """Only POST is taken here."""

    code = "method_not_allowed"
    status = 405


class StartRefused(TrellisError):
    """The call arrived, and its run could not begin."""

    code = "start_refused"
    status = 422


class LookFailed(TrellisError):
    """What the trigger watches cannot be seen."""

    code = "look_failed"
    status = 502
