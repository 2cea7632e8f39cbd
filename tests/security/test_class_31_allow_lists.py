"""Class 31: what protects is a list of what is allowed; what nobody thought of is refused.

Views of the API are closed unless they say whom they serve (test_class_21_default_deny.py), pages want a sign-in
unless they say otherwise (docs/access.md), addresses of proxies and hosts are named (test_class_21_forged_addresses.py).
"""

import ast
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from jinja2.sandbox import ImmutableSandboxedEnvironment

from accounts.avatars import FORMATS
from accounts.models import User
from blocks.sdk import BlockError
from blocks.sdk.template_names import FILTERS, is_allowed
from blocks.sdk.templates import render
from kernel.access import Grant, Scope, may
from kernel.markdown import to_html
from telemetry.guard import may_read
from tests.support.sources import modules
from uploads.content import UNKNOWN, media_type
from webui.kinds import PICTURES
from webui.middleware import STRICT


def metas() -> list[tuple[str, ast.ClassDef]]:
    """Return the `Meta` of each serializer and form of ours."""
    return [
        (path, inner)
        for path, module in modules()
        for one in ast.walk(module)
        if isinstance(one, ast.ClassDef)
        for inner in one.body
        if isinstance(inner, ast.ClassDef) and inner.name == "Meta"
    ]


def test_serializers_and_forms_name_their_fields() -> None:
    """A field that a model gets later is shown, and changed, by nobody who does not name it."""
    wrong = [
        f"{path}:{statement.lineno}"
        for path, meta in metas()
        for statement in meta.body
        for name, value in _assigned(statement)
        if name == "exclude" or (name == "fields" and _is_all(value))
    ]

    assert len(metas()) > 20
    assert wrong == []


def _assigned(statement: ast.stmt) -> list[tuple[str, ast.expr | None]]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return [(name, value)]
        case ast.AnnAssign(target=ast.Name(id=name), value=given):
            return [(name, given)]
    return []


def _is_all(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value == "__all__"


def test_a_filter_that_jinja_gets_one_day_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    later = {**ImmutableSandboxedEnvironment().filters, "shell": lambda text: f"ran {text}"}
    monkeypatch.setattr("jinja2.environment.DEFAULT_FILTERS", later)

    with pytest.raises(BlockError, match="shell"):
        render("{{ x | shell }}", {"x": "a"})
    assert "shell" not in FILTERS
    assert render("{{ x | upper }}", {"x": "a"}) == "A"


class Stranger:
    """A kind of value that no template should meet."""

    secret = "x"


@pytest.mark.parametrize("value", [Stranger(), object(), len, print, {1}, memoryview(b"x")])
def test_a_template_asks_values_of_known_kinds_only(value: Any) -> None:
    names = [name for name in dir(value) if not name.startswith("_")] + ["secret"]

    assert [name for name in names if is_allowed(value, name)] == []
    assert render("{{ x.secret }}", {"x": value}) == ""


@pytest.mark.parametrize("html", ["<math>", "<custom-element>", "<dialog open>", "<form>", "<img>"])
def test_markdown_keeps_elements_that_it_knows(html: str) -> None:
    assert "<" + html[1:].split(">", maxsplit=1)[0] not in to_html(f"**bold** {html}")
    assert "<strong>" in to_html(f"**bold** {html}")


@pytest.mark.parametrize("scheme", ["javascript", "data", "blob", "filesystem", "ms-word", "x"])
def test_markdown_keeps_links_of_schemes_that_it_knows(scheme: str) -> None:
    assert f"{scheme}:" not in to_html(f"[a]({scheme}:alert(1))").replace(f"[a]({scheme}:", "")
    assert 'href="https://a.example"' in to_html("[a](https://a.example)")


def test_pictures_are_of_formats_that_run_nothing() -> None:
    assert FORMATS == ("PNG", "JPEG", "WEBP", "GIF")
    assert set(PICTURES) == {f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp", "avif")}


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x00\x01\x02", "a.html"),
        (b"\x7fELF\x00", "a.png"),
        (b"MZ\x00", "a.json"),
        (b"\xca\xfe\xba\xbe\x00", "x.svg"),
    ],
)
def test_a_file_of_unknown_content_is_nothing_in_particular(head: bytes, name: str) -> None:
    assert media_type(head, name) == UNKNOWN


def test_a_page_loads_from_this_instance_and_nowhere_else() -> None:
    assert STRICT["default-src"] == "'self'"
    assert {source for sources in STRICT.values() for source in sources.split()} == {
        *("'self'", "'none'", "data:"),
    }
    assert [name for name, sources in STRICT.items() if "data:" in sources] == ["img-src"]


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_may_do_what_it_was_given_and_nothing_more(scope: Scope) -> None:
    user = User(pk=7)
    user.grant = Grant(frozenset({scope}))

    assert [one for one in Scope if may(user, one)] == [scope]
    assert not any(may(AnonymousUser(), one) for one in Scope)


def test_figures_are_for_networks_that_are_named(settings: Any) -> None:
    assert settings.METRICS_NETWORKS == []
    for address in ("127.0.0.1", "::1", "10.0.0.1", "203.0.113.9", ""):
        assert may_read(RequestFactory().get("/metrics", REMOTE_ADDR=address)) is False


def test_nobody_is_believed_who_is_not_named() -> None:
    assert settings.TRUSTED_PROXIES == []
    assert settings.ALLOWED_HOSTS == ["localhost", "127.0.0.1", "[::1]", "testserver"]
    assert settings.CSRF_TRUSTED_ORIGINS == []
    assert not hasattr(settings, "SECURE_PROXY_SSL_HEADER") or not settings.SECURE_PROXY_SSL_HEADER
    assert not settings.USE_X_FORWARDED_HOST
