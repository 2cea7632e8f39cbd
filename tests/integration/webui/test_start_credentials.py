"""The form of an agent asks which credentials its run uses."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs import services
from agents.graphs.models import GraphVersion
from credentials import services as credentials
from credentials.kinds import Kind
from credentials.models import Credential
from tests.integration.webui.conftest import Browse
from tests.support import lockers
from tests.support.graphs import GraphBuilder
from webui.snippets import snippets

pytestmark = pytest.mark.django_db
KEY = "openai_api_key_credentials"


@pytest.fixture(autouse=True)
def blocks() -> Iterator[None]:
    with lockers.registered():
        yield


def kept(owner: User, title: str = "Work", provider: str = "openai") -> Credential:
    return credentials.create(
        owner, provider=provider, kind=Kind.API_KEY, title=title, given={"api_key": "sk-1"}
    )


def meta(row: Credential) -> dict[str, Any]:
    return {"id": str(row.pk), "provider": row.provider, "type": row.kind, "title": row.title}


def agent(owner: User, **pins: Any) -> GraphVersion:
    g = GraphBuilder("Asks a model")
    g.node("Ask", **pins)
    return services.create_agent(owner, g.file())


def page_of(browse: Browse, version: GraphVersion, query: str = "") -> str:
    page = browse(version.agent.owner).get(f"/agents/{version.agent_id}/{query}")
    return " ".join(page.content.decode().split())


def post(browse: Browse, version: GraphVersion, **fields: Any) -> Any:
    body = {"version": version.version, **{f.replace("_", "-"): v for f, v in fields.items()}}
    return browse(version.agent.owner).post(f"/agents/{version.agent_id}/run/", body)


def test_the_form_offers_the_credentials_that_fit(alice: User, bob: User, browse: Browse) -> None:
    mine = kept(alice)
    kept(alice, "Of another service", provider="groq")
    kept(bob, "Of somebody else")
    page = page_of(browse, agent(alice))

    assert "Credential of OpenAI" in page
    assert f'<option value="{mine.pk}">Work</option>' in page
    assert "Of another service" not in page
    assert "Of somebody else" not in page
    assert 'href="/account/credentials/new/"' in page


def test_a_run_is_given_what_was_chosen(alice: User, browse: Browse) -> None:
    kept(alice, "Private")
    chosen = kept(alice)
    answer = post(browse, agent(alice), credential_0=str(chosen.pk))

    run = Execution.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert run.credential_inputs == {KEY: meta(chosen)}


def test_what_the_author_chose_is_chosen_already(alice: User, browse: Browse) -> None:
    chosen = kept(alice)
    version = agent(alice, credentials=meta(chosen))
    assert f'<option value="{chosen.pk}" selected>Work</option>' in page_of(browse, version)

    post(browse, version, credential_0="")
    assert Execution.objects.get().status == "QUEUED"


@pytest.mark.parametrize("chosen", ["", "not-an-id"])
def test_without_a_credential_that_it_needs_nothing_starts(
    chosen: str, alice: User, browse: Browse
) -> None:
    kept(alice)
    answer = post(browse, agent(alice), credential_0=chosen)

    assert answer.status_code == 400
    assert not Execution.objects.exists()


def test_somebody_elses_credential_starts_nothing(alice: User, bob: User, browse: Browse) -> None:
    answer = post(browse, agent(alice), credential_0=str(kept(bob).pk))

    assert answer.status_code == 400
    assert not Execution.objects.exists()


def test_running_again_begins_with_the_same_credential(alice: User, browse: Browse) -> None:
    kept(alice, "Private")
    chosen, version = kept(alice), agent(alice)
    post(browse, version, credential_0=str(chosen.pk))
    page = page_of(browse, version, f"?again={Execution.objects.get().pk}")

    assert f'<option value="{chosen.pk}" selected>Work</option>' in page


def test_where_nothing_fits_the_form_leads_to_where_one_is_added(
    alice: User, browse: Browse
) -> None:
    assert "You have none that fits." in page_of(browse, agent(alice))


def test_scripts_name_a_credential_where_the_agent_needs_one(alice: User) -> None:
    version = agent(alice)
    found = snippets(version, "http://t", alice)
    assert "the credential's id" in found.python

    chosen = kept(alice)
    found = snippets(version, "http://t", alice)
    assert json.dumps({"inputs": {}, "credentials_inputs": {KEY: meta(chosen)}}) in found.curl
    assert f"credentials = {{'{KEY}': {{'id': '{chosen.pk}'," in found.python
    assert 'call(START, {"inputs": inputs, "credentials_inputs": credentials})' in found.python


def test_scripts_name_none_where_the_author_chose_one(alice: User) -> None:
    version = agent(alice, credentials=meta(kept(alice)))

    assert "credentials" not in snippets(version, "http://t", alice).curl
