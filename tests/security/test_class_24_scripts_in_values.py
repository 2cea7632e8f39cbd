"""Class 24: markup in what people write stays text, wherever it is shown.

Alice's things all have a name that would be an element with a script, if it were taken for HTML. Every
address is asked for, as she or as staff see it, and what comes as HTML is read as browsers read it.
The policy that stands behind this is in tests/integration/webui/test_policy.py, what a browser really does with
hostile outputs in tests/acceptance/pages, Markdown in tests/unit/webui/test_markdown.py, and pages of the
builder, which never write HTML, in test_policy.py.
"""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.links import validate_link
from accounts.models import Profile, User
from agents.executions import sharing
from tests.integration.access import world as worlds
from tests.integration.access.routes import Route, routes
from tests.integration.access.table import Row, matches, rows
from tests.support.graphs import GraphBuilder
from tests.support.runs import run
from uploads import services as uploads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]

# Ends an attribute of either kind, a text, a comment, a title and a script, and begins an element; without a
# blank, which some fields do not take.
HOSTILE = "'\"--></title></script><b/onload=x7741>"
NAME = re.compile(r"\{(\w+)\}")
RUNS_SOMETHING = ("javascript:", "vbscript:", "data:")
LINKS = ("href", "src", "action", "formaction", "poster", "data", "xlink:href")
OURS = ("/static/", "/admin/jsi18n/", "/api/docs/?script=")
OF_BEAT = (
    "periodic-task-overrides"  # django-celery-beat's; nobody's words are in it, nor does it run
)
SCRIPTED = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example\\@x",
    "https://a\"onmouseover='x'",
)


class Found(HTMLParser):
    """What a page has that would run something: handlers, foreign scripts, scripts in links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if any(name.startswith("on") for name in values):
            self.elements.append(f"<{tag}> {sorted(values)}")
        for name in LINKS:
            target = values.get(name, "").strip().lower()
            drawn = tag == "img" and target.startswith("data:image/")  # which runs no script in it
            if target.startswith(RUNS_SOMETHING) and not drawn:
                self.elements.append(f"<{tag} {name}={values[name][:60]!r}>")
        if tag in {"script", "iframe", "object", "embed"} and not self._is_ours(values):
            self.elements.append(f"<{tag}> {values}")

    def _is_ours(self, values: dict[str, str]) -> bool:
        # For scripts to read, or for search engines: nothing runs it.
        data = values.get("type") in {"application/json", "application/ld+json"}
        return data or values.get("id") == OF_BEAT or values.get("src", "").startswith(OURS)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    monkeypatch.setattr(worlds, "SECRET", HOSTILE)
    made = worlds.world()
    made.owner.first_name = HOSTILE
    made.owner.save()
    Profile.objects.create(user=made.owner, description=HOSTILE)
    return made


def pages(here: worlds.World) -> Iterator[tuple[str, Any]]:
    """Yield every answer to a GET that is HTML: the owner's, staff's below /admin/, anybody's shared runs."""
    table = rows()
    owner, operator = Client(), Client()
    owner.force_login(here.owner)
    operator.force_login(User.objects.create_superuser("operator"))
    for route in routes():
        row = next((one for one in table if matches(one, route.skeleton)), None)
        if row is None or route.skeleton.startswith("/api/v1/") or "sign-out" in route.skeleton:
            continue
        client = operator if route.skeleton.startswith("/admin/") else owner
        client = Client() if route.skeleton.startswith("/shared/") else client
        address = address_of(here, row, route)
        answer = client.get(address)
        if answer.get("Content-Type", "").startswith("text/html"):
            yield address, answer


def address_of(here: worlds.World, row: Row, route: Route) -> str:
    names, literal = iter(NAME.findall(row.address)), route.skeleton.split("/")

    def part(_: re.Match[str]) -> str:
        name = next(names)
        return worlds.row_of(literal[2], literal[3]) if name == "row" else here.parts[name]

    return re.sub(r"\{\}", part, route.skeleton)


def test_no_page_makes_an_element_of_what_somebody_wrote(here: worlds.World) -> None:
    looked, shown = 0, set[str]()
    wrong: dict[str, list[str]] = {}

    for address, answer in pages(here):
        text = answer.content.decode()
        looked += 1
        if "onload=x7741" in text:
            shown.add(address)
        if found := Found(text).elements:
            wrong[address] = found

    assert wrong == {}
    assert looked > 60
    assert len(shown) > 10, shown  # else nothing hostile was there to be shown


def test_this_would_find_an_element() -> None:
    for text in (
        f"<p>{HOSTILE}</p>",
        f"<input value='{HOSTILE}'>",
        "<a href=' javascript:x'>x</a>",
        "<script>x</script>",
        "<iframe src=//evil.example></iframe>",
    ):
        assert Found(text).elements != [], text


@pytest.mark.parametrize("link", SCRIPTED)
def test_a_link_on_a_profile_leads_to_a_web_page(link: str) -> None:
    with pytest.raises(ValidationError):
        validate_link(link)


@pytest.mark.parametrize("target", ["javascript:alert(1)", "//evil.example", "data:text/html,x"])
def test_where_the_sign_in_leads_is_on_this_site(alice: User, target: str) -> None:
    alice.set_password("a-long-word-7741")
    alice.save()
    client = Client()

    page = client.get("/sign-in/", {"next": target}).content.decode()
    answer = client.post(
        "/sign-in/", {"login": "alice", "password": "a-long-word-7741", "next": target}
    )

    assert Found(page).elements == []
    assert (answer.status_code, answer["Location"]) == (302, "/agents/")


DOCUMENTS = {
    "page.html": b"<script>alert(1)</script>",
    "picture.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "page.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    "style.xml": b"<?xml-stylesheet href='javascript:alert(1)'?><a/>",
    "picture.png": b"<script>alert(1)</script>",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_was_sent_in_is_kept_not_opened(
    alice: User, api: Callable[..., APIClient], name: str
) -> None:
    upload = uploads.keep(alice.pk, ContentFile(DOCUMENTS[name], name=name), name=name)

    harmless(api(alice).get(f"/api/v1/files/{upload.pk}/content/"))


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xhtml+xml", ""])
def test_a_document_that_a_run_gives_is_kept_not_opened(alice: User, media_type: str) -> None:
    graph = GraphBuilder("Gives a document")
    graph.link(graph.input("in"), "result", graph.output("out"), "value")
    execution = run(alice, graph, **{"in": f"data:{media_type},<svg onload='alert(1)'/>"})
    token = sharing.share(execution).token
    client = Client()
    client.force_login(alice)
    node = execution.node_executions.get(emissions__pin="output", node_id=graph.nodes[1]["id"])
    query = f"?node={node.pk}&output=output&index=0"

    for address in (f"/runs/{execution.pk}/file/{query}", f"/runs/{execution.pk}/value/{query}"):
        harmless(client.get(address))
    for part in ("file", "value"):
        harmless(Client().get(f"/shared/{token}/{part}/?node={node.pk}&input=value"))


def harmless(answer: Any) -> None:
    """Fail unless a browser keeps the answer, or shows it as plain text that runs nothing."""
    assert answer.status_code == 200, answer.content
    kind = answer["Content-Type"]
    attached = answer.get("Content-Disposition", "").startswith("attachment")
    assert attached or kind == "text/plain; charset=utf-8", kind
    assert not kind.startswith(("text/html", "image/svg", "application/xhtml", "text/xml"))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "allow" not in answer["Content-Security-Policy"]
