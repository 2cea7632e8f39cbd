"""Every provider is complete, and one small file."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from credentials import hosts, providers, registry
from credentials.errors import UnknownProvider
from credentials.kinds import Kind
from credentials.page import table
from credentials.provider import OAuth, Provider

NEEDED = {
    *("openai", "anthropic", "google", "groq", "mistral", "open_router", "ollama"),
    *("openai_compatible", "github", "smtp", "jina", "brave", "searxng", "http", "mcp"),
    *("openweathermap", "webshare_proxy", "e2b"),
}
OAUTH = OAuth("https://a.example/authorize", "https://a.example/token", {"read": "Read"})
EVERY = registry.every()


def test_those_that_agents_need_are_there() -> None:
    assert {one.name for one in EVERY} >= NEEDED


@pytest.mark.parametrize("provider", EVERY, ids=lambda one: one.name)
def test_a_provider_is_complete(provider: Provider) -> None:
    assert provider.title
    assert provider.kinds
    assert [hosts.clean(host) for host in provider.hosts] == list(provider.hosts)
    if provider.help_url:
        assert urlsplit(provider.help_url).scheme == "https"
    if provider.oauth is not None:
        assert all(provider.oauth.scopes.values())
    path = Path(providers.__path__[0], f"{provider.name}.py")
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


def test_the_page_lists_them() -> None:
    page = Path(settings.BASE_DIR, "docs", "credentials.md").read_text(encoding="utf-8")

    assert table() in page


def test_one_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownProvider, match="no provider 'nowhere'"):
        registry.get("nowhere")


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({"kinds": ()}, "takes no kind"),
        ({"kinds": (Kind.OAUTH2,)}, "must say how OAuth goes"),
        ({"oauth": OAUTH}, "must say how OAuth goes"),
        ({"kinds": (Kind.HOST_SCOPED,), "hosts": ("a.example",)}, "has hosts"),
        ({"header": ("X-Key", "no place")}, "has a header without the key"),
        (
            {
                "kinds": (Kind.OAUTH2,),
                "oauth": OAuth("http://a.example/authorize", "https://a.example/token", {}),
            },
            "is not asked by HTTPS at http://a.example/authorize",
        ),
        (
            {
                "kinds": (Kind.OAUTH2,),
                "oauth": OAuth(
                    "https://a.example/authorize", "https://a.example/token", {}, ("write",)
                ),
            },
            "asks for scopes that it does not explain",
        ),
    ],
)
def test_a_declaration_that_lacks_something_is_refused(
    declared: dict[str, object], problem: str
) -> None:
    with pytest.raises(TypeError, match=problem):
        Provider(**{"name": "a", "title": "A", "kinds": (Kind.API_KEY,), **declared})  # type: ignore[arg-type]
