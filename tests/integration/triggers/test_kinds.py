"""Triggers that look for something new, that hear of runs, and that are set up at other sites."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import announcing
from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.graphs import services as graphs
from agents.triggers import asking, beginning, polling, purging, services
from agents.triggers.errors import InvalidTrigger
from agents.triggers.kinds import github
from agents.triggers.models import Arrival, Trigger
from credentials import services as credentials
from credentials.kinds import Kind
from credentials.wire import Answer
from egress.policy import exemption
from tests.support.graphs import calculator
from tests.support.hooks import call, fresh, github_graph, hook_graph, hooked, inbox_graph, taken
from tests.support.runs import run, run_to_end, version_of
from tests.support.webhosts import Asked, WebHost, reply, web_host

pytestmark = pytest.mark.django_db


def rss(*titles: str) -> bytes:
    items = "".join(f"<item><title>{one}</title><guid>{one}</guid></item>" for one in titles)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


class Site:
    """What a host shows, under an ETag that changes with it."""

    def __init__(self) -> None:
        self.content = b""
        self.status = "200 OK"

    def answer(self, asked: Asked) -> bytes:
        mark = f'"{hash(self.content)}"'
        if asked.headers.get("if-none-match") == mark:
            return reply(status="304 Not Modified", headers={"ETag": mark})
        return reply(self.content, status=self.status, headers={"ETag": mark})


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def host(site: Site, settings: Any) -> Iterator[WebHost]:
    with web_host(site.answer) as found:
        allowed = exemption(found.url.removeprefix("http://"))
        settings.EGRESS = {**settings.EGRESS, "allowed": (allowed,)}
        yield found


def watching(owner: User, kind: str, url: str) -> Trigger:
    agent = version_of(owner, inbox_graph()).agent_id
    config = {"url": url, "every_minutes": 5}
    return services.create(owner, agent, kind=kind, input_name="what", config=config).trigger


def begun() -> list[Any]:
    """Begin what waits, and return what the runs got, in the order in which it arrived."""
    waiting = list(Arrival.objects.waiting().order_by("due_at").values_list("execution_id"))
    beginning.begin()
    found = Execution.objects.with_graph().in_bulk([pk for (pk,) in waiting if pk])
    runs = [found[pk] for (pk,) in waiting if pk in found]  # some may not begin
    return [outputs(run_to_end(one))["what"][0] for one in runs]


def test_a_feed_begins_a_run_for_each_new_entry(alice: User, site: Site, host: WebHost) -> None:
    site.content = rss("old")
    trigger = watching(alice, "feed", f"{host.url}/rss")

    assert polling.look(trigger.pk) == 0, "what is there at first is only remembered"
    assert polling.look(trigger.pk) == 0
    site.content = rss("newer", "new", "old")
    assert polling.look(trigger.pk) == 2
    assert polling.look(trigger.pk) == 0

    assert sorted(one["entry"]["title"] for one in begun()) == ["new", "newer"]
    assert host.asked[-1].headers["if-none-match"]


def test_more_entries_than_one_look_takes_come_with_the_next(
    alice: User, site: Site, host: WebHost
) -> None:
    site.content = rss("first")
    trigger = watching(alice, "feed", f"{host.url}/rss")
    polling.look(trigger.pk)
    site.content = rss(*(f"entry {number}" for number in range(70)))

    assert [polling.look(trigger.pk) for _ in range(3)] == [50, 20, 0]
    assert Arrival.objects.count() == 70


def test_a_page_begins_a_run_when_it_has_changed(alice: User, site: Site, host: WebHost) -> None:
    site.content = b"one"
    trigger = watching(alice, "web_page", host.url)
    found = [polling.look(trigger.pk)]
    for content in (b"one", b"two", b"two", b"one"):
        site.content = content
        found.append(polling.look(trigger.pk))

    assert found == [0, 0, 1, 0, 1]
    assert [one["content"] for one in begun()] == ["two", "one"]


def test_what_cannot_be_seen_is_told_and_looked_at_later(
    alice: User, site: Site, host: WebHost, settings: Any
) -> None:
    settings.TRIGGERS = {**settings.TRIGGERS, "pause_after": 3}
    site.status = "503 Service Unavailable"
    trigger = watching(alice, "feed", host.url)

    polling.look(trigger.pk)
    kept = fresh(trigger)
    assert (kept.missed, kept.is_active) == (1, True)
    assert "status 503" in kept.last_error
    polling.look(trigger.pk)
    polling.look(trigger.pk)

    assert not fresh(trigger).is_active
    assert "3 times in a row" in fresh(trigger).paused_why


BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>
<rss version="2.0"><channel><item><title>&e;</title><guid>&e;</guid></item></channel></rss>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><item><title>&a;</title><guid>1</guid></item></channel></rss>"""


