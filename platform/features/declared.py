"""Every feature that can be turned on and off, in one list.

To add one: a line here, and `features.is_enabled("its_name", user)` where it begins. It is off until
staff turn it on in `/admin/` under *Flags*. To remove one: delete the line and whatever asks for it; the row
in the admin does no harm.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Feature:
    """A feature's name, as code asks for it, and what it is, as staff read it."""

    name: str
    about: str


FEATURES: tuple[Feature, ...] = ()
