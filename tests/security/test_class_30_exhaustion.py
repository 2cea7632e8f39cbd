"""Class 30: nothing that one person sends takes the whole instance's time, memory or room.

Each limit is tested with what it limits: bodies (tests/unit/kernel/test_bodies.py), JSON
(test_json.py), graphs (tests/unit/graphs), loops, values and sub-agents (tests/integration/executions/
test_limits.py, test_sub_agents.py), archives and XML (tests/unit/blocks), templates (test_templates.py),
people's own patterns (test_patterns.py), pictures (tests/integration/accounts/test_avatars.py), sockets,
rates, runs and room (tests/integration/quotas). Here is what goes through all of them.
"""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from blocks.library.code import CodeExtractionInputs, extract_code
from kernel.api.bodies import limit_of
from tests.integration.access.routes import routes
from tests.integration.access.table import rows
from tests.support.expressions import attacks, expressions
from tests.support.graphs import calculator
from tests.support.runs import version_of
from uploads.services import largest_file

# In readings of the longest text by an expression that goes through it once, measured beside: how fast the
# machine is, and how busy, is in both. The slowest of ours takes 200, one that reads again at every sign 30,000.
ENOUGH = 5_000
TRIES = 3  # what something else slows down is not slow every time
LENGTHS = (24, 240, 720, 2_400, 12_000, 60_000)  # so that also the worst is told within seconds
ONCE, LONGEST = re.compile(r"[^\0]*\0"), "a" * LENGTHS[-1]
CHANGES = {"POST", "PUT", "PATCH", "DELETE", "*"}
REFUSED = {301, 302, 401, 404, 405}  # before anything of the body is looked at
Api = Callable[..., APIClient]


def taken(look: Callable[[Any], object], text: Any) -> float:
    """Return the seconds of this thread alone that it takes."""
    began = time.thread_time()
    look(text)
    return time.thread_time() - began


def is_slow(look: Callable[[Any], object], text: Any) -> bool:
    """Return whether it takes more than enough readings, every time."""
    for _ in range(TRIES):
        reading = min(taken(ONCE.fullmatch, LONGEST) for _ in range(5))
        if taken(look, text) <= ENOUGH * reading:
            return False
    return True


def slowest(pattern: re.Pattern[Any]) -> str:
    """Return the beginning of a text that the expression takes too long for; "" for none."""
    encoded = isinstance(pattern.pattern, bytes)
    for before, again, end in attacks(pattern):
        for length in LENGTHS:
            text: Any = before + again * (length // len(again)) + end
            text = text.encode("latin-1", "replace") if encoded else text
            if is_slow(pattern.search, text) or is_slow(pattern.fullmatch, text):
                return f"{before!r} + {again!r} * {length} + {end!r}"
    return ""


def test_no_text_makes_an_expression_of_ours_take_very_long() -> None:
    found = expressions()
    slow = {name: slowest(pattern) for name, pattern in found.items()}

    assert len(found) > 30
    assert {name: text for name, text in slow.items() if text} == {}


def test_this_would_find_expressions_that_do() -> None:
    for bad in (r"(a+)+b", r"a+b", r"(a|a)*b", r"```\w+[ ]*(?:\n|[ ]).*?```"):
        assert slowest(re.compile(bad, re.DOTALL)) != "", bad


def test_code_is_found_with_any_blanks_behind_its_language() -> None:
    [found] = extract_code(CodeExtractionInputs(text="```py \t\nx = 1\n```\n```sh  ls```"))

    assert (found.python, found.bash, found.remaining_text) == ("x = 1", "ls", "")


def test_strangers_send_small_bodies_only() -> None:
    """Where a request gets an answer without a sign-in, its body is read: so it must be small."""
    doors = [
        row.address
        for row in rows()
        if CHANGES & set(row.methods) and not row.people["Anonymous"] <= REFUSED
    ]

    assert len(doors) > 5
    assert [one for one in doors if limit_of(one).most > settings.MAX_SMALL_REQUEST_BYTES] == []


def test_limits_have_an_order_in_which_they_can_hold() -> None:
    assert settings.MAX_SMALL_REQUEST_BYTES < largest_file() < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert settings.EXECUTIONS["event_value_bytes"] < settings.EXECUTIONS["max_value_bytes"]
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS is not None
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES is not None


def lists() -> list[str]:
    """Return the addresses of the API that give a list in pages."""
    found = []
    for route in routes():
        view = getattr(route.view, "cls", None)
        has_list = "list" in getattr(route.view, "actions", {}).values()
        if has_list and getattr(view, "pagination_class", None) and "{" not in route.skeleton:
            found.append(route.skeleton)
    return found


@pytest.mark.django_db
def test_no_list_is_given_whole_whatever_is_asked_for(alice: User, api: Api) -> None:
    pages = lists()

    assert {"/api/v1/graphs/", "/api/v1/executions/", "/api/v1/audit/"} <= set(pages)
    operator = User.objects.create_superuser("operator")
    for page in pages:
        client = api(operator if "/admin/" in page else alice)
        for size in ("101", "000101", "0001000000", "1e9", "-1", "٣", "9" * 5_000):
            answer = client.get(page, {"page_size": size})
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_page_size"), size


@pytest.mark.django_db
def test_a_form_of_very_many_fields_is_refused(alice: User) -> None:
    agent = version_of(alice, calculator()).agent_id
    client = Client()
    client.force_login(alice)
    fields = {
        f"field-{number}": "x" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)
    }

    assert client.post(f"/agents/{agent}/run/", fields).status_code == 400
