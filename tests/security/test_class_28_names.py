"""Class 28: names with quotes, line ends, commands and paths go through every feature as names."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils.html import escape
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions.models import Execution
from tests.support.graphs import calculator
from tests.support.runs import run

pytestmark = pytest.mark.django_db(transaction=True)

PWNED = Path("/tmp/pwned")
NAMES = (
    "$(touch /tmp/pwned)`id`",
    '"; rm -rf / #',
    "a\r\nSet-Cookie: session=evil",
    "../../../etc/passwd",
    "<img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% debug %}",
    "=cmd|' /C calc'!A0",
    "%0d%0aLocation: //evil.example",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_a_name(alice: User, api: Callable[..., APIClient], name: str) -> None:
    file = calculator(name).file()
    file["nodes"][0]["metadata"]["customized_name"] = name
    client, pages = api(alice), Client()
    pages.force_login(alice)

    made = client.post("/api/v1/graphs/", {"graph": file}, format="json")

    assert made.status_code == 201, made.content
    agent = made.json()["id"]
    assert client.get(f"/api/v1/graphs/{agent}/").json()["name"] == name
    exported = pages.get(f"/agents/{agent}/export/")
    assert exported.status_code == 200
    assert "\r" not in exported["Content-Disposition"]
    assert "\n" not in exported["Content-Disposition"]
    assert "/" not in exported["Content-Disposition"].replace("%2F", "/").split("filename")[0]
    assert "Set-Cookie" not in exported.headers
    assert "Location" not in exported.headers
    execution = run(alice, calculator(name), Input=1)
    for page in ("/agents/", f"/agents/{agent}/", "/runs/", f"/runs/{execution.pk}/"):
        shown = pages.get(page).content.decode()
        # As text, and whole: not a part of it was taken for markup, a template or a command.
        assert seen(escape(name)) in seen(shown), page
    assert Execution.objects.get(pk=execution.pk).status == "COMPLETED"
    assert not PWNED.exists()


def seen(text: str) -> str:
    """Return the text as it is seen, where one blank is as good as many."""
    return " ".join(text.split())
