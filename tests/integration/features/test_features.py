"""Features: who has them, and where they can be asked for."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.cache import caches
from django.template import Context, Template
from django.test import Client, RequestFactory
from waffle.models import Flag

from accounts.models import User
from features import declared
from features.context import features
from features.declared import Feature
from features.services import UnknownFeature, declare_flags, enabled, is_enabled
from tests.factories.accounts import UserFactory
from tests.support.clients import api, keyed
from tests.support.endpoints import EndpointContract

pytestmark = pytest.mark.django_db

NAME = "night_shift"


@pytest.fixture(autouse=True)
def flags(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(declared, "FEATURES", (Feature(NAME, "Runs only at night."),))
    caches["features"].clear()
    yield
    caches["features"].clear()


def flag(**values: Any) -> Flag:
    found = Flag(name=NAME, **{"superusers": False, **values})
    found.save()
    caches["features"].clear()  # other processes know it within seconds
    return found


def test_a_feature_is_off_until_somebody_turns_it_on(alice: User) -> None:
    assert not is_enabled(NAME, alice)
    declare_flags()
    caches["features"].clear()

    assert not is_enabled(NAME, alice)
    assert Flag.objects.get(name=NAME).note == "Runs only at night."


def test_declaring_again_changes_nothing_that_staff_decided(alice: User) -> None:
    flag(everyone=True)

    declare_flags()

    assert Flag.objects.get().everyone is True


@pytest.mark.parametrize(("everyone", "on"), [(True, True), (False, False)])
def test_everyone_comes_before_all_else(alice: User, everyone: bool, on: bool) -> None:
    row = flag(everyone=everyone, authenticated=True, percent=50)
    row.users.add(alice)

    assert is_enabled(NAME, alice) is on
    assert is_enabled(NAME, AnonymousUser()) is on


def test_single_users_and_groups_can_have_it(alice: User, bob: User, charlie: User) -> None:
    row = flag()
    group = Group.objects.create(name="testers")
    bob.groups.add(group)
    row.users.add(alice)
    row.groups.add(group)
    caches["features"].clear()

    assert [is_enabled(NAME, one) for one in (alice, bob, charlie)] == [True, True, False]


def test_a_share_of_the_people_is_always_the_same_and_only_grows() -> None:
    people = UserFactory.create_batch(200)
    shares = []
    row = flag()
    for percent in (10, 10, 60):
        row.percent = percent
        row.save()
        caches["features"].clear()
        shares.append({one.pk for one in people if is_enabled(NAME, one)})

    assert shares[0] == shares[1] < shares[2] < {one.pk for one in people}


def test_a_share_has_no_strangers() -> None:
    flag(percent=99)

    assert not is_enabled(NAME, AnonymousUser())


def test_an_unknown_feature_is_an_error_in_code_and_in_templates(alice: User) -> None:
    request = RequestFactory().get("/")
    request.user = alice
    context = Context(features(request))

    with pytest.raises(UnknownFeature, match="'day_shift'"):
        is_enabled("day_shift", alice)
    with pytest.raises(RuntimeError, match="'day_shift'"):
        Template("{% if features.day_shift %}x{% endif %}").render(context)


def test_templates_ask_by_name(alice: User) -> None:
    flag(everyone=True)
    request = RequestFactory().get("/")
    request.user = alice

    page = Template("{% if features.night_shift %}on{% endif %}").render(Context(features(request)))

    assert page == "on"


def test_the_api_lists_them_for_whoever_asks(alice: User, bob: User) -> None:
    flag().users.add(alice)
    caches["features"].clear()

    assert keyed(alice).get("/api/v1/flags/").json() == {NAME: True}
    assert api(bob).get("/api/v1/flags/").json() == {NAME: False}


def test_the_builder_s_page_has_them(alice: User) -> None:
    flag(everyone=True)
    client = Client()
    client.force_login(alice)

    page = client.get("/agents/new/").content.decode()

    [settings] = re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.S)
    assert json.loads(settings)["features"] == {NAME: True}


def test_staff_find_them_in_the_admin(alice: User) -> None:
    declare_flags()
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))

    page = client.get("/admin/waffle/flag/").content.decode()

    assert NAME in page


def test_names_are_told_once() -> None:
    names = list(enabled(AnonymousUser()))

    assert names == sorted(set(names))


class TestContract(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return "/api/v1/flags/"
