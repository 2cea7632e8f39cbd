"""Runs use credentials: given to the run or chosen in a node, checked before, never recorded."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from accounts.models import User
from agents.engine.errors import InvalidInputs
from agents.executions import services
from agents.executions.models import Execution, NodeExecution
from agents.graphs.services import create_agent
from credentials import services as credentials
from credentials.kinds import Kind
from credentials.models import Credential
from telemetry.redaction import MARK
from tests.support import lockers
from tests.support.clients import api
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_to_end

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "sk-Alices-own-key-77411"
KEY = "openai_api_key_credentials"


@pytest.fixture(autouse=True)
def blocks(servers: None) -> Iterator[None]:
    with lockers.registered():
        yield


def kept(owner: User, title: str = "Work", provider: str = "openai") -> Credential:
    return credentials.create(
        owner, provider=provider, kind=Kind.API_KEY, title=title, given={"api_key": SECRET}
    )


def meta(row: Credential) -> dict[str, Any]:
    return {"id": str(row.pk), "provider": row.provider, "type": row.kind, "title": row.title}


def start(owner: User, graph: GraphBuilder, given: Any = None, **inputs: Any) -> Execution:
    agent = create_agent(owner, graph.file()).agent_id
    return services.start_execution(
        owner=owner, agent_id=agent, inputs=inputs, credentials_inputs=given
    )


def outputs(run: Execution) -> list[Any]:
    ended = run_to_end(run)
    assert ended.status == "COMPLETED", ended.error
    rows = NodeExecution.objects.filter(execution=ended).order_by("number")
    return [one.value for row in rows for one in row.emissions.all() if one.pin == "used"]


def refused(owner: User, graph: GraphBuilder, given: Any = None) -> list[tuple[str, str | None]]:
    with pytest.raises(InvalidInputs) as refusal:
        start(owner, graph, given)
    assert not Execution.objects.exists()
    return [(one.code, one.pin) for one in refusal.value.errors]


def alone(block: str = "Ask", **pins: Any) -> GraphBuilder:
    graph = GraphBuilder("Asks")
    graph.node(block, **pins)
    return graph


class TestGiving:
    def test_one_to_the_run_reaches_every_node_that_takes_it(self, alice: User) -> None:
        graph = GraphBuilder("Twice")
        first, second = graph.node("Ask"), graph.node("Ask")
        graph.link(first, "used", second, "trigger")
        row = kept(alice)

        run = start(alice, graph, {KEY: meta(row)})

        assert outputs(run) == ["Work", "Work"]
        assert run.credential_inputs == {KEY: meta(row)}

    def test_what_the_author_chose_needs_nothing_given(self, alice: User) -> None:
        assert outputs(start(alice, alone(credentials=meta(kept(alice))))) == ["Work"]

    def test_what_is_given_goes_before_what_the_author_chose(self, alice: User) -> None:
        chosen, given = kept(alice, "Chosen"), kept(alice, "Given")
        graph = GraphBuilder("Twice")
        first = graph.node("Ask", credentials=meta(chosen))
        second = graph.node("Ask", credentials=meta(chosen))
        graph.link(first, "used", second, "trigger")

        assert outputs(start(alice, graph, {KEY: meta(given)})) == ["Given", "Given"]

    def test_agents_that_the_agent_runs_get_it_too(self, alice: User) -> None:
        inner = alone()
        middle = GraphBuilder("Middle")
        middle.agent(inner)
        outer = GraphBuilder("Outer")
        outer.agent(middle)
        outer.sub_graphs.append(inner.file())
        row = kept(alice)

        ended = run_to_end(start(alice, outer, {KEY: meta(row)}))

        assert ended.status == "COMPLETED", ended.error
        values = [
            one.value
            for node in NodeExecution.objects.all()
            for one in node.emissions.all()
            if one.pin == "used"
        ]
        assert values == ["Work"]

    def test_rest_takes_and_shows_references(self, alice: User) -> None:
        agent = create_agent(alice, alone().file()).agent_id
        row = kept(alice)
        client = api(alice)

        asked = client.get(f"/api/v1/graphs/{agent}/").json()["credentials_input_schema"]
        begun = client.post(
            f"/api/v1/graphs/{agent}/execute/",
            {"inputs": {}, "credentials_inputs": {KEY: meta(row)}},
            format="json",
        )

        assert asked["required"] == [KEY]
        assert begun.status_code in {200, 201, 202}, begun.content
        run = Execution.objects.get()
        shown = client.get(f"/api/v1/executions/{run.pk}/").json()
        assert shown["credential_inputs"] == {KEY: meta(row)}

    def test_a_foreign_file_asks_for_what_it_names(self, alice: User) -> None:
        foreign = {**meta(kept(alice)), "id": "b8a1c9f2-0000-4000-8000-000000000000"}
        agent = create_agent(alice, alone(credentials=foreign).file(), imported=True).agent_id

        asked = api(alice).get(f"/api/v1/graphs/{agent}/").json()

        assert asked["problems"] == []
        assert asked["credentials_input_schema"]["required"] == [KEY]
        assert "default" not in asked["credentials_input_schema"]["properties"][KEY]

    def test_an_exported_file_names_none(self, alice: User) -> None:
        row = kept(alice)
        agent = create_agent(alice, alone(credentials=meta(row)).file()).agent_id

        file = api(alice).get(f"/api/v1/graphs/{agent}/?for_export=true").json()

        assert str(row.pk) not in str(file)
        assert file["credentials_input_schema"]["required"] == [KEY]


class TestChecks:
    def test_a_missing_one_is_asked_for(self, alice: User) -> None:
        assert refused(alice, alone()) == [("credentials_required", "credentials")]

    def test_one_of_somebody_else_is_not_there(self, alice: User, bob: User) -> None:
        theirs = kept(bob)

        assert refused(alice, alone(credentials=meta(theirs))) == [
            ("unknown_credentials", "credentials")
        ]
        assert refused(alice, alone(), {KEY: meta(theirs)}) == [
            ("unknown_credentials", "credentials")
        ]

    def test_what_somebody_says_of_it_counts_for_nothing(self, alice: User) -> None:
        groq = {**meta(kept(alice, provider="groq")), "provider": "openai"}

        assert refused(alice, alone(), {KEY: groq}) == [("credentials_mismatch", "credentials")]

    def test_one_that_expired_is_told(self, alice: User) -> None:
        row = kept(alice)
        Credential.objects.update(expires_at=now() - timedelta(hours=1))

        assert refused(alice, alone(), {KEY: meta(row)}) == [("credentials_expired", "credentials")]

    def test_one_for_another_host_is_told(self, alice: User) -> None:
        row = credentials.create(
            alice,
            provider="http",
            kind=Kind.HOST_SCOPED,
            given={"host": "other.example", "headers": {"X-Key": SECRET}},
        )

        assert refused(alice, alone("UseWeb", credentials=meta(row))) == [
            ("credentials_wrong_host", "credentials")
        ]

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"nothing_credentials": {}}, "unknown_credentials_input"),
            ({KEY: "sk-in-the-clear"}, "invalid_credentials_input"),
            ({KEY: {"id": "x"}}, "invalid_credentials_input"),
        ],
    )
    def test_what_is_no_reference_is_told(self, alice: User, given: Any, code: str) -> None:
        assert (code, None) in refused(alice, alone(), given)

    def test_what_is_wrong_in_an_agent_below_is_told_at_its_node(self, alice: User) -> None:
        outer = GraphBuilder("Outer")
        outer.agent(alone())

        with pytest.raises(InvalidInputs) as refusal:
            start(alice, outer)

        [problem] = refusal.value.errors
        assert problem.code == "credentials_required"
        assert "In the agent 'Asks' that" in problem.detail


class TestWhileItRuns:
    def test_one_that_was_deleted_meanwhile_fails_with_what_to_do(self, alice: User) -> None:
        row = kept(alice)
        run = start(alice, alone(credentials=meta(row)))
        credentials.delete(row, force=True)

        ended = run_to_end(run)

        assert ended.status == "FAILED"
        node = NodeExecution.objects.get(execution=run)
        assert node.error["code"] == "credentials_unusable"
        assert "was deleted, or it is not yours. Choose another one." in node.error["message"]

    def test_an_edited_address_gets_no_secret(self, alice: User) -> None:
        row = kept(alice)
        graph = alone(credentials=meta(row), url="https://evil.example/v1")

        ended = run_to_end(start(alice, graph))

        node = NodeExecution.objects.get(execution=ended)
        assert node.error["code"] == "credentials_wrong_host"
        assert "'evil.example'" in node.error["message"]

    @pytest.mark.parametrize("pins", [{"echo": True}, {"fail": True}])
    def test_no_table_has_the_secret(self, alice: User, pins: dict[str, Any]) -> None:
        run = run_to_end(start(alice, alone(credentials=meta(kept(alice)), **pins)))

        everything = ""
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT string_agg(one::text, chr(10)) FROM "{table}" one')
                everything += str(cursor.fetchone())
        assert str(run.pk) in everything
        assert SECRET not in everything
        assert MARK in everything

    def test_deleting_one_names_the_agents_that_would_ask(self, alice: User) -> None:
        row = kept(alice)
        create_agent(alice, alone(credentials=meta(row)).file())

        answer = api(alice).delete(f"/api/v1/integrations/openai/credentials/{row.pk}/")

        assert answer.status_code == 409
        assert "the agent 'Asks'" in answer.json()["detail"]
