"""Every address, every method, everybody: what docs/access.md says is what they get."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from kernel.access import Scope
from tests.integration.access.cast import Caller, Cast, the_cast
from tests.integration.access.routes import Route, routes
from tests.integration.access.table import (
    ANY,
    IGNORED,
    METHODS,
    OPEN,
    PAGE,
    Row,
    matches,
    rows,
)
from tests.integration.access.world import SECRET, World, row_of, world

HOW_TO_ADD = f"""
Say in {PAGE.name} who gets what there: add a line

    | `/address/{{part}}/` | GET | KEYS | OWNER | OTHER | ANONYMOUS | STAFF | MODERATOR |

to the table of its kind, for each method that the view understands. KEYS is `SCOPE`,
`SCOPE + SCOPE`, `any` (every key), `none` (people only), `open` (no sign-in) or, for pages,
`ignored`; the others are the statuses of a request with an empty body (several with `/`). A part in braces must be
one that `World.parts` in tests/integration/access/world.py has a row for; add one there if need
be. Methods without a line must answer 405; of the API, OPTIONS 200 and HEAD like GET.
A view of the API also needs its table `access`; see kernel/api/access.py.
"""
PARTS = ["/admin/", "/api/", "/"]
TABLE = rows()


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """Nothing is logged or limited, and the schema is not made anew for everybody who asks."""
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_, **__: {})
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_address_has_a_line() -> None:
    known = TABLE
    missing = [
        one.skeleton for one in routes() if not any(matches(row, one.skeleton) for row in known)
    ]

    assert not missing, f"Nothing says who may use {', '.join(missing)}.{HOW_TO_ADD}"


def test_every_line_is_about_an_address() -> None:
    skeletons = [one.skeleton for one in routes()]
    left = [
        f"{row.line}: {row.address}"
        for row in TABLE
        if not any(matches(row, one) for one in skeletons)
    ]

    assert not left, f"Nothing answers at these any more; remove the lines from {PAGE.name}: {left}"


def test_no_line_is_there_twice() -> None:
    twice = Counter((row.address, method) for row in TABLE for method in row.methods)

    assert [line for line, count in twice.items() if count > 1] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("part", PARTS)
def test_everybody_gets_what_the_table_says(part: str) -> None:
    here = world()
    cast = the_cast(here.owner, {row.scopes for row in TABLE})

    wrong = [
        sentence
        for route in routes()
        if _part(route) == part
        for sentence in _disagreements(here, cast, route)
    ]

    assert not wrong, "\n".join([f"{len(wrong)} answers are not those of {PAGE.name}:", *wrong])


def _part(route: Route) -> str:
    return next(part for part in PARTS if route.skeleton.startswith(part))


def _disagreements(here: World, cast: Cast, route: Route) -> Iterator[str]:
    mine = [row for row in TABLE if matches(row, route.skeleton)]
    if not mine:
        return  # there is a test for that
    for method in METHODS:
        row = _row(mine, method)
        address = _address(here.parts, mine[0], route)
        for caller in _callers(cast, mine, row):
            answer = caller.ask(method, address)
            expected = _expected(caller, mine, row, method)
            if answer.status_code not in expected:
                wanted = "/".join(map(str, sorted(expected)))
                yield f"{method} {address} by {caller.name}: {answer.status_code}, not {wanted}"
            text = _text(answer)
            if caller.role not in {None, "Owner"} and SECRET in text:
                yield f"{method} {address} tells {caller.name} what is the owner's"
            if caller.name == "Other" and answer.status_code == 404 and mine[0].address != address:
                stranger = caller.ask(
                    method, _address(_first_unknown(here, mine[0]), mine[0], route)
                )
                if _masked(here, _text(stranger)) != _masked(here, text):
                    yield f"{method} {address}: a stranger can tell it from what is not there"


def _row(mine: list[Row], method: str) -> Row | None:
    """Return the line for the method; the API answers HEAD like GET."""
    like_get = method == "HEAD" and mine[0].keys != IGNORED
    for wanted in (method, "GET" if like_get else method, ANY):
        for row in mine:
            if wanted in row.methods:
                return row
    return None


def _callers(cast: Cast, mine: list[Row], row: Row | None) -> list[Caller]:
    """Return who asks: with a line everybody; where nothing is understood, one of each kind."""
    if mine[0].keys == IGNORED:
        return [*cast.people, cast.key(Scope)] if row else cast.people
    if row is None:
        return [*cast.people, cast.key(())]
    single = [key for scopes, key in cast.keys.items() if len(scopes) <= 1]
    return [*cast.people, *single, cast.key(row.scopes)]


def _expected(caller: Caller, mine: list[Row], row: Row | None, method: str) -> frozenset[int]:
    if row is not None:
        return row.for_key(caller.scopes) if caller.role is None else row.people[caller.role]
    is_api = mine[0].keys != IGNORED
    understood = 200 if is_api and method == "OPTIONS" else 405
    if caller.role == "Anonymous" and not _is_open(mine):
        return frozenset({401 if is_api else 302})
    return frozenset({understood})


def _is_open(mine: list[Row]) -> bool:
    """Return whether strangers get to the view, for at least one of its methods."""
    return any(row.keys == OPEN or not row.people["Anonymous"] <= {302, 401} for row in mine)


def _address(parts: dict[str, str], row: Row, route: Route) -> str:
    """Return the address with something in place of each part in braces."""
    names = iter(re.findall(r"\{(\w+)\}", row.address))
    literal = route.skeleton.split("/")

    def part(_: re.Match[str]) -> str:
        name = next(names)
        return row_of(literal[2], literal[3]) if name == "row" else parts[name]

    return re.sub(r"\{\}", part, route.skeleton)


def _first_unknown(here: World, row: Row) -> dict[str, str]:
    first = re.findall(r"\{(\w+)\}", row.address)[0]
    return here.parts | {first: here.unknown.get(first, "")}


def _text(answer: Any) -> str:
    if getattr(answer, "streaming", False):
        return ""
    return str(answer.content.decode("utf-8", "replace"))


def _masked(here: World, text: str) -> str:
    """Return the text without what differs from request to request, and without ids."""
    text = re.sub(r'"request_id":"\w+"|name="csrfmiddlewaretoken" value="\w+"', "", text)
    for known in (*here.parts.values(), *here.unknown.values()):
        if not known.isdigit():
            text = text.replace(known, "·")
    return re.sub(r"\b\d+\b", "0", text)
