"""Class 18: what is somebody's own. A link shows one run, as long as it works, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from agents.executions import sharing
from agents.executions.api.shares import PRIVATE
from agents.executions.files import RunFiles
from agents.executions.models import Execution, NodeExecution, Share
from agents.executions.models.execution import Purging
from agents.executions.publisher import execution_group
from agents.executions.sharing import Shared, revoke, share
from blocks.sdk import BlockKind
from kernel import standing
from kernel.access import Scope
from tests.support import runs
from tests.support.apikeys import key
from tests.support.graphs import GraphBuilder, calculator
from tests.support.sockets import Sockets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]
IN, MIDDLE = "what-alice-put-in", "what-a-node-saw"


def guarded() -> GraphBuilder:
    """Return a graph with a secret input, one that is not, and a node whose values are its own."""
    g = GraphBuilder("Shared report")
    g.node("AgentShortTextInputBlock", name="key", value=IN, secret=True)
    g.node("AgentShortTextInputBlock", name="plain", value=IN)
    g.node("StoreValueBlock", input=MIDDLE)
    g.link(g.input("given", "the output"), "result", g.output("report"), "value")
    return g


@pytest.fixture
def execution(alice: User) -> Execution:
    return runs.run(alice, guarded(), key=IN)


@pytest.fixture
def link(execution: Execution) -> Shared:
    return share(execution)


def addresses(token: str) -> list[str]:
    return [f"/shared/{token}/", f"/api/v1/public/shared/{token}/"]


def get(address: str) -> tuple[int, str]:
    answer = Client().get(address)
    return answer.status_code, answer.content.decode()


class TestShown:
    def test_a_stranger_sees_outputs_and_steps_and_no_inputs(self, link: Shared) -> None:
        for address in addresses(link.token):
            status, text = get(address)
            assert status == 200
            assert "Shared report" in text
            assert "the output" in text
            assert IN not in text
            assert MIDDLE not in text

    def test_the_json_has_these_members_and_no_others(
        self, link: Shared, execution: Execution
    ) -> None:
        answer = Client().get(addresses(link.token)[1]).json()

        assert set(answer) == {
            *("id", "graph_name", "graph_description", "status"),
            *("created_at", "started_at", "ended_at", "outputs"),
        }
        assert (answer["id"], answer["status"]) == (str(execution.pk), "COMPLETED")
        assert answer["outputs"] == {"report": ["the output"]}

    def test_why_it_failed_is_not_told(self, alice: User, execution: Execution) -> None:
        error = {"code": "x", "message": IN}
        Execution.objects.update(status="FAILED", error=error)
        NodeExecution.objects.update(status="FAILED", error=error)

        for address in addresses(share(execution).token):
            status, text = get(address)
            assert (status, IN in text) == (200, False)

    def test_there_is_nothing_to_do(self, link: Shared, alice: User) -> None:
        owner = Client()
        owner.force_login(alice)
        for client in (Client(), owner):
            text = client.get(addresses(link.token)[0]).content.decode()
            page = text[text.index("<main") : text.index("</main>")]
            assert "<form" not in page
            assert "<button" not in page
            for method in ("post", "put", "patch", "delete"):
                for address in addresses(link.token):
                    assert getattr(client, method)(address).status_code == 405

    def test_nobody_keeps_lists_or_passes_it_on(self, link: Shared) -> None:
        for address in (*addresses(link.token), value_of(link, "value")):
            answer = Client().get(address)
            assert answer.status_code == 200
            assert {name: answer[name] for name in PRIVATE} == PRIVATE
        assert 'name="robots" content="noindex, nofollow"' in get(addresses(link.token)[0])[1]

    def test_the_link_is_not_kept(self, link: Shared) -> None:
        [row] = Share.objects.values_list()

        assert link.token not in [str(value) for value in row]
        assert link.token not in repr(link.share)


def value_of(link: Shared, kind: str, node: str = "AgentOutputBlock", pin: str = "value") -> str:
    run = link.share.execution
    ids = [
        one.id
        for one in run.graph_version.graph.nodes.values()
        if one.block and one.block.name == node
    ]
    row = NodeExecution.objects.get(execution=run, node_id=ids[0])
    return f"/shared/{link.token}/{kind}/?node={row.pk}&input={pin}"


class TestValuesAndFiles:
    def test_the_whole_of_an_output_can_be_had(self, link: Shared) -> None:
        assert get(value_of(link, "value")) == (200, "the output")

    @pytest.mark.parametrize("kind", ["value", "file"])
    def test_no_other_value_can(self, link: Shared, alice: User, kind: str) -> None:
        other = share(runs.run(alice, calculator(), Input=8))
        elsewhere = value_of(other, kind).split("?")[1]
        here = f"/shared/{link.token}/{kind}/"
        for query in (
            "",
            "?input=key",
            "?input=value",
            "?node=x&input=value",
            f"?{elsewhere}",
            value_of(link, kind, "StoreValueBlock", "input").removeprefix(here),
            value_of(link, kind).removeprefix(here).replace("input=", "output="),
            value_of(link, kind, pin="name").removeprefix(here),
        ):
            assert get(f"{here}{query}")[0] == 404

    def test_only_a_file_that_is_an_output_can(self, alice: User) -> None:
        g = GraphBuilder("Files")
        g.link(g.input("file", ""), "result", g.output("file"), "value")
        execution = runs.start(alice, g)
        files = RunFiles(execution.pk)
        given = files.write(b"the report", name="report.txt")
        kept = files.write(b"a draft", name="draft.txt")
        Execution.objects.filter(pk=execution.pk).update(inputs={"file": given})
        runs.run_to_end(execution)
        link = share(execution)
        NodeExecution.objects.filter(node_id=_output_node(execution)).update(
            input_data={"name": "file", "value": given}
        )

        address = value_of(link, "file")
        answer = Client().get(address)
        assert answer.content == b"the report"
        assert answer["Content-Disposition"].startswith("attachment")
        assert get(f"{address}&name={kept}&value={kept}")[1] == "the report"


def _output_node(execution: Execution) -> str:
    graph = execution.graph_version.graph
    [found] = [one.id for one in graph.nodes.values() if one.kind is BlockKind.OUTPUT]
    return str(found)


Ending = Callable[[Share], object]
ENDINGS: dict[str, Ending] = {
    "revoked": revoke,
    "expired": lambda one: Share.objects.filter(pk=one.pk).update(expires_at=now()),
    "the run purged": lambda one: Execution.objects.filter(pk=one.execution_id).update(
        purging=Purging.ROWS
    ),
    "the owner deactivated": lambda one: User.objects.update(is_active=False),
}


class TestEnded:
    @pytest.mark.parametrize("ending", ENDINGS)
    def test_it_shows_what_a_link_shows_that_never_was(self, link: Shared, ending: str) -> None:
        places = [*addresses(link.token), value_of(link, "value"), value_of(link, "file")]
        ENDINGS[ending](link.share)

        for address in places:
            status, text = get(address)
            never = get(address.replace(link.token, f"trsh_{'x' * 43}"))
            assert (status, never[0]) == (404, 404)
            assert "the output" not in text
            assert "Shared report" not in text

    @pytest.mark.parametrize("token", ["x", "trsh_", f"trsh_{'x' * 43}", f"trls_{'x' * 43}", "%00"])
    def test_a_guess_shows_nothing(self, link: Shared, token: str) -> None:
        for address in addresses(token):
            assert get(address)[0] == 404

    def test_one_ended_link_ends_no_other(self, execution: Execution, link: Shared) -> None:
        other = share(execution)
        revoke(link.share)

        assert [get(one)[0] for one in addresses(other.token)] == [200, 200]

    def test_revoking_twice_changes_nothing(self, link: Shared) -> None:
        moment = revoke(link.share).revoked_at

        assert revoke(link.share).revoked_at == moment


class TestOwner:
    """Over REST: make, list, revoke."""

    def test_from_its_making_to_its_end(self, alice: User, execution: Execution) -> None:
        _, holder = key(alice)
        place = f"executions/{execution.pk}/shares/"
        until = (now() + timedelta(days=1)).isoformat()

        status, made = holder.ask("post", place, {"expires_at": until})
        assert status == 201
        assert made["share_url"] == f"http://testserver/shared/{made['share_token']}/"
        assert get(f"/shared/{made['share_token']}/")[0] == 200

        _, listed = holder.ask("get", place)
        assert listed["results"] == [made["share"]]
        assert made["share_token"] not in str(listed)

        assert holder.ask("delete", f"{place}{made['share']['id']}/") == (204, None)
        assert get(f"/shared/{made['share_token']}/")[0] == 404
        _, listed = holder.ask("get", place)
        assert listed["results"][0]["revoked_at"] is not None

    def test_nobody_else_can(
        self, alice: User, bob: User, execution: Execution, link: Shared
    ) -> None:
        _, holder = key(bob)
        theirs = runs.run(bob, calculator(), Input=8)
        for place in (f"executions/{execution.pk}/shares/", f"executions/{theirs.pk}/shares/"):
            assert holder.refusal("delete", f"{place}{link.share.pk}/") == (404, "not_found")
        place = f"executions/{execution.pk}/shares/"
        assert holder.refusal("get", place) == (404, "not_found")
        assert holder.refusal("post", place, {}) == (404, "not_found")

        assert Share.objects.get().revoked_at is None
        assert get(addresses(link.token)[0])[0] == 200

    def test_a_key_that_may_only_read_makes_none(self, alice: User, execution: Execution) -> None:
        _, holder = key(alice, Scope.READ_GRAPH)
        place = f"executions/{execution.pk}/shares/"

        assert holder.ask("get", place)[0] == 200
        assert holder.refusal("post", place, {}) == (403, "missing_scope")
        assert not Share.objects.exists()

    def test_a_run_has_so_many_links(
        self, alice: User, execution: Execution, link: Shared, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sharing, "MOST_SHARES", 1)
        _, holder = key(alice)
        place = f"executions/{execution.pk}/shares/"

        assert holder.refusal("post", place, {}) == (409, "too_many_shares")
        assert Share.objects.count() == 1

        revoke(link.share)
        assert holder.ask("post", place, {})[0] == 201

    def test_a_moment_that_has_passed_is_refused(self, alice: User, execution: Execution) -> None:
        _, holder = key(alice)
        body: Any = {"expires_at": "2020-01-01T00:00:00Z"}

        place = f"executions/{execution.pk}/shares/"
        assert holder.refusal("post", place, body) == (400, "invalid")
        assert not Share.objects.exists()


def speaks(token: str) -> list[str]:
    return ["trellis", f"trellis.share.{token}"]


@pytest.mark.django_db(transaction=True)
class TestFeed:
    FEED = "/ws/v1/shared/"

    @pytest.fixture(autouse=True)
    def often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(standing, "EVERY", 0.05)

    async def test_it_says_that_its_run_changed_and_not_what(
        self, socket: Sockets, alice: User
    ) -> None:
        execution = await sync_to_async(runs.start)(alice, guarded(), key=IN)
        link = await sync_to_async(share)(execution)
        opened = await socket(self.FEED, subprotocols=speaks(link.token))
        assert opened.subprotocol == "trellis"
        told = [await opened.receive()]  # when it hears, it says so: something may have been missed

        await sync_to_async(runs.run_to_end)(execution)
        told.append(await opened.receive())

        changed = {"method": "changed", "data": {"id": str(execution.pk)}, "success": None}
        assert told == [{**changed, "channel": None, "error": None}] * 2

    async def test_another_run_is_not_heard(self, socket: Sockets, alice: User) -> None:
        execution, other = [
            await sync_to_async(runs.start)(alice, guarded(), key=IN) for _ in range(2)
        ]
        link = await sync_to_async(share)(execution)
        opened = await socket(self.FEED, subprotocols=speaks(link.token))
        await opened.receive()

        await sync_to_async(runs.run_to_end)(other)
        layer: Any = get_channel_layer()
        bell = {"type": "execution.bell", "execution": str(execution.pk)}
        await layer.group_send(execution_group(execution.pk), bell)

        assert (await opened.receive())["data"] == {"id": str(execution.pk)}

    async def test_it_takes_no_subscription_to_anything(self, socket: Sockets, alice: User) -> None:
        execution = await sync_to_async(runs.run)(alice, guarded(), key=IN)
        link = await sync_to_async(share)(execution)
        opened = await socket(self.FEED, subprotocols=speaks(link.token))
        await opened.receive()

        for method in ("subscribe_graph_execution", "subscribe_graph_executions", "x"):
            answer = await opened.ask(method, {"graph_exec_id": str(execution.pk)})
            assert (answer["method"], answer["success"]) == ("error", False)
        assert (await opened.ask("heartbeat"))["data"] == "pong"

    @pytest.mark.parametrize("token", ["x", f"trsh_{'x' * 43}"])
    async def test_a_guess_hears_nothing(self, socket: Sockets, token: str) -> None:
        opened = await socket(self.FEED, subprotocols=speaks(token))

        assert await opened.closing_code() == 4003

    @pytest.mark.parametrize("ending", ["revoked", "expired", "the owner deactivated"])
    async def test_it_ends_with_its_link(self, socket: Sockets, alice: User, ending: str) -> None:
        execution = await sync_to_async(runs.run)(alice, guarded(), key=IN)
        link = await sync_to_async(share)(execution)
        opened = await socket(self.FEED, subprotocols=speaks(link.token))
        await opened.receive()

        await sync_to_async(ENDINGS[ending])(link.share)

        assert await opened.closing_code() == 4003
