"""``data:`` URIs (RFC 2397): files carried in a value."""

import base64
import binascii
import mimetypes
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from blocks.sdk.errors import BlockError


@dataclass(frozen=True)
class DataFile:
    """The content of a ``data:`` URI and its media type."""

    content: bytes
    media_type: str

    @property
    def extension(self) -> str:
        """Return a file name's ending for the media type, with its dot, or ``.bin``."""
        return mimetypes.guess_extension(self.media_type) or ".bin"


def decode_data_uri(uri: str) -> DataFile:
    """Return the file in a ``data:`` URI. Raises BlockError where the URI is malformed."""
    head, comma, body = uri.removeprefix("data:").partition(",")
    if not comma:
        raise BlockError("The data: URI has no comma between its type and its content.")
    media_type, *parameters = head.split(";")
    if "base64" not in parameters:
        return DataFile(unquote_to_bytes(body), media_type or "text/plain")
    try:
        return DataFile(base64.b64decode(body, validate=True), media_type or "text/plain")
    except (binascii.Error, ValueError):
        raise BlockError("The data: URI says base64, but its content is not.") from None


def encode_data_uri(content: bytes, media_type: str) -> str:
    """Return the file as a ``data:`` URI in base64."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
