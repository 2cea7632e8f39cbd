"""Where mail goes: one ``EMAIL_URL`` as Django's settings."""

from typing import Any
from urllib.parse import unquote, urlsplit

from config.env import ConfigurationError

CONSOLE = "accounts.mail.ConsoleBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
# Each scheme's usual port, and how it is encrypted.
SCHEMES: dict[str, tuple[int, dict[str, bool]]] = {
    "smtp": (587, {"EMAIL_USE_TLS": True}),
    "smtps": (465, {"EMAIL_USE_SSL": True}),
    "smtp+plain": (25, {}),
}
SECONDS = 10  # a person waits for the page that sends a mail


def mail_settings(url: str) -> dict[str, Any]:
    """Return Django's ``EMAIL_…`` settings; without a URL, mails are printed.

    ``smtp://user:password@host:587`` upgrades to TLS, ``smtps://`` begins with it, and
    ``smtp+plain://`` sends in clear, for a server on the same machine. Raises ConfigurationError.
    """
    if url in {"", "console:", "console://"}:
        return {"EMAIL_BACKEND": CONSOLE}
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise ConfigurationError(f"EMAIL_URL cannot be read: {error}.") from None
    if parts.scheme not in SCHEMES or not host:
        # The URL itself holds a password: it is not repeated.
        raise ConfigurationError(
            "EMAIL_URL is no mail server's address. Use smtp://user:password@host:587, smtps://…, "
            "smtp+plain://… or console:."
        )
    usual, encryption = SCHEMES[parts.scheme]
    return {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or usual,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_TIMEOUT": SECONDS,
        **encryption,
    }
