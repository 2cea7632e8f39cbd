"""Pictures to send."""

import io

from PIL import Image


def picture(size: tuple[int, int] = (400, 300), kind: str = "PNG", **options: object) -> io.BytesIO:
    """Return a file with a picture: its left half red, its right half blue."""
    canvas = Image.new("RGB", size, "blue")
    canvas.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    canvas.save(file, kind, **options)
    file.name = f"picture.{kind.lower()}"
    file.seek(0)
    return file
