"""Sliding windows in Redis: exact, all or none, and harmless when Redis is away."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from quotas.policy import Kind, Rate, Subject, Verdict, Who, Window
from quotas.windows import Windows

USER = Subject(Who.USER, "1")
KEY = Subject(Who.KEY, "7")


def window(subject: Subject, amount: int, seconds: int = 60) -> Window:
    return Window(Kind.READS, subject, Rate(amount, seconds))


@pytest.fixture
def windows(servers: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Windows]:
    monkeypatch.setattr("quotas.windows.PATIENCE", 60.0)  # however busy the machine is
    found = Windows(settings.REDIS_URL)
    found.reset()
    yield found
    found.reset()


def hit(windows: Windows, *asked: Window) -> Verdict:
    verdict = windows.hit(asked)
    assert verdict is not None
    return verdict


def test_as_many_requests_pass_as_the_rate_says(windows: Windows) -> None:
    verdicts = [hit(windows, window(USER, 3)) for _ in range(5)]

    assert [one.allowed for one in verdicts] == [True, True, True, False, False]
    assert [one.levels[0].remaining for one in verdicts] == [2, 1, 0, 0, 0]
    assert 0 < verdicts[-1].levels[0].seconds <= 60


def test_a_request_that_one_window_refuses_takes_no_place_in_another(windows: Windows) -> None:
    tight, wide = window(KEY, 1), window(USER, 3)

    allowed = [hit(windows, tight, wide).allowed for _ in range(5)]
    left = hit(windows, wide).levels[0].remaining

    assert allowed == [True, False, False, False, False]
    assert left == 1


def test_the_window_slides(windows: Windows) -> None:
    """A request leaves the window after its seconds, whatever came after it."""
    asked = window(USER, 2)
    for _ in range(2):
        hit(windows, asked)
    key = windows.prefixed_key(":".join(asked.key))
    newest, oldest = (float(one) for one in windows.storage.lrange(key, 0, -1))

    windows.storage.lset(key, 1, f"{oldest - 60:.6f}")  # as if it had been a minute earlier
    allowed = [hit(windows, asked).allowed for _ in range(2)]

    assert allowed == [True, False]
    assert float(windows.storage.lindex(key, 1)) == newest


def test_a_full_window_says_when_the_next_request_may_come(windows: Windows) -> None:
    asked = window(USER, 2)
    for _ in range(2):
        hit(windows, asked)
    key = windows.prefixed_key(":".join(asked.key))
    newest, oldest = (float(one) for one in windows.storage.lrange(key, 0, -1))
    windows.storage.lset(key, 1, f"{oldest - 50:.6f}")
    windows.storage.lset(key, 0, f"{newest - 20:.6f}")

    two = hit(windows, asked).levels[0].seconds
    one = hit(windows, window(USER, 1)).levels[0].seconds

    assert 0 < two <= 10 < one <= 40, "with a lower rate, more have to leave before"


def test_a_window_is_forgotten_when_it_is_empty(windows: Windows) -> None:
    asked = window(USER, 2, seconds=60)

    hit(windows, asked)

    assert 0 < windows.storage.ttl(windows.prefixed_key(":".join(asked.key))) <= 60


def test_windows_of_different_kinds_and_subjects_are_apart(windows: Windows) -> None:
    others = [
        Window(Kind.WRITES, USER, Rate(1, 60)),
        window(Subject(Who.USER, "2"), 1),
        window(Subject(Who.KEY, "1"), 1),
    ]
    hit(windows, window(USER, 1))

    assert all(hit(windows, one).allowed for one in others)


def test_limits_itself_reads_the_same_windows(windows: Windows) -> None:
    """The layout is the library's: its own tools can look at a window, and clear it."""
    asked = window(USER, 5)
    for _ in range(3):
        hit(windows, asked)
    library, item = MovingWindowRateLimiter(windows), RateLimitItemPerMinute(5)
    key = ":".join(asked.key)

    oldest, counted = windows.get_moving_window(key, item.amount, item.get_expiry())
    acquired = [windows.acquire_entry(key, item.amount, item.get_expiry()) for _ in range(3)]
    refused = hit(windows, asked).allowed
    windows.clear(key)

    assert library.storage is windows
    assert (oldest > 0, counted) == (True, 3)
    assert acquired == [True, True, False]
    assert not refused
    assert hit(windows, asked).allowed


def test_many_at_once_get_as_many_places_as_there_are(windows: Windows) -> None:
    """Two clients, as two processes have them, and 400 requests from 16 threads."""
    clients = [windows, Windows(settings.REDIS_URL)]
    users = [window(Subject(Who.USER, str(number)), 40) for number in range(4)]
    together = threading.Barrier(16)

    def ask(thread: int) -> list[tuple[int, bool]]:
        together.wait()
        return [
            (number % 4, hit(clients[thread % 2], users[number % 4]).allowed)
            for number in range(25)
        ]

    with ThreadPoolExecutor(16) as pool:
        answers = [answer for part in pool.map(ask, range(16)) for answer in part]

    passed = [sum(allowed for user, allowed in answers if user == one) for one in range(4)]
    assert passed == [40, 40, 40, 40]


def test_one_request_is_one_round_trip(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    hit(windows, window(USER, 5))  # Redis knows the script from now on
    sent: list[str] = []
    execute = windows.storage.execute_command

    def counted(*arguments: object, **options: object) -> object:
        sent.append(str(arguments[0]))
        return execute(*arguments, **options)

    monkeypatch.setattr(windows.storage, "execute_command", counted)
    hit(windows, window(KEY, 5), window(USER, 5))

    assert sent == ["EVALSHA"]


def test_without_redis_nobody_is_refused_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Windows("redis://127.0.0.1:1/0")

    with caplog.at_level(logging.WARNING):
        verdicts = [away.hit([window(USER, 1)]) for _ in range(3)]

    assert verdicts == [None, None, None]
    [line] = [one for one in caplog.records if one.name == "quotas.windows"]
    assert line.getMessage().startswith("Rates are not limited for 5 s: Redis does not count.")


def test_redis_is_asked_again_after_a_while(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "_away_until", 0.0)
    monkeypatch.setattr("quotas.windows.PAUSE", 0.0)
    script = windows._script
    monkeypatch.setattr(windows, "_script", Windows("redis://127.0.0.1:1/0")._script)
    assert windows.hit([window(USER, 1)]) is None

    monkeypatch.setattr(windows, "_script", script)

    assert hit(windows, window(USER, 1)).allowed
