"""Class 29: caches. What is kept for one person is never given to another, however alike they are."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from agents.executions.models import Execution
from agents.executions.watching import RunReader
from agents.graphs.models import Agent
from kernel.access import Grant, Scope
from tests.support import runs
from tests.support.apikeys import key
from tests.support.codes import ROOT
from tests.support.graphs import GraphBuilder, calculator

PLACES = (
    "platform/**/*.py",
    "agents/**/*.py",
    "blocks/**/*.py",
    "config/**/*.py",
    "market/**/*.py",
)
CACHES = {"cache", "lru_cache"}
CONTAINERS = {"OrderedDict", "WeakKeyDictionary", "WeakValueDictionary", "defaultdict", "dict"}

# Everything that a process keeps from one request, task or message to the next, and by what.
KEPT = {
    "agents/engine/credentials.py": "what a graph needs, by the graph: of pins, of no secret",
    "agents/engine/validation.py": "a sentence, by the very names that it lists",
    "agents/executions/costs.py": "how long a block takes, by the block: no value of anybody",
    "agents/executions/lane.py": "the task's tracer: of the process",
    "agents/executions/opening.py": "a version, by its id, which is one owner's",
    "agents/executions/recordings.py": "what follows from a graph, by the graph itself",
    "agents/executions/shelf.py": "a run's ledger, by its id, and only while nobody wrote since",
    "agents/executions/masking.py": "which pins of a block are secret: the same for all",
    "agents/executions/watching.py": "readers, by person, what the credentials allow, and run",
    "agents/graphs/cache.py": "a parsed version, by its id",
    "agents/graphs/reaching.py": "which agents a graph names, by the graph",
    "agents/graphs/running.py": "what is wrong with a graph by itself, by the graph",
    "agents/graphs/startable.py": "statements: the same for all",
    "agents/graphs/thumbnails.py": "a version's picture, by its id",
    "agents/triggers/desk.py": "calls that wait to be taken, by the event loop; nothing of them after",
    "agents/triggers/ingress.py": "how many calls an address had, by its digest",
    "agents/triggers/kinds/__init__.py": "the kinds of triggers: the same for all",
    "blocks/api/serializers.py": "descriptions of blocks: the same for all",
    "blocks/openapi/spec.py": "blocks of operations, by their ids and all that they are made of",
    "blocks/sdk/conversion.py": "how to convert to a type, by the type",
    "blocks/sdk/credentials.py": "which pins of a block take credentials: the same for all",
    "blocks/sdk/pins.py": "schemas of blocks: the same for all",
    "blocks/sdk/templates.py": "compiled templates, by their text: their values are not in them",
    "market/buffer.py": "connections, by their addresses",
    "platform/accounts/jwks.py": "an identity provider's public keys, by its address",
    "platform/accounts/timezones.py": "the names of time zones",
    "platform/audit/labels.py": "which kinds of things are named after people: the same for all",
    "platform/egress/transport.py": "whom TLS believes: the same for all",
    "platform/credentials/registry.py": "the providers: the same for all",
    "platform/credentials/sealing.py": "ciphers, by the instance's keys",
    "platform/kernel/cache.py": "connections, by their addresses",
    "platform/kernel/messages.py": "connections, and the process's producer",
    "platform/kernel/postgresql/batch.py": "which statements a connection knows, by the connection",
    "platform/kernel/standing.py": "open connections, each by itself",
    "platform/launcher/cli/examinations/workforce.py": "what one look of the doctor found",
    "platform/llm/clients.py": "clients without a secret, by address and model",
    "platform/quotas/windows.py": "connections, by their addresses",
    "platform/telemetry/health.py": "what the whole instance lacks: of nobody",
    "platform/telemetry/redaction.py": "secrets to be hidden: from everybody",
    "platform/telemetry/signals.py": "a task's log context, by the task",
    "platform/telemetry/tracing.py": "the process's tracer",
}


def test_everything_that_a_process_keeps_says_by_what() -> None:
    found = {
        str(path.relative_to(ROOT))
        for pattern in PLACES
        for path in ROOT.glob(pattern)
        if "node_modules" not in path.parts and any(_kept(path))
    }

    assert found == set(KEPT), (
        "Say in KEPT by what it is kept: with the owner and the version, or with something that "
        "is one owner's alone. Then let two people with equal code use it, below."
    )


def _kept(path: Path) -> Iterator[str]:
    """Yield what in a module outlives a request: memoised functions, and containers that fill."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for one in node.decorator_list:
                name = ast.unparse(one).split("(")[0].rsplit(".", 1)[-1]
                if name in CACHES:
                    yield node.name
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split("(")[0] in CACHES:
            yield ast.unparse(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and _is_empty_container(node):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            is_member = isinstance(targets[0], ast.Attribute) and "OrderedDict" in ast.unparse(node)
            if node in tree.body or is_member:
                yield ast.unparse(targets[0])


def _is_empty_container(node: ast.Assign | ast.AnnAssign) -> bool:
    value = node.value
    if isinstance(value, ast.Dict):
        return not value.keys
    return (
        isinstance(value, ast.Call)
        and not value.args
        and ast.unparse(value.func).rsplit(".", 1)[-1].split("[")[0] in CONTAINERS
    )


def twin(secret: str) -> GraphBuilder:
    """Return a graph whose ids, names and templates are the same for everybody."""
    g = GraphBuilder("Twin", id="11111111-1111-4111-8111-111111111111")
    given = g.input("word", secret)
    filled = g.node("FillTextTemplateBlock", format="{{ word }}", values={})
    g.link(given, "result", filled, "values_#_word")
    g.link(filled, "output", g.output("filled"), "value")
    for kind in ("within_agent", "across_agents"):
        found = g.node("RetrieveInformationBlock", key="k", scope=kind, default_value=f"no {kind}")
        g.link(found, "value", g.output(f"before {kind}"), "value")
    return g


@pytest.mark.django_db
@pytest.mark.usefixtures("servers")
class TestEqualCode:
    """Two people import the same file, and one process runs it for both."""

    def outputs(self, user: User, run: Execution) -> dict[str, Any]:
        _, holder = key(user, name=str(run.pk)[:30])
        return dict(holder.ask("get", f"executions/{run.pk}/")[1]["outputs"])

    def imported(self, user: User, graph: GraphBuilder) -> Agent:
        _, holder = key(user, name="import")
        status, answer = holder.ask("post", "graphs/", {"graph": graph.file()})
        assert status == 201, answer
        return Agent.objects.get(pk=UUID(answer["id"]))

    def test_each_gets_what_is_made_of_their_own_values(self, alice: User, bob: User) -> None:
        found = {}
        for user in (alice, bob, alice):
            run = runs.run(user, _mine(twin("word"), user), word=f"of {user.username}")
            found[user.username] = self.outputs(user, run)["filled"]

        assert found == {"alice": ["of alice"], "bob": ["of bob"]}

    def test_what_one_kept_the_other_does_not_find(self, alice: User, bob: User) -> None:
        keep = GraphBuilder("Twin", id="22222222-2222-4222-8222-222222222222")
        for kind in ("within_agent", "across_agents"):
            keep.node("PersistInformationBlock", key="k", value="of alice", scope=kind)
        runs.run(alice, keep)

        run = runs.run(bob, _mine(twin("word"), bob))

        outputs = self.outputs(bob, run)
        assert outputs["before within_agent"] == ["no within_agent"]
        assert outputs["before across_agents"] == ["no across_agents"]

    def test_the_same_file_becomes_an_agent_of_each(self, alice: User, bob: User) -> None:
        first, second = self.imported(alice, twin("a")), self.imported(bob, twin("a"))

        assert first.pk != second.pk
        assert (first.owner, second.owner) == (alice, bob)
        _, holder = key(bob, name="look")
        assert holder.refusal("get", f"graphs/{first.pk}/") == (404, "not_found")

    def test_the_same_idempotency_key_starts_a_run_for_each(self, alice: User, bob: User) -> None:
        started = {}
        for user in (alice, bob):
            agent = self.imported(user, calculator())
            _, holder = key(user, name="start")
            answer = holder.client.post(
                f"/api/v1/graphs/{agent.pk}/execute/",
                {"inputs": {"Input": "1"}},
                "application/json",
                headers={"Idempotency-Key": "the-same"},
            )
            assert answer.status_code == 202, answer.content
            started[user.username] = Execution.objects.get(pk=answer.json()["id"])

        assert started["alice"].pk != started["bob"].pk
        assert [started[name].owner for name in ("alice", "bob")] == [alice, bob]

    def test_a_page_is_not_kept_for_the_next_who_asks(self, alice: User, bob: User) -> None:
        runs.run(alice, calculator("Only Alice's"), Input=1)
        pages = []
        for user in (alice, bob):
            client = Client()
            client.force_login(user)
            for address in ("/agents/", "/runs/"):
                answer = client.get(address)
                assert "Cookie" in answer["Vary"]
                pages.append("Only Alice" in answer.content.decode())

        assert pages == [True, True, False, False]


def _mine(graph: GraphBuilder, user: User) -> GraphBuilder:
    """Return the graph under an id of the person's own: an id is one agent."""
    graph.id = f"11111111-1111-4111-8111-{user.pk:012d}"
    return graph


class Still(RunReader):
    """A reader that reads nothing."""

    def parts(self) -> list[Any]:
        return []


async def test_a_reader_is_shared_by_equal_credentials_only() -> None:
    run = UUID(int=1)
    alice, again, limited, bob = User(pk=1), User(pk=1), User(pk=1), User(pk=2)
    limited.grant = Grant(frozenset({Scope.READ_GRAPH}))

    async with (
        Still.shared(alice, run) as first,
        Still.shared(again, run) as second,
        Still.shared(limited, run) as third,
        Still.shared(bob, run) as fourth,
    ):
        assert first is second
        assert len({id(first), id(third), id(fourth)}) == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("servers")
def test_what_redis_keeps_of_a_person_is_named_for_the_person(alice: User, bob: User) -> None:
    redis = cache._cache.get_client(None)  # type: ignore[attr-defined]
    before = set(redis.scan_iter(match="*"))
    for user in (alice, bob):
        _, holder = key(user)
        holder.ask("get", "graphs/")
        holder.ask("post", "auth/ticket/", {})

    new = {one.decode() for one in set(redis.scan_iter(match="*")) - before}

    tickets = {one for one in new if ":ticket:" in one}
    assert len(tickets) == 2  # each by the digest of its own text
    named = {f":{user.pk}" for user in (alice, bob)}
    left = {one for one in new - tickets if not any(mark in f"{one}:" for mark in named)}
    assert {one for one in left if "cache" in one} == set()
