"""What browsers are told that a page may do."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

import webui
from accounts.models import User
from tests.integration.webui.conftest import Browse
from webui.middleware import STRICT, policy

TEMPLATES = Path(webui.__path__[0]) / "templates"
BUILDER = Path(webui.__path__[0]) / "builder" / "src"
HEADER = "Content-Security-Policy"


@pytest.mark.django_db
def test_pages_may_use_the_files_of_this_instance_only(alice: User, browse: Browse) -> None:
    for client, url in [(Client(), "/sign-in/"), (browse(alice), "/agents/")]:
        sent = client.get(url)[HEADER]

        assert sent.startswith("default-src 'self'; base-uri 'none'; form-action 'self';")
        assert "unsafe" not in sent


def test_there_is_an_icon_where_browsers_look_for_one() -> None:
    assert Client().get("/favicon.ico")["Location"] == "/static/webui/mark.svg"


@pytest.mark.django_db
def test_pages_that_are_not_there_have_the_policy_too(alice: User, browse: Browse) -> None:
    assert "unsafe" not in browse(alice).get("/nowhere/")[HEADER]
    assert "unsafe" not in Client().get("/api/v1/nowhere/")[HEADER]


def test_a_host_that_is_not_ours_is_refused_by_a_page_with_the_policy() -> None:
    answer = Client(raise_request_exception=False).get(
        "/sign-in/", headers={"Host": "evil.example"}
    )

    assert answer.status_code == 400
    assert "This request cannot be read" in answer.content.decode()
    assert answer[HEADER] == policy(STRICT)


@pytest.mark.django_db
def test_staff_screens_have_the_policy_too() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert "unsafe" not in client.get("/admin/")[HEADER]


def test_the_viewer_of_the_schema_has_the_policy_too() -> None:
    page = Client().get(reverse("docs"))

    assert "unsafe" not in page[HEADER]
    assert page.content.count(b"<script") == page.content.count(b"<script src=") == 3
    assert b"<style" not in page.content
    assert "unsafe" not in Client().get(reverse("schema"))[HEADER]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_script_and_no_style(path: Path) -> None:
    text = path.read_text()

    # Data for scripts to read may stand in a page: nothing runs it.
    assert not re.search(r"<script(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json\"))", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"\|safe\b|autoescape off", text)


def own_files() -> list[Path]:
    """Return the pages' scripts and styles that were written here."""
    folder = Path(str(finders.find("webui")))
    others = {folder / "vendor", folder / "builder"}  # packages, and what is built with some
    return [path for path in folder.rglob("*.*") if not others & set(path.parents)]


def test_scripts_never_write_html() -> None:
    scripts = [path for path in own_files() if path.suffix == ".js"]

    assert len(scripts) >= 8
    for script in scripts:
        found = re.search(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(", script.read_text())
        assert not found, f"{script.name} writes HTML"


def test_the_builder_never_writes_html() -> None:
    written = [*BUILDER.rglob("*.ts"), *BUILDER.rglob("*.tsx")]
    sources = [path for path in written if ".test." not in path.name]

    assert len(sources) >= 3
    for source in sources:
        found = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|\beval\(|new Function",
            source.read_text(),
        )
        assert not found, f"{source.name} writes HTML"


def test_files_of_pages_come_from_this_instance() -> None:
    for path in own_files():
        addresses = re.findall(r"https?://[^\s\"')]+", path.read_text())
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, path.name
