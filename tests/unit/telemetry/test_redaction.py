"""Secrets give way to a mark: by name, by value, by pattern."""

import json
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from apikeys.tokens import generate
from telemetry import redaction
from telemetry.redaction import MARK, is_secret, remember, secrets, text, tree


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    """Nothing is remembered before a test, and nothing of it after."""
    with patch.object(redaction, "_known", redaction._Known()):
        yield


@pytest.mark.parametrize(
    "name",
    ["password", "API_KEY", "X-API-Key", "access_token", "Set-Cookie", "Authorization", "mySecret"],
)
def test_a_value_whose_name_says_so_is_a_secret(name: str) -> None:
    assert is_secret(name, "x")
    assert tree({name: "x"}) == {name: MARK}


@pytest.mark.parametrize(
    ("name", "value"),
    [("tokens", 12), ("token_count", 1.5), ("has_password", True), ("secret", None), ("name", "x")],
)
def test_numbers_of_tokens_flags_and_other_names_are_none(name: str, value: object) -> None:
    assert not is_secret(name, value)
    assert tree({name: value}) == {name: value}


def test_what_was_remembered_is_found_wherever_it_stands() -> None:
    remember('p"w/1234')

    assert text('It is p"w/1234.') == f"It is {MARK}."
    assert text(json.dumps({"a": 'p"w/1234'})) == f'{{"a": "{MARK}"}}'
    assert text("https://x.example/?q=p%22w%2F1234&b=1") == f"https://x.example/?q={MARK}&b=1"


def test_of_two_secrets_one_in_the_other_the_longer_goes_whole() -> None:
    remember("abcdef", "abcdefghij")

    assert text("abcdefghij abcdef") == f"{MARK} {MARK}"


def test_what_is_too_short_to_be_told_from_words_is_not_looked_for() -> None:
    remember("a", "", "12345")

    assert text("a man, 12345") == "a man, 12345"


def test_secrets_of_a_block_of_code_are_forgotten_after_it() -> None:
    with secrets(["hunter22"]):
        assert text("hunter22") == MARK
        with secrets(["other-one"]):
            assert text("hunter22") == "hunter22"
        assert text("hunter22") == MARK

    assert text("hunter22") == "hunter22"


def test_the_oldest_of_very_many_are_forgotten() -> None:
    with patch.object(redaction, "MOST_REMEMBERED", 2):
        remember("first-secret", "second-secret")
        remember("first-secret", "third-secret")

    assert text("first-secret second-secret third-secret") == f"{MARK} second-secret {MARK}"


def test_secrets_of_the_environment_are_known_by_their_names_and_urls() -> None:
    redaction.remember_environment(
        {
            "MAIL_PASSWORD": "correct horse",
            "SECRET_KEY_FILE": "/run/secrets/key",
            "CACHE_URL": "redis://me:open sesame@cache.example/0",
            "USE_TOKENS": "true",
            "HOME_PAGE": "https://example.org",
        }
    )

    told = text("correct horse, open sesame, /run/secrets/key, true, https://example.org")

    assert told == f"{MARK}, {MARK}, /run/secrets/key, true, https://example.org"


def test_a_key_of_ours_keeps_the_part_that_names_it() -> None:
    key = generate()

    assert text(f"The key {key.text} opens nothing") == (
        f"The key trls_{key.prefix}_{MARK} opens nothing"
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Bearer abcdefghijklmnop12", f"Bearer {MARK}"),
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: {MARK}"),
        ("'authorization': 'Token abc123'", f"'authorization': '{MARK}'"),
        ("at postgresql://me:pa55@db.example/x", f"at postgresql://me:{MARK}@db.example/x"),
        ("GET /ws/v1/?token=abc.def&since=3", f"GET /ws/v1/?token={MARK}&since=3"),
        ('{"client_secret": "abc def"}', f'{{"client_secret": "{MARK}"}}'),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk", MARK),
        ("sk-proj-abcdefghijklmnopqrst", MARK),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", MARK),
        ("AKIAIOSFODNN7EXAMPLE", MARK),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", MARK),
    ],
)
def test_what_looks_like_a_secret_is_taken_for_one(said: str, told: str) -> None:
    assert text(said) == told


@pytest.mark.parametrize(
    "said",
    [
        "Unexpected token: }",
        "Basic authentication is not understood.",
        "https://example.org/a:b/c@d",
        "The bearer of bad news",
        "Set your password in the settings: it is too short.",
        "1234-5678 at 10:30, max_tokens=100",
    ],
)
def test_ordinary_words_stay_as_they_are(said: str) -> None:
    assert text(said) == said


def test_a_tree_is_told_at_every_depth_and_as_json() -> None:
    remember("open sesame")
    given = {
        "headers": [("Cookie", "x"), {"cookie": "sessionid=1"}],
        "deep": {"deeper": [{"note": "say open sesame"}]},
        "at": 1,
        "error": ValueError("open sesame"),
    }

    assert tree(given) == {
        "headers": [["Cookie", "x"], {"cookie": MARK}],
        "deep": {"deeper": [{"note": f"say {MARK}"}]},
        "at": 1,
        "error": MARK,
    }


def test_a_tree_without_end_has_one() -> None:
    endless: list[object] = []
    endless.append(endless)

    assert MARK in str(tree(endless))


@pytest.mark.parametrize(
    "made_of", ["-----BEGIN PRIVATE KEY-----", "://a:", "token=", "eyJaaaaaaaa."]
)
def test_a_hostile_text_costs_no_more_than_its_length(made_of: str) -> None:
    """A pattern that goes back and forth would not come to an end here."""
    assert len(text(made_of * 20_000)) > 0
