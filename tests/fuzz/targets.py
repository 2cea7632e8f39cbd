"""What must hold, whatever comes in: a property and its inputs for each target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz import addresses, code, templates


@dataclass(frozen=True)
class Target:
    """A property, the inputs that it is asked about, and how many of them make a round."""

    check: Callable[..., None]
    inputs: Mapping[str, SearchStrategy[Any]]
    round: int = 200


TARGETS: Mapping[str, Target] = {
    "templates": Target(
        templates.template_tells_nothing,
        {
            "template": st.lists(templates.PIECES, max_size=6).map("".join),
            "values": st.dictionaries(templates.NAMES, templates.VALUES, max_size=4),
            "escape": st.booleans(),
        },
    ),
    "addresses": Target(
        addresses.guard_lets_public_addresses_through_only,
        {"url": addresses.URLS, "found": st.lists(addresses.ADDRESSES, min_size=1, max_size=3)},
        round=1000,
    ),
    "code": Target(
        code.code_ends_and_stays_inside,
        {
            "code": code.PROGRAMS,
            "inputs": st.dictionaries(code.CODE_NAMES, templates.VALUES, max_size=3),
        },
        round=50,
    ),
}
