"""The text of API keys."""

import pytest

from apikeys import tokens


def test_a_key_names_its_kind_its_prefix_and_its_secret() -> None:
    token = tokens.generate()

    kind, prefix, secret = token.text.split("_", 2)
    assert (kind, prefix) == ("trls", token.prefix)
    assert (len(prefix), len(secret)) == (8, 43)


def test_no_two_keys_are_alike() -> None:
    made = [tokens.generate() for _ in range(200)]

    assert len({token.text for token in made}) == 200
    assert len({token.prefix for token in made}) == 200


def test_a_generated_key_can_be_split_again_even_with_underscores_in_its_secret() -> None:
    text = f"trls_abcd1234_{'_-' * 21}x"

    assert tokens.split(text) == tokens.Token(text, "abcd1234")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "trls_",
        "trls_abcd1234",
        f"trls_abcd1234_{'x' * 42}",
        f"trls_abcd1234_{'x' * 44}",
        f"agpt_abcd1234_{'x' * 43}",
        f"trls_abcd123ä_{'x' * 43}",
        f"trls_abcd1234_{'x' * 43}\n",
        f"trls_abcd1234_{'x' * 42}\0",
        f" trls_abcd1234_{'x' * 43}",
    ],
)
def test_other_texts_are_no_keys(text: str) -> None:
    assert tokens.split(text) is None


def test_the_digest_is_that_of_the_whole_text() -> None:
    token = tokens.Token(f"trls_abcd1234_{'x' * 43}", "abcd1234")

    assert token.digest == "5f9749eeb04cd00cca4ea5a1eaa073d9d1d2bd43e735f6f3f9f0b0bec0198cb3"
    assert token.matches(token.digest)


def test_another_secret_with_the_same_prefix_does_not_match() -> None:
    digest = tokens.Token(f"trls_abcd1234_{'x' * 43}", "abcd1234").digest

    assert not tokens.Token(f"trls_abcd1234_{'y' * 43}", "abcd1234").matches(digest)


def test_a_key_never_shows_its_secret_when_it_is_logged() -> None:
    token = tokens.generate()

    assert repr(token) == f"Token({token.prefix!r})"
