"""The address under which others reach this instance, for mails and for machines that call back."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from config.env import ConfigurationError


def public_url(text: str, hosts: Sequence[str], *, https: bool) -> str:
    """Return the address, without a path: the one that is given, else that of the first host served.

    Raises ConfigurationError where the given one is no address of a site.
    """
    if not text:
        return f"https://{hosts[0]}" if https and hosts else "http://127.0.0.1:8000"
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ConfigurationError(
            f"PUBLIC_URL={text!r} is no address of this instance. Use one such as "
            "https://trellis.example.org, without a path."
        )
    return f"{parts.scheme}://{parts.netloc}"
