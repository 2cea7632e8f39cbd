"""What things are called in the log, which outlives the people whose things they are.

An account is called as its person, and so are rows that hang on it: an address, a session, a limit. Their
lines have ids only, and whoever reads them sees the name that the account has now (`Entry.label`). What
people name themselves (an agent, a key, a file) says so by a property ``audit_label``.
"""

from functools import cache

from django.conf import settings
from django.db import models


def label_of(row: models.Model) -> str:
    """Return what the row is called; nothing where that might be what a person is called."""
    named: str | None = getattr(row, "audit_label", None)
    if named is not None:
        return named
    return "" if leads_to_person(row._meta.concrete_model) else str(row)


@cache
def leads_to_person(model: type[models.Model]) -> bool:
    """Return whether rows of the model are accounts, or point at one, directly or through others."""
    return _leads(model, set())


def _leads(model: type[models.Model], seen: set[type[models.Model]]) -> bool:
    if model._meta.label == settings.AUTH_USER_MODEL:
        return True
    seen.add(model)
    targets = [
        field.related_model
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    ]
    return any(_leads(one, seen) for one in targets if one not in seen)
