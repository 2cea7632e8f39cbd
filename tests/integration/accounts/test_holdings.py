"""Every app says what it holds of people: nothing is forgotten when somebody takes it or leaves."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from accounts import holdings
from accounts.holdings import Holding, goes_with_others, only
from accounts.models import User

HOW = """
Register a Holding in the `held.py` of its app (imported by its AppConfig.ready): `owner` leads from
the row to its person; `shape` says how it is exported, or `why_not` why it is not; `also` names
further fields that point at people. See accounts/holdings.py."""


def pointers() -> Iterator[tuple[type[Model], str, type[Model]]]:
    """Yield each field that points at a person, or at a row that belongs to one."""
    theirs = {holding.model for holding in holdings.everything()} | {User}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            target = field.related_model
            if isinstance(field, ForeignKey) and isinstance(target, type) and target in theirs:
                yield model, field.name, target


def test_every_model_that_leads_to_a_person_is_held() -> None:
    held = {holding.model for holding in holdings.everything()}
    left = {f"{model._meta.label}.{name}" for model, name, _ in pointers() if model not in held}

    assert left == set(), f"What becomes of these, when a person goes?{HOW}"


def test_every_field_that_names_a_person_is_spoken_of() -> None:
    spoken = {
        (holding.model, name)
        for holding in holdings.everything()
        for name in (holding.owner.partition("__")[0], *holding.also)
    }
    left = {
        f"{model._meta.label}.{name}"
        for model, name, target in pointers()
        if target is User and (model, name) not in spoken
    }

    # Those whose person is found by their run are named there.
    assert left == set(), HOW


def test_what_points_at_something_comes_after_it() -> None:
    order = [holding.model for holding in holdings.everything()]
    with_others = {one.model for one in holdings.everything() if one.erase is goes_with_others}
    wrong = [
        f"{model._meta.label} before {target._meta.label}"
        for model, _, target in pointers()
        if model is not target
        and target not in with_others - {User}
        and order.index(model) < order.index(target)
    ]

    assert wrong == []


def test_every_lookup_leads_to_a_person() -> None:
    for holding in holdings.everything():
        assert list(holding.rows(0)[:0]) == []  # the lookup is one
        path = [] if holding.owner == "pk" else holding.owner.split("__")
        model: type[Model] = holding.model
        for name in path:
            found = model._meta.get_field(name).related_model
            assert isinstance(found, type)
            model = found
        assert model is User


def test_no_two_files_of_an_export_have_one_name() -> None:
    names = [one.name for one in holdings.everything() if one.shape is not None]

    assert len(names) == len(set(names))


def test_a_holding_says_how_it_goes_out_or_why_not() -> None:
    with pytest.raises(TypeError, match="User needs either a shape or a reason"):
        Holding(User, owner="pk")
    with pytest.raises(TypeError, match="User needs either a shape or a reason"):
        Holding(User, owner="pk", shape=only("pk"), why_not="both")
