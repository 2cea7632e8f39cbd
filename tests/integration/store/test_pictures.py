"""Pictures of listings: kept, shown, let go."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.utils.timezone import now
from PIL import Image

from accounts.avatars import NotAPicture
from accounts.models import User
from kernel.errors import NotFound
from store import pictures
from store.drawing import ListingPictureTooLarge, PictureTooSmall, drawn
from store.errors import PictureMissing, TooManyPictures
from store.models import Listing, Picture
from tests.factories.store import PictureFactory
from tests.support.avatars import picture
from tests.support.places import at_once
from tests.support.store import submitted

pytestmark = pytest.mark.django_db


def test_a_picture_is_kept_as_it_was_drawn_anew(alice: User) -> None:
    kept = pictures.keep(alice, picture((3200, 1200)))

    shown = Image.open(io.BytesIO(pictures.content(kept.pk)))
    assert (shown.format, shown.size) == ("WEBP", (1600, 600))
    assert (kept.width, kept.height, kept.is_whole) == (1600, 600, True)
    assert kept.size == len(pictures.content(kept.pk))


def test_the_same_picture_is_kept_once_for_its_creator(alice: User, charlie: User) -> None:
    first, again = pictures.keep(alice, picture()), pictures.keep(alice, picture())

    assert first.pk == again.pk
    assert pictures.keep(charlie, picture()).pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_at_once_is_kept_once(alice: User) -> None:
    kept = at_once(4, lambda _: pictures.keep(alice, picture()).pk)

    assert len(set(kept)) == 1
    assert Picture.objects.count() == 1


def test_what_is_no_picture_is_refused(alice: User) -> None:
    for content in (b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"):
        with pytest.raises(NotAPicture):
            pictures.keep(alice, io.BytesIO(content))

    assert not Picture.objects.exists()


def test_pictures_of_the_wrong_size_are_refused() -> None:
    with pytest.raises(PictureTooSmall):
        drawn(picture((63, 300)).getvalue())
    with pytest.raises(ListingPictureTooLarge):
        drawn(b"x" * (10 * 1024 * 1024 + 1))


def test_nobody_keeps_pictures_without_end(alice: User) -> None:
    PictureFactory.create_batch(pictures.MOST_UNUSED, owner=alice)

    with pytest.raises(TooManyPictures):
        pictures.keep(alice, picture())


def test_a_version_shows_its_creator_s_pictures_in_their_order(alice: User, charlie: User) -> None:
    version = submitted(alice)
    one, two = PictureFactory.create(owner=alice), PictureFactory.create(owner=alice)
    other = PictureFactory.create(owner=charlie)

    assert pictures.show(version, [two.pk, one.pk, two.pk]) is True
    assert pictures.show(version, [two.pk, one.pk]) is False
    for pk in (other.pk, uuid4()):
        with pytest.raises(PictureMissing):
            pictures.show(version, [pk])
    assert [one.picture_id for one in version.shown_pictures.all()] == [two.pk, one.pk]


def test_what_nobody_shows_goes_after_a_while(alice: User) -> None:
    shown, unused = pictures.keep(alice, picture()), pictures.keep(alice, picture((500, 400)))
    fresh = pictures.keep(alice, picture((600, 400)))
    half = PictureFactory.create(owner=alice, is_whole=False)
    pictures.show(submitted(alice), [shown.pk])
    old = now() - timedelta(days=3)
    Picture.objects.exclude(pk=fresh.pk).update(created=old)

    assert pictures.tidy() == 2
    assert set(Picture.objects.values_list("pk", flat=True)) == {shown.pk, fresh.pk}
    assert not storages["uploads"].exists(unused.place)
    assert storages["uploads"].exists(shown.place)
    for pk in (unused.pk, half.pk):
        with pytest.raises(NotFound):
            pictures.content(pk)


def test_pictures_go_with_their_person(alice: User) -> None:
    kept = pictures.keep(alice, picture())

    assert pictures.remove_some(alice.pk) is True
    assert not storages["uploads"].exists(kept.place)
    assert not Listing.objects.exists()