@pytest.mark.parametrize("content", [BOMB, OUTSIDE], ids=["bomb", "outside"])
def test_entities_of_a_feed_are_not_followed(
    alice: User, site: Site, host: WebHost, content: bytes
) -> None:
    site.content = rss("old")
    trigger = watching(alice, "feed", f"{host.url}/rss")
    polling.look(trigger.pk)
    site.content = content

    polling.look(trigger.pk)

    told = json.dumps(list(Arrival.objects.values_list("payload", flat=True)))
    assert "a" * 1_000 not in told
    assert "root:" not in told


def test_a_huge_feed_is_not_read(alice: User, site: Site, host: WebHost) -> None:
    site.content = rss("x" * (6 * 1024 * 1024))
    trigger = watching(alice, "feed", f"{host.url}/rss")

    assert polling.look(trigger.pk) == 0

    assert "larger than" in fresh(trigger).last_error
    assert fresh(trigger).state == {}


def test_a_slow_feed_holds_nobody(
    alice: User, site: Site, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger = watching(alice, "feed", f"{host.url}/rss")
    monkeypatch.setattr(asking, "SECONDS", 0.0)

    assert polling.look(trigger.pk) == 0

    assert "seconds" in fresh(trigger).last_error


@pytest.mark.parametrize("kind", ["feed", "web_page"])
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "ftp://a.example"]
)
def test_addresses_within_are_not_watched(alice: User, kind: str, url: str) -> None:
    with pytest.raises(InvalidTrigger):
        watching(alice, kind, url)

    assert Trigger.objects.count() == 0


