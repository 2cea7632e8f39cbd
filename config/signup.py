"""Who may make an account, where nobody has said so."""

from config.env import ConfigurationError

OPEN, PROVIDERS, CLOSED = "open", "providers", "closed"
THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def sign_up(wanted: str, *, is_personal: bool, is_mail_printed: bool) -> str:
    """Return ``open``, ``providers`` or ``closed``. Raises ConfigurationError.

    Unset, sign-up is open only on an instance that is somebody's own: it is reached by names of
    this machine, and its mails, without which nobody can finish, are printed there.
    """
    if wanted in {OPEN, PROVIDERS, CLOSED}:
        return wanted
    if wanted:
        raise ConfigurationError(f"SIGN_UP={wanted!r} is not known. Use open, providers or closed.")
    return OPEN if is_personal and is_mail_printed else CLOSED
