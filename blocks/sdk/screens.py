"""How a block gets pictures of web pages."""

from typing import Literal, Protocol

PictureFormat = Literal["png", "jpeg", "webp"]


class Screens(Protocol):
    """A browser of this instance, where it has one."""

    def take(
        self,
        url: str,
        *,
        width: int,
        height: int,
        full_page: bool = False,
        format: PictureFormat = "png",
    ) -> bytes:
        """Return a picture of the page, of a window of this size or of all of it.

        Each request of the page is checked as those of ``http`` are. Raises RequestFailed, or
        RequestFailedForNow where trying again may help.
        """
