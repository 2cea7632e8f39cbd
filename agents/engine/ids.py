"""Names for strings, so that a signature can be read alone."""

from typing import NewType

from blocks.sdk import PinName

NodeId = NewType("NodeId", str)

__all__ = ["NodeId", "PinName"]
