"""Files as answers, a piece at a time."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

PIECE = 256 * 1024


def file_response(
    request: HttpRequest, path: Path, *, name: str, media_type: str
) -> StreamingHttpResponse:
    """Return the file for its receiver to keep; nobody on the way may. No more than a piece is read.

    Raises FileNotFoundError. Django's own response reads all of it at once under ASGI.
    """
    size = path.stat().st_size
    pieces = _async_pieces(path) if isinstance(request, ASGIRequest) else _pieces(path)
    response = StreamingHttpResponse(pieces, content_type=media_type)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


async def _async_pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        read = sync_to_async(file.read, thread_sensitive=False)
        while piece := await read(PIECE):
            yield piece
