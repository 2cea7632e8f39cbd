"""Servers that are slow, broken, huge or hostile; and what a block hears of it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.sdk.models import Answer, ModelFailed, ModelFailedForNow, Question
from llm.providers import PROVIDERS
from tests.support.modelservers import (
    JSON,
    KEY,
    SSE,
    events,
    instance_model,
    key_for,
    model_server,
    refusal,
    with_models,
)
from tests.support.webhosts import Asked, endlessly, redirect, reply, slowly
from tests.support.webworlds import allowed_host

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
ODD: list[Any] = [
    "null",
    "5",
    '"text"',
    "[1, 2]",
    {"choices": "x"},
    {"choices": [5]},
    {"choices": [{"delta": 5}]},
    {"choices": [{"delta": {"content": {"a": [1]}}}]},
    {"choices": [{"delta": {"tool_calls": "x"}}]},
    {"choices": [{"delta": {"tool_calls": [{"index": "a", "function": 5}]}}]},
    {"choices": [{"delta": {"content": None}}], "usage": "much"},
    {"error": "x"},
    {"error": {"message": {"a": 1}}},
    {"type": "message_start"},
    {"type": "message_start", "message": 5},
    {"type": "content_block_delta", "index": 7, "delta": {"type": "text_delta", "text": 5}},
    {"type": "content_block_start", "index": 0, "content_block": "x"},
    {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
    {"candidates": "x"},
    {"candidates": [{"content": {"parts": "x"}}]},
    {"candidates": [{"content": {"parts": [{"functionCall": 5}]}}]},
    {"promptFeedback": {"blockReason": "SAFETY"}},
]
HI = Question([{"role": "user", "content": "Hi"}])


def said_of(reply: bytes) -> Any:
    """Return what a block hears where the server says this."""
    with model_server(reply) as host:
        with pytest.raises((ModelFailed, ModelFailedForNow)) as caught:
            with_models(key_for("openai_compatible", host)).models.ask(HI, model="m")
        assert len(host.asked) == 1, "a library tried again by itself"
    return caught.value


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("400 Bad Request", "model_refused"),
        ("401 Unauthorized", "model_credentials_refused"),
        ("402 Payment Required", "model_quota_used_up"),
        ("403 Forbidden", "model_credentials_refused"),
        ("404 Not Found", "model_not_found"),
        ("413 Content Too Large", "model_prompt_too_long"),
        ("422 Unprocessable", "model_refused"),
    ],
)
def test_what_does_not_pass_fails_at_once(status: str, code: str) -> None:
    error = said_of(refusal(status, "It is so."))

    assert isinstance(error, ModelFailed)
    assert error.code == code
    assert "It is so." in str(error)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("429 Too Many Requests", "model_rate_limited"),
        ("408 Request Timeout", "model_overloaded"),
        ("500 Oops", "model_overloaded"),
        ("503 Unavailable", "model_overloaded"),
        ("529 Overloaded", "model_overloaded"),
    ],
)
def test_what_may_pass_is_worth_another_try(status: str, code: str) -> None:
    error = said_of(refusal(status, "Later."))

    assert isinstance(error, ModelFailedForNow)
    assert (error.code, error.retry_after) == (code, None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "17"}, 17),
        ({"retry_after_ms": "1500"}, 1.5),
        ({"x_ratelimit_remaining_tokens": "0", "x_ratelimit_reset_tokens": "6m0s"}, 360),
        ({"x_ratelimit_remaining_requests": "0", "x_ratelimit_reset_requests": "250ms"}, 0.25),
        (
            {
                "x_ratelimit_remaining_requests": "3",
                "x_ratelimit_reset_requests": "1h",
                "x_ratelimit_reset_tokens": "2s",
            },
            2,
        ),
        ({"x_ratelimit_reset_tokens": "soon"}, None),
    ],
)
def test_the_provider_says_when_to_ask_again(headers: Any, seconds: float | None) -> None:
    error = said_of(refusal("429 Too Many Requests", "Slow down.", **headers))

    assert error.retry_after == seconds


def test_an_account_without_money_is_not_asked_again() -> None:
    body = b'{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'

    error = said_of(reply(body, status="429 Too Many Requests", headers=JSON))

    assert isinstance(error, ModelFailed)
    assert error.code == "model_quota_used_up"


@pytest.mark.parametrize(
    "body",
    [
        reply(b"<html>Welcome</html>", headers={"Content-Type": "text/html"}),
        reply(b"data: {not json\n\n", headers=SSE),
        reply(b"", headers=SSE),
        events({"choices": []}, "[DONE]"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ndata: ",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
)
def test_what_is_no_answer_is_an_error_and_not_a_crash(body: bytes) -> None:
    error = said_of(body)

    assert error.code in ("model_answer_unreadable", "model_overloaded", "answer_unreadable")


@pytest.mark.parametrize("protocol", ["openai_compatible", "anthropic", "google"])
@pytest.mark.parametrize("kind", range(len(ODD)))
def test_an_answer_of_an_odd_form_is_an_error_and_not_a_crash(
    kind: int, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(events(ODD[kind])) as host:
        known = PROVIDERS[protocol]
        moved = replace(known, base_url=host.url if known.base_url else "")
        monkeypatch.setitem(PROVIDERS, protocol, moved)
        with pytest.raises((ModelFailed, ModelFailedForNow)) as caught:
            with_models(key_for(protocol, host)).models.ask(HI, model="m")

    assert caught.value.code in ("model_answer_unreadable", "model_overloaded", "model_refused")


def test_a_server_that_is_not_there_may_come_back(settings: Any) -> None:
    with model_server("x") as host:
        gone = key_for("openai_compatible", host)
        allowed = settings.EGRESS
    settings.EGRESS = allowed

    with pytest.raises(ModelFailedForNow) as caught:
        with_models(gone).models.ask(HI, model="m")

    assert caught.value.code == "connection_failed"


def test_a_redirect_is_not_followed() -> None:
    with model_server("x") as other:
        error = said_of(redirect(f"{other.url}/v1/chat/completions", status="307 Temporary"))

        assert other.asked == []
    assert error.code.startswith("model_")


def test_a_server_that_says_nothing_more_is_left(settings: Any) -> None:
    settings.MODELS = {**settings.MODELS, "seconds": 1}

    def answer(asked: Asked) -> Iterator[bytes]:
        return slowly(asked, HEAD, b": ")

    with allowed_host(answer) as host, pytest.raises(ModelFailedForNow) as caught:
        with_models(key_for("openai_compatible", host)).models.ask(HI, model="m")

    assert caught.value.code == "request_timed_out"


def test_a_server_that_never_ends_is_left() -> None:
    chunk = b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    chunk += b'[{"index":0,"delta":{"content":"' + b"a" * 1_000_000 + b'"}}]}\n\n'

    def answer(asked: Asked) -> Iterator[bytes]:
        return endlessly(asked, HEAD, chunk)

    with allowed_host(answer) as host, pytest.raises(ModelFailed) as caught:
        with_models(key_for("openai_compatible", host)).models.ask(HI, model="m")

    assert caught.value.code == "answer_too_large"


def test_a_call_that_nobody_wants_any_more_ends() -> None:
    def answer(asked: Asked) -> Iterator[bytes]:
        return slowly(asked, HEAD, b": ")

    with allowed_host(answer) as host:
        stopped = with_models(key_for("openai_compatible", host), stop=lambda: bool(host.asked))
        with pytest.raises(ModelFailed) as caught:
            stopped.models.ask(HI, model="m")

    assert caught.value.code == "request_stopped"


def test_a_key_that_comes_back_is_taken_out() -> None:
    with model_server(Answer(f"Your key is {KEY}.")) as host:
        answer = with_models(key_for("openai_compatible", host)).models.ask(HI, model="m")

    assert answer.text == "Your key is [redacted]."


def test_the_instance_s_key_that_comes_back_is_taken_out() -> None:
    with instance_model("It is operators-key-77.", key="operators-key-77") as host:
        answer = with_models().models.ask(HI, model="gpt-4o")

    assert answer.text == "It is [redacted]."
    assert host.asked[0].headers["authorization"] == "Bearer operators-key-77"


def test_people_who_ask_the_same_server_each_send_their_own_key() -> None:
    with model_server("x") as host:
        for secret in ("key-of-alice", "key-of-bob"):
            credential = replace(key_for("openai_compatible", host), key=SecretStr(secret))
            with_models(credential).models.ask(HI, model="shared")
        with_models(replace(key_for("openai_compatible", host), key=SecretStr(""))).models.ask(
            HI, model="shared"
        )

    assert [one.headers.get("authorization") for one in host.asked] == [
        "Bearer key-of-alice",
        "Bearer key-of-bob",
        None,
    ]
    assert host.connections == 3


def test_no_variable_of_the_environment_reaches_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "HTTP_PROXY"):
        monkeypatch.setenv(name, "operators-own")
    with model_server("x") as host:
        with_models(key_for("openai_compatible", host)).models.ask(HI, model="env-check")

    assert "operators-own" not in str(host.asked[0].headers)