def test_a_turn_is_taken_once(
    alice: User, site: Site, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("kernel.messages.send", lambda *given, **_: sent.append(given[3]))
    trigger = watching(alice, "feed", host.url)

    assert (polling.send_looks(), polling.send_looks()) == (1, 0)
    assert sent == [{"io": [(str(trigger.pk),)]}]
    next_look_at = fresh(trigger).next_look_at
    assert next_look_at is not None
    assert 290 < (next_look_at - now()).total_seconds() <= 300


def after(owner: User, watched: UUID, on: str = "success") -> Trigger:
    agent = version_of(owner, inbox_graph("After")).agent_id
    config = {"graph_id": str(watched), "on": on}
    made = services.create(owner, agent, kind="agent_finished", input_name="what", config=config)
    return made.trigger


def test_another_agents_end_begins_a_run_with_its_outputs(alice: User) -> None:
    first = version_of(alice, graph := calculator("First"))
    after(alice, first.agent_id)

    done = run(alice, graph, Input=8)
    announcing.announce()

    [got] = begun()
    assert got["graph_exec_id"] == str(done.pk)
    assert (got["status"], got["outputs"]) == ("COMPLETED", {"Output": [42]})
    announcing.announce()
    assert Arrival.objects.count() == 1


def test_only_the_ends_that_are_wanted(alice: User) -> None:
    first = version_of(alice, graph := calculator("First"))
    after(alice, first.agent_id, "failure")

    run(alice, graph, Input=8)
    announcing.announce()

    assert Arrival.objects.count() == 0


def test_agents_of_others_are_not_awaited(alice: User, bob: User) -> None:
    theirs = version_of(alice, calculator()).agent_id

    with pytest.raises(InvalidTrigger, match="no agent of yours"):
        after(bob, theirs)


def test_no_agent_awaits_itself(alice: User) -> None:
    agent = version_of(alice, inbox_graph()).agent_id

    with pytest.raises(InvalidTrigger, match="this agent itself"):
        services.create(
            alice, agent, kind="agent_finished", config={"graph_id": str(agent)}, input_name="what"
        )


def test_a_circle_of_triggers_ends(alice: User) -> None:
    first = version_of(alice, inbox_graph("First")).agent_id
    trigger = after(alice, first)
    services.create(
        alice,
        first,
        kind="agent_finished",
        input_name="what",
        config={"graph_id": str(trigger.agent_id)},
    )
    run_to_end(_start(alice, first))

    for _ in range(30):
        announcing.announce()
        begun()

    assert Execution.objects.count() == 1 + beginning.LONGEST_CHAIN
    assert "in a circle" in Arrival.objects.get(verdict="failed").why


def _start(owner: User, agent: UUID) -> Execution:
    from agents.executions.services import start_execution

    return start_execution(owner=owner, agent_id=agent, inputs={"what": 1})


def set_up(
    alice: User, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> tuple[services.Made, list[Any]]:
    asked: list[Any] = []

    def ask(method: str, url: str, **more: Any) -> Answer:
        asked.append((method, url, more))
        return answer

    monkeypatch.setattr(github, "ask", ask)
    kept = credentials.create(
        alice, provider="github", kind=Kind.API_KEY, title="Mine", given={"api_key": "ghp_secret"}
    )
    graph, node = github_graph()
    config = {"credential_id": str(kept.pk), "events": ["pull_request.opened"]}
    return hooked(alice, graph, node, kind="github", config=config), asked


def test_a_webhook_is_set_up_and_removed_at_github(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, asked = set_up(alice, monkeypatch, Answer(201, b'{"id": 77}'))

    [(method, url, more)] = asked
    assert (method, url) == ("POST", "https://api.github.com/repos/example/tea/hooks")
    assert more["headers"]["Authorization"] == "Bearer ghp_secret"
    body = json.loads(more["body"])
    assert body["events"] == ["pull_request"]
    assert body["config"]["url"].endswith(f"/hooks/{made.token}/")
    assert body["config"]["secret"] == made.secret
    assert fresh(made.trigger).remote_id == "77"

    services.remove(fresh(made.trigger))
    assert asked[1][:2] == ("DELETE", "https://api.github.com/repos/example/tea/hooks/77")


def test_a_refusal_of_github_leaves_address_and_secret(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = set_up(alice, monkeypatch, Answer(404, b'{"message": "Not Found"}'))

    assert "no such repository" in made.problem
    assert made.token
    assert fresh(made.trigger).remote_id == ""
    assert "no such repository" in fresh(made.trigger).last_error


def test_old_arrivals_go_but_not_those_that_wait(alice: User) -> None:
    made = hooked(alice)
    told = [taken(call(made.token, {"n": n})) for n in range(3)]
    Arrival.objects.filter(execution_id=told[0].execution_id).update(verdict="started")
    Arrival.objects.exclude(execution_id=told[2].execution_id).update(
        received=now() - timedelta(days=8)
    )

    assert purging.purge() == 1
    assert Arrival.objects.count() == 2


def test_files_of_agents_have_no_addresses_and_no_secrets(alice: User) -> None:
    graph, node = hook_graph(secret_token="the-authors-own-secret")
    made = hooked(alice, graph, node, secret="")

    version = graphs.find(alice, made.trigger.agent_id)
    text = json.dumps(graphs.export(version))
    copy = graphs.create_agent(alice, json.loads(text))

    for secret in (made.token, made.secret, made.trigger.digest, "the-authors-own-secret"):
        assert secret
        assert secret not in text
    assert not Trigger.objects.filter(agent=copy.agent_id).exists()


def test_the_secret_is_in_one_answer_only(alice: User, api: Callable[..., APIClient]) -> None:
    client = api(alice)
    graph, node = hook_graph()
    agent = version_of(alice, graph).agent_id
    address = f"/api/v1/graphs/{agent}/triggers/"

    answer = client.post(address, {"kind": "generic_webhook", "node_id": node}, format="json")

    assert answer.status_code == 201, answer.data
    secret, trigger = answer.data["secret"], answer.data["trigger"]
    assert answer["Cache-Control"] == "no-store"
    detail = client.get(f"/api/v1/triggers/{trigger['id']}/")
    listed = client.get(address)
    assert detail.data["address"] == trigger["address"]
    assert "/hooks/trwh_" in trigger["address"]
    for shown in (detail, listed, client.get("/api/v1/triggers/")):
        assert secret not in shown.content.decode()
    assert "trwh_" not in listed.content.decode()
    renewed = client.post(f"/api/v1/triggers/{trigger['id']}/rotate/", {}, format="json")
    assert renewed.data["secret"] != secret
    assert (
        client.patch(
            f"/api/v1/triggers/{trigger['id']}/", {"is_active": False}, format="json"
        ).data["trigger"]["is_active"]
        is False
    )
    assert (
        client.post(f"/api/v1/triggers/{trigger['id']}/test/", {}, format="json").status_code == 400
    )
    assert client.delete(f"/api/v1/triggers/{trigger['id']}/").status_code == 204


def test_a_test_of_the_owner_begins_a_run(alice: User, api: Callable[..., APIClient]) -> None:
    made = hooked(alice, inbox_graph(), input_name="what")
    client = api(alice)

    answer = client.post(
        f"/api/v1/triggers/{made.trigger.pk}/test/", {"payload": {"n": 1}}, format="json"
    )

    assert answer.status_code == 202
    assert begun() == [{"n": 1}]
    [shown] = client.get(f"/api/v1/triggers/{made.trigger.pk}/arrivals/").data["results"]
    assert (shown["verdict"], shown["event"]) == ("started", "test")


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"kind": "nothing"}, None),
        ({"kind": "feed", "config": {}}, "config.url"),
        ({"kind": "feed", "config": {"url": "https://a.example", "x": 1}}, "config.x"),
        ({"kind": "generic_webhook", "node_id": "gone"}, "node_id"),
        ({"kind": "generic_webhook", "input_name": "gone"}, "input_name"),
        ({"kind": "feed", "config": {"url": "https://a.example"}, "secret": "x" * 20}, "secret"),
    ],
)
def test_what_is_wrong_is_named(
    alice: User, api: Callable[..., APIClient], body: dict[str, Any], attr: str | None
) -> None:
    agent = version_of(alice, inbox_graph()).agent_id

    answer = api(alice).post(f"/api/v1/graphs/{agent}/triggers/", body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_trigger")
    assert attr in [None, *(one.get("attr") for one in answer.json()["errors"])]
    assert Trigger.objects.count() == 0
