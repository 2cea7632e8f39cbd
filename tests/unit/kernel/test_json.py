"""JSON of requests and responses."""

from io import BytesIO
from typing import Any

import pytest

from kernel.api.json import JSONParser, JSONRenderer, MalformedBody


def parsed(body: bytes) -> Any:
    return JSONParser().parse(BytesIO(body))


def test_a_body_is_read_as_it_is() -> None:
    assert parsed('{"ü": [1, 1.0, "\\u0000", null]}'.encode()) == {"ü": [1, 1.0, "\0", None]}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b"-Infinity", "-Infinity is not JSON"),
        (b'"\xff"', "not UTF-8 text: byte 1"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8 text: byte 0"),
        (b'"\0"', "Invalid control character"),
        pytest.param(b"[" * 202 + b"]" * 202, "nested deeper than 200 levels", id="deep"),
        pytest.param(b"[" * 100_000, "nested deeper than 200 levels", id="very deep"),
        pytest.param(b"9" * 5000, "not JSON", id="endless digits"),
    ],
)
def test_what_is_not_json_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        parsed(body)

    assert reason in caught.value.message
    assert (caught.value.code, caught.value.status) == ("not_json", 400)


def test_text_of_other_languages_stays_readable() -> None:
    assert JSONRenderer().render({"name": "名前 🙂"}) == '{"name":"名前 🙂"}'.encode()


def test_half_a_surrogate_pair_is_escaped_and_breaks_nothing() -> None:
    assert JSONRenderer().render({"name": "\ud83d!"}) == b'{"name":"\\ud83d!"}'


def test_nan_is_never_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        JSONRenderer().render(float("nan"))
