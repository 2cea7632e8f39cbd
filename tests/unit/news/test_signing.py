"""Signatures, checked by the official library for receivers; and when calls are made again."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from agents.news import retrying, signing

BODY = b'{"type":"test","data":{"n":1}}'


def signed(*secrets: str, body: bytes = BODY) -> dict[str, str]:
    return signing.headers(id="msg_1", timestamp=int(time.time()), body=body, secrets=list(secrets))


def test_a_receiver_with_the_secret_believes_the_call() -> None:
    secret = signing.new_secret()

    assert Webhook(secret).verify(BODY, signed(secret)) == {"type": "test", "data": {"n": 1}}


def test_after_a_change_both_secrets_are_believed() -> None:
    old, new = signing.new_secret(), signing.new_secret()

    headers = signed(new, old)

    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers)


def test_another_secret_another_body_and_another_id_are_not_believed() -> None:
    secret = signing.new_secret()
    headers = signed(secret)

    for receiver, body, change in (
        (signing.new_secret(), BODY, {}),
        (secret, BODY + b" ", {}),
        (secret, BODY, {"webhook-id": "msg_2"}),
        (secret, BODY, {"webhook-timestamp": str(int(time.time()) - 1)}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(receiver).verify(body, headers | change)


def test_secrets_differ_and_are_long() -> None:
    secrets = {signing.new_secret() for _ in range(50)}

    assert len(secrets) == 50
    assert all(one.startswith("whsec_") and len(one) == 50 for one in secrets)


def test_a_call_is_made_nine_times_over_a_day_and_a_half() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    waits = []
    for failures in range(1, 10):
        due = retrying.next_try(moment, failures)
        waits.append(due and due - moment)

    assert waits[-1] is None
    assert sum((wait for wait in waits if wait), timedelta()) == timedelta(
        hours=35, minutes=36, seconds=5
    )


@pytest.mark.parametrize(
    ("status", "days", "hopeless"),
    [(410, 0, True), (500, 4.9, False), (None, 5, True), (404, 0, False), (200, None, False)],
)
def test_an_endpoint_is_given_up_when_it_is_gone_or_took_nothing_for_days(
    status: int | None, days: float | None, hopeless: bool
) -> None:
    moment = datetime(2026, 1, 10, tzinfo=UTC)
    since = None if days is None else moment - timedelta(days=days)

    assert retrying.is_hopeless(status, since, moment) is hopeless
