"""Why keys cannot be made or changed."""

from kernel.errors import Conflict, TrellisError


class KeyNameTaken(Conflict):
    """You have a key of this name. Choose another name, or revoke that key."""

    code = "key_name_taken"


class KeyRevoked(Conflict):
    """This key is revoked, for good. Make a new one."""

    code = "key_revoked"


class TooManyKeys(Conflict):
    """You have as many keys as one person may have. Revoke some first."""

    code = "too_many_keys"


class BeyondThisKey(TrellisError):
    """A key cannot make or change a key that may do more, or works longer, than itself."""

    code = "beyond_this_key"
    status = 403
