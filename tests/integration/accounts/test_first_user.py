"""The first user of an instance."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import User
from accounts.services import NoActiveUser, ensure_first_user
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_an_empty_instance_gets_an_admin_whose_password_is_told_once() -> None:
    made, password = ensure_first_user()
    again, nothing = ensure_first_user()

    assert (made.username, made.is_superuser, made.is_staff) == ("admin", True, True)
    assert password
    assert len(password) == 20
    assert made.check_password(password)
    assert (again, nothing) == (made, None)
    assert User.objects.count() == 1


def test_the_oldest_active_superuser_is_the_first_user() -> None:
    UserFactory.create()
    UserFactory.create(is_superuser=True, is_active=False)
    first = UserFactory.create(is_superuser=True)
    UserFactory.create(is_superuser=True)

    assert ensure_first_user() == (first, None)


def test_without_a_superuser_it_is_the_oldest_active_user(alice: User, bob: User) -> None:
    assert ensure_first_user() == (alice, None)
    assert not User.objects.filter(is_superuser=True).exists()


def test_an_instance_whose_users_are_all_inactive_is_left_alone() -> None:
    UserFactory.create(is_active=False)

    with pytest.raises(NoActiveUser, match="createsuperuser"):
        ensure_first_user()

    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_together_make_one_user() -> None:
    def start(_: int) -> tuple[int, str | None]:
        try:
            user, password = ensure_first_user()
            return user.pk, password
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(start, range(4)))

    assert len({pk for pk, _ in answers}) == 1
    assert len([password for _, password in answers if password]) == 1
    assert User.objects.count() == 1


def test_a_user_reads_clocks_in_a_zone_that_exists(alice: User) -> None:
    assert alice.time_zone == "UTC"
    alice.time_zone = "Mars/Base"

    with pytest.raises(ValidationError) as caught:
        alice.full_clean()

    assert list(caught.value.message_dict) == ["time_zone"]
