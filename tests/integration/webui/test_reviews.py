"""Pages on which a person decides; a browser without JavaScript."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from agents.executions import reviewing, services
from agents.executions.models import Review
from agents.executions.output import outputs
from tests.integration.webui.conftest import Browse
from tests.support.cases import sub_agent
from tests.support.reviews import asked, asking
from tests.support.runs import run_queued, run_to_end, start

pytestmark = pytest.mark.django_db

HOSTILE = "</textarea><script>alert(1)</script>"
REFUND = {"amount": 100, "to": "Bob"}


def url_of(review: Review, rest: str = "") -> str:
    return f"/reviews/{review.pk}/{rest}"


def words(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def data_of(page: str) -> str:
    """Return what stands in the page's field for the data, as a browser reads it."""
    found = re.search(r'<textarea name="data"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found, "The page has no field for the data."
    return html.unescape(found[1])


def send(client: Client, review: Review, decision: str = "approve", **fields: str) -> Any:
    return client.post(url_of(review), {"decision": decision, **fields})


class TestList:
    def test_what_waits_is_listed_and_counted_on_every_page(
        self, alice: User, bob: User, browse: Browse
    ) -> None:
        asked(alice, 1, name="The first")
        asked(alice, 2, name=HOSTILE)
        asked(bob, 3, name="Bob's own")
        page = words(browse(alice), "/reviews/")

        assert page.index("alert(1)") < page.index("The first")
        assert "<script>alert" not in page
        assert "Bob" not in page
        count = '<span class="count">2<span class="visually-hidden"> waiting</span></span>'
        assert count in page
        assert count in words(browse(alice), "/agents/")

    def test_very_many_are_not_counted_to_the_end(
        self, alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("webui.templatetags.webui.MOST_COUNTED", 2)
        asked(alice, 1)
        assert '<span class="count">1<' in words(browse(alice), "/runs/")
        asked(alice, 2)
        assert '<span class="count">1+<' in words(browse(alice), "/runs/")

    def test_nothing_to_do_is_said(self, alice: User, browse: Browse) -> None:
        page = words(browse(alice), "/reviews/")

        assert "Nothing waits for you" in page
        assert 'class="count"' not in page

    def test_what_was_decided_can_be_looked_at(self, alice: User, browse: Browse) -> None:
        _, _, review = asked(alice, 1)
        reviewing.decide(review, by=alice, approve=False)

        page = words(browse(alice), "/reviews/?status=REJECTED")

        assert "The refund" in page
        assert 'by <span dir="auto">alice</span>' in page
        assert "No such reviews" in words(browse(alice), "/reviews/?status=APPROVED")
        assert "Nothing waits for you" in words(browse(alice), "/reviews/?status=nonsense")


class TestDeciding:
    def test_text_is_edited_as_text(self, alice: User, browse: Browse) -> None:
        execution, _, review = asked(alice, "Dear <b>\nBob & all")
        client = browse(alice)
        page = client.get(url_of(review)).content.decode()
        assert data_of(page) == "Dear <b>\nBob & all"

        answer = send(client, review, data="Dear Bob\r\nand all", message=" Shorter. ")

        assert (answer.status_code, answer["Location"]) == (302, f"/runs/{execution.pk}/")
        assert outputs(run_to_end(execution)) == {
            "approved_data": ["Dear Bob\nand all"],
            "review_message": ["Shorter."],
        }

    def test_anything_else_is_edited_as_json(self, alice: User, browse: Browse) -> None:
        execution, _, review = asked(alice, REFUND)
        client = browse(alice)
        page = client.get(url_of(review)).content.decode()
        assert data_of(page) == '{\n  "amount": 100,\n  "to": "Bob"\n}'

        send(client, review, data='{"amount": 90}')

        assert outputs(run_to_end(execution)) == {"approved_data": [{"amount": 90}]}

    @pytest.mark.parametrize(
        "data", ["", " a ", "\n\na\n", "a\r\nb", "\ud800", 0, 1.0, [], False, "é🫖\u2028", HOSTILE]
    )
    def test_what_is_sent_back_unchanged_is_unchanged(
        self, data: Any, alice: User, browse: Browse
    ) -> None:
        execution, _, review = asked(alice, data)
        client = browse(alice)
        shown = data_of(client.get(url_of(review)).content.decode())

        send(client, review, data=shown.replace("\n", "\r\n"))  # as browsers send it

        assert Review.objects.get().edited is False
        assert repr(outputs(run_to_end(execution))) == repr({"approved_data": [data]})

    def test_what_cannot_be_read_keeps_what_was_typed(self, alice: User, browse: Browse) -> None:
        _, _, review = asked(alice, REFUND)

        answer = send(browse(alice), review, data='{"amount": 90', message="Less.")

        page = answer.content.decode()
        assert answer.status_code == 400
        assert "Nothing was decided." in page
        assert "The text is not JSON" in page
        assert data_of(page) == '{"amount": 90'
        assert "Less.</textarea>" in page
        assert Review.objects.get().status == "WAITING"

    def test_a_rejection_does_not_read_the_data(self, alice: User, browse: Browse) -> None:
        execution, _, review = asked(alice, REFUND)

        answer = send(browse(alice), review, "reject", data="{", message="No.", auto_approve="on")

        assert answer.status_code == 302
        assert outputs(run_to_end(execution)) == {
            "rejected_data": [REFUND],
            "review_message": ["No."],
        }
        assert Review.objects.get().auto_approve is False

    def test_the_rest_of_the_node_can_be_approved(self, alice: User, browse: Browse) -> None:
        _, _, review = asked(alice, REFUND)

        send(browse(alice), review, data="1", auto_approve="on")

        assert Review.objects.get().auto_approve is True

    def test_what_may_not_be_edited_is_only_shown(self, alice: User, browse: Browse) -> None:
        execution, _, review = asked(alice, "As it is", editable=False)
        client = browse(alice)
        page = words(client, url_of(review))

        assert 'name="data"' not in page
        assert ">As it is</pre>" in page
        send(client, review, data="smuggled")
        assert outputs(run_to_end(execution)) == {"approved_data": ["As it is"]}

    def test_too_much_to_edit_is_shown_in_part(self, alice: User, browse: Browse) -> None:
        execution, _, review = asked(alice, "x" * 100_001)
        client = browse(alice)
        page = words(client, url_of(review))

        assert len(page) < 20_000
        assert "too much of it to edit on a page" in page
        assert client.get(url_of(review, "value/")).content == b"x" * 100_001
        send(client, review)
        assert outputs(run_to_end(execution)) == {"approved_data": ["x" * 100_001]}

    @pytest.mark.parametrize("decision", ["", "maybe"])
    def test_no_decision_is_none(self, decision: str, alice: User, browse: Browse) -> None:
        _, _, review = asked(alice, REFUND)

        assert send(browse(alice), review, decision).status_code == 400
        assert Review.objects.get().status == "WAITING"


class TestTooLate:
    def test_who_decides_second_sees_what_the_first_decided(
        self, alice: User, browse: Browse
    ) -> None:
        _, _, review = asked(alice, REFUND)
        reviewing.decide(review, by=alice, approve=True, data=[1], message="Mine.")

        answer = send(browse(alice), review, "reject")

        page = answer.content.decode()
        assert answer.status_code == 409
        assert "came too late and was not recorded" in page
        assert 'name="decision"' not in page
        assert "Mine." in page
        assert Review.objects.get().status == "APPROVED"

    def test_a_second_press_of_the_same_button_does_no_harm(
        self, alice: User, browse: Browse
    ) -> None:
        _, _, review = asked(alice, REFUND)
        client = browse(alice)

        assert [send(client, review, data="1").status_code for _ in range(2)] == [302, 302]

    def test_a_decided_review_shows_the_data_before_and_after(
        self, alice: User, browse: Browse
    ) -> None:
        _, _, review = asked(alice, "before")
        reviewing.decide(review, by=alice, approve=True, data="after")
        client = browse(alice)

        page = words(client, url_of(review))

        assert ">after</pre>" in page
        assert ">before</pre>" in page
        assert client.get(url_of(review, "value/?decided")).content == b"after"
        assert client.get(url_of(review, "value/")).content == b"before"

    def test_a_stopped_run_asks_nothing_any_more(self, alice: User, browse: Browse) -> None:
        execution, _, review = asked(alice, REFUND)
        services.stop_execution(execution.pk)

        page = words(browse(alice), url_of(review))
        assert "Nothing to decide any more" in page
        answer = send(browse(alice), review, data="1")
        assert answer.status_code == 409
        assert Review.objects.get().decided_at is None


class TestRun:
    def test_a_run_that_waits_leads_to_its_review(self, alice: User, browse: Browse) -> None:
        execution, _, review = asked(alice, REFUND)
        client = browse(alice)

        page = words(client, f"/runs/{execution.pk}/")

        assert "Waiting for your review" in page
        assert page.count(f'href="{url_of(review)}"') == 2  # in the list, and at the node
        assert "waits for a review of &#x27;The refund&#x27; by alice" in page
        part = words(client, f"/runs/{execution.pk}/waiting/")
        assert f'href="{url_of(review)}"' in part
        send(client, review, data="1")
        assert "Waiting for your review" not in words(client, f"/runs/{execution.pk}/")

    def test_a_run_shows_what_its_sub_agents_ask(self, alice: User, browse: Browse) -> None:
        child, _ = asking(REFUND)
        execution = start(alice, sub_agent(child))
        while run_queued():
            pass
        review = Review.objects.get()
        assert review.execution_id != execution.pk

        assert f'href="{url_of(review)}"' in words(browse(alice), f"/runs/{execution.pk}/")


class TestStrangers:
    @pytest.mark.parametrize("rest", ["", "value/"])
    def test_nothing_is_told(self, rest: str, alice: User, charlie: User, browse: Browse) -> None:
        _, _, review = asked(alice, REFUND)

        words(browse(charlie), url_of(review, rest), status=404)
        assert Client().get(url_of(review, rest)).status_code == 302

    def test_nothing_is_decided(self, alice: User, charlie: User, browse: Browse) -> None:
        _, _, review = asked(alice, REFUND)

        assert send(browse(charlie), review).status_code == 404
        assert Review.objects.get().status == "WAITING"
