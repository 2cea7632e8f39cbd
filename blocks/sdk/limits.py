"""How large a value a block may make before it says no."""

from blocks.sdk.errors import BlockError

LARGEST_TEXT = 16 * 1024 * 1024
"""Characters that one text may have."""


def check_text_size(characters: int) -> None:
    """Raise BlockError where a text about to be made would be too large to hand on."""
    if characters > LARGEST_TEXT:
        raise BlockError(
            f"The text would have {characters:,} characters; {LARGEST_TEXT:,} is the most that"
            " a block may make. Work on a smaller part of it."
        )
