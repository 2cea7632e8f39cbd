"""Ask whether somebody has a feature. django-waffle keeps the flags, their screens and their cache."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from waffle import get_waffle_flag_model

from features import declared


class UnknownFeature(LookupError):
    """Nobody declared a feature of this name. A fault in our code, not in a request."""


def is_enabled(name: str, user: Any) -> bool:
    """Return whether the user has the feature. Raises UnknownFeature.

    Staff turn a flag on or off for everyone, or on for users, groups, staff, everybody who has signed in,
    or a share of them. Who is in the share follows from the name and the user alone, so it is the same
    on every device, with every key and in every process, and grows as the share grows.
    """
    if name not in {feature.name for feature in declared.FEATURES}:
        raise UnknownFeature(f"There is no feature {name!r}. Declare it in features/declared.py.")
    flag = get_waffle_flag_model().get(name)
    if not flag.pk:  # not saved yet: the database is older than the code
        return False
    if flag.everyone is not None:
        return bool(flag.everyone)
    return bool(flag.is_active_for_user(user)) or _is_in_share(name, user, flag.percent)


def enabled(user: Any) -> dict[str, bool]:
    """Return every feature, and whether the user has it."""
    return {feature.name: is_enabled(feature.name, user) for feature in declared.FEATURES}


class Enabled(Mapping[str, bool]):
    """A user's features for templates: ``{% if features.its_name %}``, looked up when asked."""

    def __init__(self, user: Any) -> None:
        self._user = user

    def __getitem__(self, name: str) -> bool:
        try:
            return is_enabled(name, self._user)
        except UnknownFeature as error:
            # Templates take a LookupError for "nothing there", and a wrong name would go unseen.
            raise RuntimeError(str(error)) from None

    def __iter__(self) -> Iterator[str]:
        return (feature.name for feature in declared.FEATURES)

    def __len__(self) -> int:
        return len(declared.FEATURES)


def declare_flags() -> None:
    """Give each declared feature its row, off for all, so that staff find it."""
    for feature in declared.FEATURES:
        get_waffle_flag_model().objects.get_or_create(
            name=feature.name, defaults={"note": feature.about, "superusers": False}
        )


def _is_in_share(name: str, user: Any, percent: Any) -> bool:
    """Return whether the user is among the first ``percent`` of a hundred."""
    if not percent or not user.is_authenticated:
        return False
    digest = hashlib.sha256(f"{name}:{user.pk}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 * 100 < float(percent)
