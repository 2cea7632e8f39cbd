"""What log lines say, and what they belong to."""

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.signals import request_finished
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from structlog.contextvars import bind_contextvars, bound_contextvars

from accounts.models import User
from telemetry import context
from telemetry.context import about, current
from telemetry.logs import formatter
from telemetry.redaction import MARK
from telemetry.signals import bind_task, forget_request, unbind_task


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    yield
    context.clear()


def record(message: str = "Said.", *arguments: object, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("trellis", logging.INFO, "x.py", 1, message, arguments, None)
    vars(made).update(extra)
    return made


def line(made: logging.LogRecord) -> dict[str, Any]:
    """Return what the line in JSON says."""
    said: dict[str, Any] = json.loads(formatter("json").format(made))
    return said


def test_a_line_is_json_with_what_every_line_has_first() -> None:
    with bound_contextvars(request_id="r1"):
        said = line(record("Took %d.", 3, action="lease_lost"))

    assert list(said)[:4] == ["timestamp", "level", "logger", "message"]
    assert said["timestamp"].endswith("Z")
    del said["timestamp"], said["pid"]
    assert said == {
        "level": "info",
        "logger": "trellis",
        "message": "Took 3.",
        "action": "lease_lost",
        "request_id": "r1",
    }


def test_an_exception_is_a_text_on_the_same_line() -> None:
    try:
        raise ValueError("?password=hunter22")
    except ValueError:
        made = record()
        made.exc_info = sys.exc_info()

    text = formatter("json").format(made)

    assert "\n" not in text
    assert json.loads(text)["exception"].endswith(f"ValueError: ?password={MARK}")


def test_for_people_it_is_a_line_of_text() -> None:
    with bound_contextvars(task_id="t1"):
        text = formatter("console").format(record("Took %d.", 3))

    assert "[info     ] Took 3. [trellis]" in text
    assert "task_id=t1" in text


@pytest.mark.parametrize("shape", ["json", "console"])
def test_no_secret_is_told(shape: Any) -> None:
    with bound_contextvars(session_cookie="abc-123"):
        text = formatter(shape).format(record("Sent token=xyz-987", api_key="def-456"))

    assert text.count(MARK) == 3
    assert not any(secret in text for secret in ("abc-123", "xyz-987", "def-456"))


def test_a_field_never_replaces_what_the_line_says_of_itself() -> None:
    with bound_contextvars(message="other", action="other"):
        said = line(record("Said.", action="mine"))

    assert (said["message"], said["action"]) == ("Said.", "mine")


def test_objects_that_libraries_add_are_left_out() -> None:
    assert "request" not in line(record(request=HttpRequest(), status_code=404))


def test_half_a_character_is_escaped_so_that_any_stream_takes_the_line() -> None:
    made = record("half: %s", "\ud83d")

    assert "half: \\ud83d" in formatter("console").format(made)
    assert "half: \\ud83d" in formatter("json").format(made)


async def test_coroutines_do_not_see_each_other_s_fields() -> None:
    async def one(name: str) -> str:
        with bound_contextvars(request_id=name):
            await asyncio.sleep(0)
            return str(current()["request_id"])

    assert list(await asyncio.gather(one("a"), one("b"))) == ["a", "b"]


def test_a_subject_names_itself_only_when_a_line_is_written() -> None:
    asked = []

    def describe() -> dict[str, str]:
        asked.append(1)
        return {"node_id": "n1"}

    with about(describe):
        assert asked == []
        assert line(record())["node_id"] == "n1"

    assert "node_id" not in line(record())
    assert asked == [1]


def test_the_person_who_asks_is_named_once_known() -> None:
    request = HttpRequest()
    context.begin(request)
    assert "user_id" not in current()

    request.user = AnonymousUser()
    assert "user_id" not in current()

    request.user = User(pk=7)
    assert current()["user_id"] == "7"


def test_a_line_does_not_ask_the_database_who_it_is() -> None:
    def ask() -> User:
        raise AssertionError

    request = HttpRequest()
    request.user = SimpleLazyObject(ask)  # type: ignore[assignment]
    context.begin(request)
    assert "user_id" not in current()

    vars(request)["_cached_user"] = User(pk=7)  # as Django keeps it, once somebody asked
    assert current()["user_id"] == "7"


def test_a_celery_task_is_bound_while_it_runs_and_forgotten_after() -> None:
    bind_task(task_id="t1")
    assert current() == {"task_id": "t1"}

    bind_task(task_id="t2")  # called by the first one
    unbind_task(task_id="t2")
    assert current() == {"task_id": "t1"}

    unbind_task(task_id="t1")
    assert current() == {}


def test_a_finished_request_is_forgotten() -> None:
    bind_contextvars(request_id="r1")
    context.begin(HttpRequest())

    # Not the signal itself: Django's own receivers would look after the database's connections.
    forget_request(sender=None)

    assert current() == {}
    assert context.request() is None
    assert request_finished.has_listeners()


def test_the_end_of_a_task_that_never_began_here_changes_nothing() -> None:
    unbind_task(task_id="unknown")

    assert current() == {}
