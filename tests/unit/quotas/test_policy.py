"""Rates: how they are written, for whom they count, and what people are told."""

import pytest

from quotas.policy import (
    Kind,
    Level,
    NotARate,
    Rate,
    Subject,
    Verdict,
    Who,
    Window,
    headers,
    in_words,
    members,
    network_of,
    parse_rate,
    parse_rates,
    sentence,
    windows,
)

ALICE = Subject(Who.USER, "1")
KEY = Subject(Who.KEY, "7")
RATES = {Who.USER: Rate(1200, 60), Who.KEY: Rate(600, 60)}


def level(subject: Subject, rate: Rate, counted: int, seconds: float = 12.2) -> Level:
    return Level(Window(Kind.READS, subject, rate), counted, seconds)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("600/minute", Rate(600, 60)),
        ("600 per minute", Rate(600, 60)),
        ("20/5 minute", Rate(20, 300)),
        ("20 per 5 minutes", Rate(20, 300)),
        ("1/second", Rate(1, 1)),
        ("5000/hour", Rate(5000, 3600)),
    ],
)
def test_rates_are_read_as_people_write_them(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "600", "600/fortnight", "-1/minute", "0/minute", "x/minute"])
def test_what_is_no_rate_is_refused_by_name(text: str) -> None:
    with pytest.raises(NotARate) as refused:
        parse_rate(text)

    assert str(refused.value).startswith(repr(text))


def test_a_setting_says_for_whom_each_rate_counts() -> None:
    found = parse_rates("1200/minute per user, 20/5 minutes per account")

    assert found == {Who.USER: Rate(1200, 60), Who.ACCOUNT: Rate(20, 300)}


def test_none_names_nobody() -> None:
    assert parse_rates("none") == {}


@pytest.mark.parametrize("text", ["600/minute", "600/minute per planet", "per user", ""])
def test_a_rate_for_nobody_known_is_refused(text: str) -> None:
    with pytest.raises(NotARate):
        parse_rates(text)


def test_a_request_counts_for_each_subject_that_has_a_rate() -> None:
    found = windows(Kind.READS, [KEY, ALICE, Subject(Who.ADDRESS, "::1")], RATES, {})

    assert [(one.subject, one.rate) for one in found] == [
        (KEY, Rate(600, 60)),
        (ALICE, Rate(1200, 60)),
    ]


def test_an_own_rate_comes_before_everybody_s() -> None:
    own = {(Who.USER, "1", Kind.READS): Rate(5, 60), (Who.USER, "1", Kind.WRITES): Rate(9, 60)}

    [found] = windows(Kind.READS, [ALICE], RATES, own)

    assert found.rate == Rate(5, 60)


def test_windows_of_a_changed_rate_go_on_with_what_was_counted() -> None:
    before, after = (
        Window(Kind.READS, ALICE, Rate(5, 60)),
        Window(Kind.READS, ALICE, Rate(9, 60)),
    )

    assert before.key == after.key == ("reads", "user", "1")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("testclient", "testclient"),
    ],
)
def test_a_person_s_network_is_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_headers_tell_of_the_window_with_the_least_left_and_of_the_policy_of_each() -> None:
    verdict = Verdict(True, [level(KEY, Rate(600, 60), 1), level(ALICE, Rate(1200, 60), 1190)])

    assert headers(verdict) == {
        "RateLimit-Limit": "1200",
        "RateLimit-Remaining": "10",
        "RateLimit-Reset": "13",
        "RateLimit-Policy": (
            '600;w=60;comment="reads per key", 1200;w=60;comment="reads per user"'
        ),
    }


def test_a_refusal_says_when_to_come_back() -> None:
    full, later, free = (
        level(KEY, Rate(600, 60), 600, 3.0),
        level(ALICE, Rate(1200, 60), 1200, 41.5),
        level(Subject(Who.ADDRESS, "x"), Rate(1, 60), 0, 60),
    )

    verdict = Verdict(False, [full, later, free])

    assert headers(verdict)["Retry-After"] == "42"
    assert headers(verdict)["RateLimit-Remaining"] == "0"
    assert members(verdict) == {
        "limit": {
            "kind": "reads",
            "per": "user",
            "amount": 1200,
            "seconds": 60,
            "retry_after": 42,
        }
    }


def test_a_refusal_can_be_understood() -> None:
    verdict = Verdict(False, [level(ALICE, Rate(1200, 60), 1200)])

    assert sentence(verdict) == (
        "You have used up the limit of 1,200 requests in one minute. Try again in 13 seconds. "
        "An administrator of this instance can raise your limit."
    )


@pytest.mark.parametrize("who", list(Who))
@pytest.mark.parametrize("kind", list(Kind))
def test_there_are_words_for_every_window(kind: Kind, who: Who) -> None:
    window = Window(kind, Subject(who, "x"), Rate(1, 1))

    assert "None" not in sentence(Verdict(False, [Level(window, 1, 0.2)]))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "one second"),
        (59, "59 seconds"),
        (60, "one minute"),
        (90, "90 seconds"),
        (300, "5 minutes"),
        (3600, "one hour"),
        (86400, "one day"),
    ],
)
def test_times_are_said_in_words(seconds: int, words: str) -> None:
    assert in_words(seconds) == words
