"""The page of links to a run, and the page under one, without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from agents.executions.models import Share
from agents.executions.sharing import share
from tests.integration.webui.conftest import Browse
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import run, start

pytestmark = pytest.mark.django_db


def link_in(page: str) -> str:
    found = re.search(r"http://testserver(/shared/trsh_[\w-]{43}/)", page)
    assert found, "The page shows no link."
    return found[1]


def test_a_link_is_shown_once_and_revoked_by_a_button(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=8)
    client, place = browse(alice), f"/runs/{execution.pk}/shares/"
    before = now()

    answer = client.post(place, {"days": "7"})

    link = link_in(answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    row = Share.objects.get()
    assert row.expires_at is not None
    assert timedelta(days=7) <= row.expires_at - before < timedelta(days=7, minutes=5)
    assert Client().get(link).status_code == 200
    page = client.get(place).content.decode()
    assert link not in page
    assert f"…{row.tail}" in page

    assert client.post(f"{place}{row.pk}/revoke/")["Location"] == place
    assert Client().get(link).status_code == 404
    assert "Links that have ended" in client.get(place).content.decode()


def test_it_may_never_expire(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=8)

    browse(alice).post(f"/runs/{execution.pk}/shares/", {"days": ""})

    assert Share.objects.get().expires_at is None


def test_a_wrong_form_makes_no_link(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=8)

    answer = browse(alice).post(f"/runs/{execution.pk}/shares/", {"days": "1000"})

    assert answer.status_code == 400
    assert not Share.objects.exists()


def test_the_run_s_page_leads_there(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=8)

    page = browse(alice).get(f"/runs/{execution.pk}/").content.decode()

    assert f'href="/runs/{execution.pk}/shares/"' in page


def test_outputs_are_shown_by_their_kinds_and_lead_to_themselves_only(alice: User) -> None:
    g = GraphBuilder("All kinds")
    picture = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    values = {"note": "# Heading\n\n- one\n", "table": [{"a": 1}], "picture": picture}
    for name, value in values.items():
        g.link(g.input(name, value), "result", g.output(name), "value")
    link = f"/shared/{share(run(alice, g)).token}/"

    page = Client().get(link).content.decode()

    assert "<h3>Heading</h3>" in page or re.search(r"<h\d[^>]*>Heading", page)
    assert "<table" in page
    [source] = re.findall(r'<img class="value__image"\s+src="([^"]+)"', page)
    assert source.startswith(f"{link}file/?node=")
    assert Client().get(source.replace("&amp;", "&"))["Content-Type"] == "image/gif"
    assert "/runs/" not in page


def test_a_run_under_way_is_followed_and_one_that_ended_is_not(alice: User) -> None:
    live = Client().get(f"/shared/{share(start(alice, calculator(), Input=8)).token}/")
    ended = Client().get(f"/shared/{share(run(alice, calculator(), Input=8)).token}/")

    assert ("hx-get" in live.content.decode(), "hx-get" in ended.content.decode()) == (True, False)


def test_a_name_is_text_and_nothing_else(alice: User) -> None:
    link = f"/shared/{share(run(alice, calculator('<script>alert(1)</script>'), Input=8)).token}/"

    assert "<script>alert" not in Client().get(link).content.decode()
