"""What log records say they belong to."""

import asyncio
import logging

from django.core.signals import request_finished

from telemetry.context import bind, bound, current, unbind
from telemetry.logs import ContextFilter, Line
from telemetry.signals import bind_task, forget_request, unbind_task


def record() -> logging.LogRecord:
    made = logging.LogRecord("trellis", logging.INFO, "x.py", 1, "Said.", None, None)
    assert ContextFilter().filter(made)
    return made


def test_a_record_carries_the_bound_fields_as_text_and_as_attributes() -> None:
    with bound(request_id="r1", task_id="t1"):
        made = record()

    assert made.__dict__["context"] == " [request_id=r1 task_id=t1]"
    assert made.__dict__["request_id"] == "r1"


def test_a_record_outside_of_everything_carries_nothing() -> None:
    assert record().__dict__["context"] == ""


def test_a_field_never_replaces_what_the_record_says_of_itself() -> None:
    with bound(name="other"):
        assert record().name == "trellis"


def test_what_was_bound_can_be_taken_back() -> None:
    outer = bind(a="1")
    inner = bind(b="2")
    assert current() == {"a": "1", "b": "2"}

    unbind(inner)
    assert current() == {"a": "1"}
    unbind(outer)
    assert current() == {}


async def test_coroutines_do_not_see_each_other_s_fields() -> None:
    async def one(name: str) -> str:
        with bound(request_id=name):
            await asyncio.sleep(0)
            return current()["request_id"]

    assert list(await asyncio.gather(one("a"), one("b"))) == ["a", "b"]


def test_a_celery_task_is_bound_while_it_runs_and_forgotten_after() -> None:
    bind_task(task_id="t1")
    assert current() == {"task_id": "t1"}

    unbind_task(task_id="t1")
    assert current() == {}


def test_a_finished_request_is_forgotten() -> None:
    bind(request_id="r1")

    # Not the signal itself: Django's own receivers would look after the database's connections.
    forget_request(sender=None)

    assert current() == {}
    assert request_finished.has_listeners()


def test_the_end_of_a_task_that_never_began_here_changes_nothing() -> None:
    unbind_task(task_id="unknown")

    assert current() == {}


def test_half_a_character_is_escaped_so_that_any_stream_takes_the_line() -> None:
    made = logging.LogRecord("trellis", logging.INFO, "x.py", 1, "half: %s", ("\ud83d",), None)

    assert Line("%(message)s").format(made) == "half: \\ud83d"
