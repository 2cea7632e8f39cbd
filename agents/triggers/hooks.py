"""Where triggers are called."""

from kernel.links import absolute

HERE = "/hooks/"


def address(token: str) -> str:
    """Return the whole address of a token, as others reach it."""
    return absolute(f"{HERE}{token}/")
