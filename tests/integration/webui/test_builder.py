"""The builder's page: who gets it, and what it tells the script."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from agents.graphs import services
from agents.graphs.models import Agent, GraphVersion
from tests.integration.webui.conftest import Browse
from tests.support.graphs import calculator
from tests.support.runs import run
from webui import manifest
from webui.manifest import builder_assets

pytestmark = pytest.mark.django_db

MANIFEST = {
    "src/main.tsx": {
        "file": "assets/main-1.js",
        "isEntry": True,
        "imports": ["_react.js"],
        "css": ["assets/main-2.css", "assets/shared-4.css"],
    },
    "_react.js": {"file": "assets/react-3.js", "css": ["assets/shared-4.css"]},
}


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build of the builder, of which only the manifest is read."""
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    monkeypatch.setattr(builder_assets, "__defaults__", (tmp_path,))
    return tmp_path


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum </script>").file())


def settings_of(client: Client, url: str) -> dict[str, Any]:
    """Return what the page tells the script."""
    text = client.get(url).content.decode()
    [found] = re.findall(
        r'<script id="builder-settings" type="application/json">(.*?)</script>', text
    )
    settings: dict[str, Any] = json.loads(found)
    return settings


def test_the_owner_edits_the_draft(version: GraphVersion, alice: User, browse: Browse) -> None:
    settings = settings_of(browse(alice), f"/agents/{version.agent_id}/edit/")

    assert settings.pop("features") == {}
    urls = settings.pop("urls")
    assert settings == {
        "graph_id": str(version.agent_id),
        "version": None,
        "execution": None,
        "is_new": False,
        "largest_file": 25 * 1024 * 1024,
        "user": {"id": str(alice.pk), "username": "alice"},
    }
    assert urls == {
        "api": "/api/v1/",
        "agents": "/agents/",
        "agent": "/agents/{id}/",
        "edit": "/agents/{id}/edit/",
        "create": "/agents/new/",
        "run": "/runs/{id}/",
        "runs": "/runs/",
        "review": "/reviews/{id}/",
        "trigger": "/triggers/{id}/",
        "export": "/agents/{id}/export/",
        "connect_credential": "/account/credentials/connect/{provider}/",
    }


def test_an_empty_canvas_makes_no_agent(alice: User, browse: Browse) -> None:
    settings = settings_of(browse(alice), "/agents/new/")

    assert (settings["is_new"], settings["graph_id"]) == (True, None)
    assert not Agent.objects.exists()


def test_a_version_or_the_one_of_a_run_is_shown(alice: User, browse: Browse) -> None:
    execution = run(alice, calculator(), Input=1)
    ran = execution.graph_version
    services.save_version(ran.agent, calculator("Sum").file() | {"id": ""})
    url = f"/agents/{ran.agent_id}/edit/"
    client = browse(alice)

    assert settings_of(client, f"{url}?version=2")["version"] == 2
    settings = settings_of(client, f"{url}?execution={execution.pk}")
    assert (settings["version"], settings["execution"]) == (ran.version, str(execution.pk))


def test_nobody_else_gets_the_page(
    version: GraphVersion, charlie: User, alice: User, browse: Browse
) -> None:
    url = f"/agents/{version.agent_id}/edit/"

    assert browse(charlie).get(url).status_code == 404
    assert Client().get(url)["Location"] == f"/sign-in/?next={url}"
    assert Client().get("/agents/new/")["Location"] == "/sign-in/?next=/agents/new/"


@pytest.mark.parametrize(
    "query",
    ["version=9", "version=x", "execution=x", "execution=00000000-0000-0000-0000-000000000001"],
)
def test_what_is_not_there_is_not_shown(
    version: GraphVersion, alice: User, browse: Browse, query: str
) -> None:
    client = browse(alice)

    assert client.get(f"/agents/{version.agent_id}/edit/?{query}").status_code == 404
    assert client.get(f"/agents/{uuid4()}/edit/").status_code == 404


def test_a_run_of_another_agent_is_not_shown(
    version: GraphVersion, alice: User, browse: Browse
) -> None:
    execution = run(alice, calculator("Other"), Input=1)

    page = browse(alice).get(f"/agents/{version.agent_id}/edit/?execution={execution.pk}")

    assert page.status_code == 404


def test_the_page_loads_each_file_of_the_build_once(alice: User, browse: Browse) -> None:
    text = browse(alice).get("/agents/new/").content.decode()

    files = re.findall(r'(?:src|href)="/static/webui/builder/([^"]+)"', text)
    assert files == [
        "assets/shared-4.css",
        "assets/main-2.css",
        "assets/react-3.js",
        "assets/main-1.js",
    ]


def test_the_script_can_write(alice: User, browse: Browse) -> None:
    assert "csrftoken" in browse(alice).get("/agents/new/").cookies


def test_a_name_cannot_end_the_script_that_carries_it(
    version: GraphVersion, alice: User, browse: Browse
) -> None:
    text = browse(alice).get(f"/agents/{version.agent_id}/edit/").content.decode()

    assert "<title>Sum &lt;/script&gt;" in text


def test_a_missing_build_is_explained(built: Path, alice: User, browse: Browse) -> None:
    (built / "manifest.json").unlink()
    page = browse(alice).get("/agents/new/")

    assert page.status_code == 503
    assert "<code>make up</code> builds them" in page.content.decode()


def test_the_build_lies_where_the_build_writes_it() -> None:
    root = Path(manifest.__file__).parent

    assert root / "static" / "webui" / "builder" == manifest.BUILD
    assert '"../static/webui/builder"' in (root / "builder" / "vite.config.ts").read_text()
