"""Webhooks: each event is written down with what it tells of, and arrives at least once."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook

from accounts.models import User
from agents.executions import announcing, services
from agents.news import delivering, tidying
from agents.news import services as news
from agents.news.errors import NothingToTell, TooManyEndpoints, UrlNotUsable
from agents.news.models import Delivery, Endpoint
from audit.models import Entry
from credentials import rotation
from egress import Limits
from kernel.errors import NotFound
from notifications.models import Notification
from tests.support.graphs import GraphBuilder, calculator
from tests.support.probes import registered
from tests.support.reviews import asked
from tests.support.runs import run, run_to_end, start, start_draft, version_of
from tests.support.webhosts import Asked, endlessly, redirect, reply, slowly
from tests.support.webworlds import allowed_host

pytestmark = pytest.mark.django_db

ALL = ["execution.completed", "execution.failed", "execution.stopped", "review.requested"]
URL = "https://hooks.example.org/in"


@pytest.fixture(autouse=True)
def probes() -> Iterator[None]:
    with registered():
        yield


def endpoint(owner: User, url: str = URL, **more: Any) -> Endpoint:
    return news.create(owner, url=url, events=more.pop("events", ALL), **more).endpoint


def announced(*_: Any) -> list[dict[str, Any]]:
    """Announce all; return what is to be sent."""
    announcing.announce()
    announcing.announce_reviews()
    return [one.payload for one in Delivery.objects.order_by("created", "type")]


def make_due() -> None:
    Delivery.objects.filter(status="PENDING").update(due_at=now() - timedelta(seconds=1))


class TestWhatIsTold:
    def test_an_end_is_told_with_its_outputs(self, alice: User) -> None:
        endpoint(alice)
        execution = run(alice, calculator(), Input=8)

        [payload] = announced()

        assert payload["type"] == "execution.completed"
        data = payload["data"]
        assert (data["id"], data["status"], data["outputs"], data["error"]) == (
            str(execution.pk),
            "COMPLETED",
            {"Output": [42.0]},
            None,
        )
        assert payload["timestamp"] == data["ended_at"]

    def test_a_failure_and_a_stop_are_told_as_such(self, alice: User) -> None:
        endpoint(alice)
        graph = GraphBuilder("Tea")
        graph.node("Flaky", path="/nowhere/at/all", trigger=1)
        run(alice, graph)
        services.stop_execution(start(alice, calculator(), Input=1).pk)

        told = {one["type"]: one["data"]["error"] for one in announced()}

        assert told["execution.failed"]["message"] == "Flaky failed: Not yet."
        assert set(told) == {"execution.failed", "execution.stopped"}

    def test_a_question_is_told_without_what_is_asked_about(self, alice: User) -> None:
        endpoint(alice)
        _, _, review = asked(alice, {"amount": "secret-7741"}, name="The refund")

        [payload] = announced()

        assert (payload["type"], payload["data"]["id"]) == ("review.requested", str(review.pk))
        assert "secret-7741" not in json.dumps(payload)

    def test_only_whoever_asked_for_it_hears(self, alice: User, bob: User) -> None:
        version = version_of(alice, calculator())
        mine = endpoint(alice, agent_id=version.agent_id)
        endpoint(alice, agent_id=version_of(alice, calculator("Other")).agent_id)
        endpoint(alice, events=["execution.failed"])
        off = endpoint(alice)
        news.change(off, is_active=False)
        endpoint(bob)
        run_to_end(
            services.start_execution(owner=alice, agent_id=version.agent_id, inputs={"Input": 1})
        )
        run_to_end(start_draft(alice, calculator("Draft"), Input=1))

        announced()

        assert [one.endpoint_id for one in Delivery.objects.all()] == [mine.pk]

    def test_outputs_that_are_too_large_are_left_to_be_fetched(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("agents.news.outbox.MOST_OUTPUT", 10)
        endpoint(alice)
        run(alice, calculator(), Input=8)

        assert announced()[0]["data"]["outputs"] is None


class TestSending:
    def test_a_call_arrives_signed_and_once(self, alice: User) -> None:
        with allowed_host(lambda _: reply(b"thanks")) as host:
            issued = news.create(alice, url=f"{host.url}/in", events=ALL)
            run(alice, calculator(), Input=8)
            announced()

            assert delivering.send_due() == 1
            assert delivering.send_due() == 0

        [call] = host.asked
        payload = Webhook(issued.secret).verify(call.body, call.headers)
        assert payload["data"]["outputs"] == {"Output": [42.0]}
        row = Delivery.objects.get()
        assert call.headers["webhook-id"] == row.message_id
        assert (row.status, row.attempts, row.answer_status, row.answer) == (
            "DELIVERED",
            1,
            200,
            "thanks",
        )

    def test_what_fails_comes_again_under_the_same_id(self, alice: User) -> None:
        answers = [reply(b"no", status="500 Oh"), reply(b"yes")]
        with allowed_host(lambda _: answers.pop(0)) as host:
            news.test(endpoint(alice, host.url))
            before = now()
            delivering.send_due()
            row = Delivery.objects.get()
            assert (row.status, row.failures, row.error) == (
                "PENDING",
                1,
                "The receiver answered 500.",
            )
            assert timedelta(seconds=5) <= row.due_at - before < timedelta(seconds=60)
            assert Endpoint.objects.get().failing_since is not None
            assert delivering.send_due() == 0, "it is not due yet"
            make_due()
            delivering.send_due()

        first, second = host.asked
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.body == second.body
        row = Delivery.objects.get()
        assert (row.status, row.attempts, row.failures, row.error) == ("DELIVERED", 2, 0, "")
        assert Endpoint.objects.get().failing_since is None

    def test_after_nine_calls_it_is_given_up_and_can_be_sent_again(self, alice: User) -> None:
        answers = [reply(status="503 Later")] * 9 + [reply()]
        with allowed_host(lambda _: answers.pop(0)) as host:
            news.test(endpoint(alice, host.url))
            for _ in range(12):
                make_due()
                delivering.send_due()
            assert Delivery.objects.get().status == "FAILED"
            assert len(host.asked) == 9
            news.redeliver(Delivery.objects.get())
            delivering.send_due()

        assert Delivery.objects.get().status == "DELIVERED"

    def test_who_says_gone_is_not_called_again_and_the_owner_hears(self, alice: User) -> None:
        with allowed_host(lambda _: reply(status="410 Gone")) as host:
            mine = endpoint(alice, host.url, name="Shop")
            news.test(mine)
            delivering.send_due()
            run(alice, calculator(), Input=1)
            announced()
            make_due()
            assert delivering.send_due() == 1, "the test itself goes on"

        mine.refresh_from_db()
        assert (mine.is_active, mine.turned_off_why) == (False, "It answered 410: gone.")
        note = Notification.objects.get(kind="WEBHOOK_DISABLED")
        assert (note.title, note.link) == (
            "The webhook Shop was turned off",
            f"/account/webhooks/{mine.pk}/",
        )
        again = news.change(mine, is_active=True)
        assert (again.failing_since, again.turned_off_why) == (None, "")

    def test_five_days_of_failures_turn_it_off(self, alice: User) -> None:
        with allowed_host(lambda _: reply(status="500 Oh")) as host:
            mine = endpoint(alice, host.url)
            Endpoint.objects.update(failing_since=now() - timedelta(days=5))
            news.test(mine)
            delivering.send_due()

        mine.refresh_from_db()
        assert (mine.is_active, mine.turned_off_why) == (False, "It took nothing for five days.")

    @pytest.mark.parametrize(
        "answer",
        [
            lambda asked: redirect("http://169.254.169.254/latest/"),
            lambda asked: slowly(asked, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
            lambda asked: endlessly(asked, b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
            lambda asked: b"\x00\xff not http",
            lambda asked: b"",
        ],
        ids=["redirect", "slow", "endless", "no HTTP", "nothing"],
    )
    def test_a_hostile_receiver_is_a_failure_like_others(
        self, alice: User, answer: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        limits = Limits(total_seconds=2, max_bytes=200_000, max_redirects=0)
        monkeypatch.setattr(delivering, "LIMITS", limits)
        with allowed_host(answer) as host:
            news.test(endpoint(alice, host.url))
            delivering.send_due()

        row = Delivery.objects.get()
        assert (row.status, row.failures) == ("PENDING", 1)
        assert row.error
        assert len(host.asked) == 1, "no redirect is followed"

    def test_one_that_thinks_holds_up_no_other(self, alice: User, bob: User) -> None:
        go_on = threading.Event()

        def answer(asked: Asked) -> bytes:
            if asked.path == "/slow":
                go_on.wait(60)
            return reply()

        with allowed_host(answer) as host:
            slow, quick = endpoint(alice, f"{host.url}/slow"), endpoint(bob, f"{host.url}/quick")
            for _ in range(30):
                news.test(slow)
            for _ in range(3):
                news.test(quick)
            taken = delivering.take()
            by = [one.endpoint_id for one in taken]
            assert (by.count(slow.pk), by.count(quick.pk)) == (8, 3)
            assert delivering.take() == [], "eight are under way to the slow one"
            go_on.set()

    def test_those_who_take_what_they_get_come_first(self, alice: User, bob: User) -> None:
        silent, fit = endpoint(alice), endpoint(bob)
        Endpoint.objects.filter(pk=silent.pk).update(failing_since=now())
        news.test(silent)
        news.test(fit)

        assert [one.endpoint_id for one in delivering.take(most=1)] == [fit.pk]

    @pytest.mark.django_db(transaction=True)
    def test_of_two_senders_one_has_each_delivery(self, alice: User) -> None:
        mine = endpoint(alice)
        for _ in range(8):
            news.test(mine)
        start_together = threading.Barrier(2)

        def take(_: int) -> list[Any]:
            try:
                start_together.wait(60)
                return [one.pk for one in delivering.take(most=4)]
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(take, range(2))

        assert not set(first) & set(second)

    def test_who_died_while_sending_leaves_it_to_the_next(self, alice: User) -> None:
        news.test(endpoint(alice))
        assert len(delivering.take()) == 1
        assert delivering.take() == []

        Delivery.objects.update(leased_until=now())

        [again] = delivering.take()
        assert again.attempts == 2

    def test_addresses_inside_are_refused_when_they_are_called_too(self, alice: User) -> None:
        mine = endpoint(alice, "https://hooks.example.org/in")
        Endpoint.objects.update(url="http://127.0.0.1:9/in")
        news.test(mine)

        delivering.send_due()

        row = Delivery.objects.get()
        assert row.answer_status is None
        assert "may not be asked" in row.error or "not on the public internet" in row.error


class TestKeeping:
    @pytest.mark.parametrize(
        "url",
        [
            "ftp://example.org/",
            "http://127.0.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://0x7f.1/",
            "https://user:pass@example.org/",
            "https://example.org:22/",
            "x",
        ],
    )
    def test_an_address_that_may_not_be_called_is_refused(self, alice: User, url: str) -> None:
        with pytest.raises(UrlNotUsable):
            endpoint(alice, url)

        assert not Endpoint.objects.exists()

    def test_what_would_never_be_called_is_refused(self, alice: User) -> None:
        with pytest.raises(NothingToTell):
            endpoint(alice, events=[])

    def test_agents_of_others_are_not_there(self, alice: User, bob: User) -> None:
        with pytest.raises(NotFound):
            endpoint(bob, agent_id=version_of(alice, calculator()).agent_id)

    def test_one_may_have_twenty(self, alice: User) -> None:
        for _ in range(20):
            endpoint(alice)

        with pytest.raises(TooManyEndpoints):
            endpoint(alice)
        assert Endpoint.objects.count() == 20

    def test_a_new_secret_signs_beside_the_former_one_for_a_day(self, alice: User) -> None:
        first = news.create(alice, url=URL, events=ALL)
        second = news.rotate(first.endpoint)
        row = Endpoint.objects.get()

        assert row.signing_secrets() == [second.secret, first.secret]
        Endpoint.objects.update(former_until=now())
        assert Endpoint.objects.get().signing_secrets() == [second.secret]
        assert first.secret.encode() not in bytes(row.sealed)

    def test_secrets_are_sealed_anew_with_the_others(self, alice: User, settings: Any) -> None:
        issued = news.create(alice, url=URL, events=ALL)
        settings.CREDENTIALS_KEYS = [
            "another-key-of-the-instance-0123456789",
            *settings.CREDENTIALS_KEYS,
        ]
        assert rotation.count_of_former() == 1

        assert rotation.rotate().sealed == 1

        settings.CREDENTIALS_KEYS = settings.CREDENTIALS_KEYS[:1]
        assert Endpoint.objects.get().signing_secrets() == [issued.secret]

    def test_what_is_done_is_in_the_log_without_address_and_secret(self, alice: User) -> None:
        issued = news.create(alice, url=f"{URL}?token=7741", events=ALL)
        news.change(issued.endpoint, is_active=False)
        news.rotate(issued.endpoint)
        news.delete(issued.endpoint)

        lines = list(Entry.objects.filter(action__startswith="webhook.").order_by("pk"))
        assert [line.action for line in lines] == [
            "webhook.added",
            "webhook.changed",
            "webhook.changed",
            "webhook.deleted",
        ]
        text = " ".join(f"{line.object_label} {line.details}" for line in lines)
        assert "7741" not in text
        assert issued.secret not in text

    def test_the_log_is_kept_for_a_month(self, alice: User) -> None:
        mine = endpoint(alice)
        old, new = news.test(mine), news.test(mine)
        Delivery.objects.filter(pk=old.pk).update(created=now() - timedelta(days=31))

        assert tidying.tidy() == 1
        assert Delivery.objects.get() == new
