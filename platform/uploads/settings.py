"""What an instance says about files."""

from typing import TypedDict


class UploadSettings(TypedDict):
    """Each from an environment variable; docs/operations.md explains them."""

    max_bytes: int
    retention_days: int  # after the last use; 0: they stay
