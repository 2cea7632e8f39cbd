"""Pictures of people: what arrives is read as a picture, and only what was drawn of it is kept.

* The formats are a list, and their number of pixels is known before anything is decoded: a small file
  cannot become a large memory. One picture is decoded at a time in each process.
* It is drawn anew, square and small, as WebP. So nothing that the file carried beside the picture
  stays: no place or camera (EXIF), no comment, no second file behind the first.
"""

import io
import warnings
from threading import Lock
from typing import IO
from uuid import UUID

from django.db import transaction
from PIL import Image, ImageOps

from accounts.models import Avatar, User
from kernel.errors import TrellisError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MEDIA_TYPE = "image/webp"
SIDE = 256  # pixels
LONGEST_SIDE = 10_000
MOST_PIXELS = 24_000_000
MOST_BYTES = 5 * 1024 * 1024
QUALITY = 82

_one_at_a_time = Lock()


class PictureTooLarge(TrellisError):
    """The picture is larger than 5 MB or 24 megapixels. Make it smaller; 256 pixels are enough."""

    code = "picture_too_large"
    status = 413


class NotAPicture(TrellisError):
    """This cannot be read as a picture. Use a PNG, JPEG, WebP or GIF file."""

    code = "not_a_picture"


def change(user: User, file: IO[bytes]) -> Avatar:
    """Return the person's new avatar. Raises PictureTooLarge or NotAPicture; then nothing changed."""
    content = drawn(file.read(MOST_BYTES + 1))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at a time: the last stays
        Avatar.objects.filter(user=user).delete()
        return Avatar.objects.create(user=user, content=content)


def find(pk: UUID) -> Avatar | None:
    """Return the picture with this address: who knows it may see it. None where there is none."""
    return Avatar.objects.filter(pk=pk).first()


def remove(user: User) -> None:
    """Take the person's avatar away."""
    Avatar.objects.filter(user=user).delete()


def drawn(content: bytes) -> bytes:
    """Return the picture as a square of 256 pixels in WebP. Raises PictureTooLarge or NotAPicture."""
    if len(content) > MOST_BYTES:
        raise PictureTooLarge
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged metadata, which is dropped anyhow
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                _check_size(picture)
                # JPEG can be decoded at a fraction of its size.
                picture.draft("RGB", (2 * SIDE, 2 * SIDE))
                return _webp(picture)
        except PictureTooLarge:
            raise
        except Image.DecompressionBombError:
            raise PictureTooLarge from None
        except Exception:
            raise NotAPicture from None


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise PictureTooLarge


def _webp(picture: Image.Image) -> bytes:
    """Return the middle of the picture (of its first frame), the right way up."""
    upright = ImageOps.exif_transpose(picture)
    square = ImageOps.fit(upright.convert("RGBA"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    # Onto a new canvas: what Pillow keeps beside the pixels stays behind.
    canvas = Image.new("RGBA", (SIDE, SIDE))
    canvas.paste(square)
    canvas.save(written, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return written.getvalue()
