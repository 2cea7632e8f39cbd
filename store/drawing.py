"""Pictures of listings: what arrives is read as a picture, and only what was drawn of it is kept.

* The formats are a list, and their number of pixels is known before anything is decoded: a small file
  cannot become a large memory. One picture is decoded at a time in each process.
* It is drawn anew, no larger than a page shows it, as WebP. So nothing that the file carried beside the
  picture stays: no place or camera (EXIF), no comment, no second file behind the first.
"""

import io
import warnings
from dataclasses import dataclass
from threading import Lock

from PIL import Image, ImageOps

from accounts.avatars import FORMATS, LONGEST_SIDE, MOST_PIXELS, NotAPicture
from kernel.errors import TrellisError

MEDIA_TYPE = "image/webp"
MOST_BYTES = 10 * 1024 * 1024
WIDEST, HIGHEST = 1600, 1200
SHORTEST_SIDE = 64
QUALITY = 82

_one_at_a_time = Lock()


class ListingPictureTooLarge(TrellisError):
    """The picture is larger than 10 MB or 24 megapixels. Make it smaller; 1600 × 1200 are enough."""

    code = "listing_picture_too_large"
    status = 413


class PictureTooSmall(TrellisError):
    """The picture has fewer than 64 pixels on a side. Nobody would recognise it; send a larger one."""

    code = "picture_too_small"


@dataclass(frozen=True)
class Drawn:
    """A picture as it is kept."""

    content: bytes
    width: int
    height: int


def drawn(content: bytes) -> Drawn:
    """Return the picture as WebP, no larger than it is shown.

    Raises ListingPictureTooLarge, PictureTooSmall or NotAPicture.
    """
    if len(content) > MOST_BYTES:
        raise ListingPictureTooLarge
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged metadata, which is dropped anyhow
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                _check_size(picture)
                # JPEG can be decoded at a fraction of its size.
                picture.draft("RGB", (WIDEST, HIGHEST))
                return _webp(picture)
        except (ListingPictureTooLarge, PictureTooSmall):
            raise
        except Image.DecompressionBombError:
            raise ListingPictureTooLarge from None
        except Exception:
            raise NotAPicture from None


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise ListingPictureTooLarge
    if min(width, height) < SHORTEST_SIDE:
        raise PictureTooSmall


def _webp(picture: Image.Image) -> Drawn:
    """Return the picture (its first frame), the right way up."""
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    # Onto a new canvas: what Pillow keeps beside the pixels stays behind.
    canvas = Image.new("RGBA", upright.size)
    canvas.paste(upright)
    written = io.BytesIO()
    canvas.save(written, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return Drawn(written.getvalue(), *upright.size)
