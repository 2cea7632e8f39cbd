"""Staff look at agents and change nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agents.graphs import drafts, services
from agents.graphs.models import GraphVersion
from tests.support.graphs import GraphBuilder, calculator

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum").file())


def test_agents_can_be_found(staff: Client, version: GraphVersion) -> None:
    page = staff.get(reverse("admin:graphs_agent_changelist"), {"q": "Sum"})

    assert page.status_code == 200
    assert str(version.agent_id) in page.content.decode()


def test_an_agents_page_lists_its_versions(staff: Client, version: GraphVersion) -> None:
    page = staff.get(reverse("admin:graphs_agent_change", args=[version.agent_id]))

    assert page.status_code == 200
    assert "Sum (version 1)" in page.content.decode()


def test_versions_can_be_found(staff: Client, version: GraphVersion) -> None:
    page = staff.get(reverse("admin:graphs_graphversion_changelist"), {"q": str(version.agent_id)})

    assert page.status_code == 200
    assert ">Sum</a>" in page.content.decode()


def test_a_versions_page_shows_the_graph_without_secrets(staff: Client, alice: User) -> None:
    g = GraphBuilder()
    g.node("CreateDictionaryBlock", values={"password": "hunter2", "odd": "\ud800", "tag": "<b>"})
    version = services.create_agent(alice, g.file())
    page = staff.get(reverse("admin:graphs_graphversion_change", args=[version.pk]))

    text = page.content.decode()
    assert page.status_code == 200
    assert "&quot;tag&quot;: &quot;&lt;b&gt;&quot;" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("model", ["agent", "graphversion"])
def test_nothing_can_be_added_changed_or_deleted(
    staff: Client, version: GraphVersion, model: str
) -> None:
    pk = version.agent_id if model == "agent" else version.pk
    change = reverse(f"admin:graphs_{model}_change", args=[pk])
    delete = reverse(f"admin:graphs_{model}_delete", args=[pk])

    assert staff.get(reverse(f"admin:graphs_{model}_add")).status_code == 403
    assert staff.post(change, {"name": "Other"}).status_code == 403
    assert staff.post(delete, {"post": "yes"}).status_code == 403
    assert GraphVersion.objects.get().name == "Sum"


def test_a_drafts_page_shows_the_graph_without_secrets(
    staff: Client, alice: User, version: GraphVersion
) -> None:
    g = GraphBuilder()
    node = g.node("CreateDictionaryBlock", values={"password": "hunter2", "tag": "shown"})
    g.policy(node, pinned={"dictionary": ["from a run"]})
    drafts.save(alice, version.agent_id, {**g.file(), "id": ""}, if_match=None)
    listed = staff.get(reverse("admin:graphs_draft_changelist"), {"q": str(version.agent_id)})
    page = staff.get(reverse("admin:graphs_draft_change", args=[version.agent_id]))

    assert (listed.status_code, page.status_code) == (200, 200)
    assert "shown" in page.content.decode()
    assert "hunter2" not in page.content.decode()
    assert "from a run" not in page.content.decode()
