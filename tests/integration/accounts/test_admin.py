"""Staff screens of people and their keys."""

import pytest
from django.test import Client

from accounts.models import User
from apikeys.models import ApiKey
from apikeys.services import issue

pytestmark = pytest.mark.django_db


def test_staff_see_a_person_s_time_zone(admin_client: Client, alice: User) -> None:
    page = admin_client.get(f"/admin/accounts/user/{alice.pk}/change/")

    assert page.status_code == 200
    assert 'name="time_zone" value="UTC"' in page.content.decode()


def test_staff_find_a_key_by_its_prefix_and_see_nothing_secret(
    admin_client: Client, alice: User
) -> None:
    key = issue(alice)
    row = ApiKey.objects.get()

    listed = admin_client.get("/admin/apikeys/apikey/", {"q": row.prefix}).content.decode()
    shown = admin_client.get(f"/admin/apikeys/apikey/{row.pk}/change/").content.decode()

    assert f"trls_{row.prefix}_…" in listed
    for secret in (key, row.digest):
        assert secret not in listed + shown


def test_staff_cannot_make_a_key(admin_client: Client) -> None:
    assert admin_client.get("/admin/apikeys/apikey/add/").status_code == 403


def test_staff_can_end_a_key(admin_client: Client, alice: User) -> None:
    issue(alice)
    row = ApiKey.objects.get()

    admin_client.post(f"/admin/apikeys/apikey/{row.pk}/delete/", {"post": "yes"})

    assert not ApiKey.objects.exists()
