"""What an owner sets for an agent, by its page."""

import pytest

from accounts.models import User
from agents.graphs import services
from agents.graphs.models import GraphVersion
from tests.integration.webui.conftest import Browse
from tests.support.graphs import calculator

pytestmark = pytest.mark.django_db

AS_THEY_ARE = {
    "max_concurrent_executions": "",
    "when_full": "queue",
    "retention_days": "",
    "human_in_the_loop_safe_mode": "on",
}


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum").file())


def test_settings_are_shown_and_saved(version: GraphVersion, alice: User, browse: Browse) -> None:
    client = browse(alice)
    url = f"/agents/{version.agent_id}/settings/"
    assert f'href="{url}"' in client.get(f"/agents/{version.agent_id}/").content.decode()
    body = AS_THEY_ARE | {"max_concurrent_executions": "3", "when_full": "skip"}
    answer = client.post(url, body, follow=True)

    assert answer.redirect_chain == [(f"/agents/{version.agent_id}/", 302)]
    assert "The settings are saved." in answer.content.decode()
    found = services.settings_of(version.agent_id)
    assert (found.max_concurrent_executions, found.when_full) == (3, "skip")
    assert 'value="3"' in client.get(url).content.decode()


def test_what_is_not_changed_follows_the_defaults(
    version: GraphVersion, alice: User, browse: Browse
) -> None:
    browse(alice).post(f"/agents/{version.agent_id}/settings/", AS_THEY_ARE)
    version.agent.refresh_from_db()

    assert version.agent.settings == {}


def test_a_switch_is_switched_off(version: GraphVersion, alice: User, browse: Browse) -> None:
    body = {name: value for name, value in AS_THEY_ARE.items() if value != "on"}
    browse(alice).post(f"/agents/{version.agent_id}/settings/", body)

    assert services.settings_of(version.agent_id).chosen == {"human_in_the_loop_safe_mode": False}


def test_what_cannot_be_set_is_said_at_its_field(
    version: GraphVersion, alice: User, browse: Browse
) -> None:
    body = AS_THEY_ARE | {"retention_days": "0"}
    answer = browse(alice).post(f"/agents/{version.agent_id}/settings/", body)

    assert answer.status_code == 400
    assert "Nothing was changed." in answer.content.decode()
    assert 'id="id_retention_days_error"' in answer.content.decode()
    assert services.settings_of(version.agent_id).chosen == {}


def test_strangers_see_and_set_nothing(
    version: GraphVersion, charlie: User, browse: Browse
) -> None:
    client = browse(charlie)
    url = f"/agents/{version.agent_id}/settings/"

    assert client.get(url).status_code == 404
    assert client.post(url, AS_THEY_ARE | {"when_full": "skip"}).status_code == 404
    assert services.settings_of(version.agent_id).when_full == "queue"
