"""The providers as a table of `docs/credentials.md`; a test holds the page to it."""

from credentials import registry


def table() -> str:
    """Return a row for each provider."""
    rows = []
    for one in registry.every():
        kinds = ", ".join(f"`{kind}`" for kind in one.kinds)
        hosts = ", ".join(f"`{host}`" for host in one.hosts) or "the credential's own"
        rows.append(f"| `{one.name}` | {one.title} | {kinds} | {hosts} |\n")
    return "".join(rows)
