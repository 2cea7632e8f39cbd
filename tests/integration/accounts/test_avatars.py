"""Pictures of people: only what was drawn of them is kept."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from accounts import avatars
from accounts.models import Avatar, User
from tests.support.avatars import picture

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
URL = "/api/v1/auth/user/avatar/"


def put(client: APIClient, content: bytes, name: str = "me.png") -> tuple[int, str]:
    answer = client.put(URL, {"file": SimpleUploadedFile(name, content)}, format="multipart")
    return answer.status_code, str(answer.json().get("code", ""))


def opened(user: User) -> Image.Image:
    return Image.open(io.BytesIO(bytes(Avatar.objects.get(user=user).content)))


def colour(found: Image.Image, x: int) -> str:
    """Return how the picture looks there, as far as lossy formats keep it."""
    pixel = found.convert("RGB").getpixel((x, 128))
    assert isinstance(pixel, tuple)
    red, _, blue = pixel
    return "red" if red > 2 * blue else "blue" if blue > 2 * red else f"{pixel}"


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it has so many pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_becomes_a_small_square(kind: str, alice: User, api: Api) -> None:
    assert put(api(alice), picture((400, 300), kind).read()) == (200, "")

    found = opened(alice)
    assert (found.format, found.size) == ("WEBP", (256, 256))
    assert (colour(found, 20), colour(found, 230)) == ("red", "blue")


def test_what_else_the_file_carries_is_dropped(alice: User, api: Api) -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera with a name"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    sent = picture((400, 300), "JPEG", exif=exif, comment=b"taken at home").read() + b"PK\3\4 a zip"
    assert b"A camera" in sent
    assert put(api(alice), sent) == (200, "")

    kept = bytes(Avatar.objects.get(user=alice).content)
    assert not any(mark in kept for mark in (b"A camera", b"taken at home", b"PK\3\4", b"EXIF"))
    assert len(opened(alice).getexif()) == 0


def test_a_picture_is_turned_the_way_its_camera_was_held(alice: User, api: Api) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    assert put(api(alice), picture((300, 300), "JPEG", exif=exif).read()) == (200, "")

    assert colour(opened(alice), 20) == "blue"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "invalid"),
        (b"nothing of that kind", "not_a_picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "not_a_picture"),
        (b"%PDF-1.7", "not_a_picture"),
        (bomb(20_000, 20_000), "picture_too_large"),
        (bomb(12_000, 10), "picture_too_large"),
        (bomb(2000, 2000), "not_a_picture"),
    ],
    ids=["empty", "text", "svg", "pdf", "bomb", "strip", "truncated"],
)
def test_what_is_no_picture_changes_nothing(
    content: bytes, code: str, alice: User, api: Api
) -> None:
    before = avatars.change(alice, picture()).pk

    status, found = put(api(alice), content)
    assert (status, found) == (413 if code == "picture_too_large" else 400, code)
    assert Avatar.objects.get(user=alice).pk == before


def test_a_file_of_many_bytes_is_refused(alice: User, api: Api) -> None:
    content = picture().read() + b"\0" * avatars.MOST_BYTES

    assert put(api(alice), content) == (413, "picture_too_large")
    assert not Avatar.objects.exists()


def test_a_new_picture_has_a_new_address(alice: User, api: Api) -> None:
    client = api(alice)
    put(client, picture().read())
    first = client.get("/api/v1/auth/user/profile/").json()["avatar_url"]
    put(client, picture((50, 50)).read())
    second = client.get("/api/v1/auth/user/profile/").json()["avatar_url"]

    assert [Client().get(url).status_code for url in (first, second)] == [404, 200]
    assert client.delete(URL).status_code == 204
    assert client.get("/api/v1/auth/user/profile/").json()["avatar_url"] is None
    assert Client().get(second).status_code == 404


def test_a_picture_is_served_as_nothing_but_a_picture(alice: User) -> None:
    made = avatars.change(alice, picture())
    answer = Client().get(f"/avatars/{made.pk}/")

    assert {name: answer[name] for name in ("Content-Type", "X-Content-Type-Options")} == {
        "Content-Type": "image/webp",
        "X-Content-Type-Options": "nosniff",
    }
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"


def test_one_may_not_touch_another_s_picture(alice: User, bob: User, api: Api) -> None:
    made = avatars.change(alice, picture())
    api(bob).delete(URL)

    assert Avatar.objects.get().pk == made.pk
