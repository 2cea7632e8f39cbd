"""What the log tells of keys, agents, runs and reviews."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import interventions, reviewing, sharing, starting
from agents.executions.models import Execution, Share
from agents.graphs import drafts, services
from apikeys.models import ApiKey
from audit.models import Entry
from tests.support.clients import keyed
from tests.support.graphs import calculator
from tests.support.reviews import asked
from tests.support.runs import run, start, version_of
from uploads import services as uploads
from uploads.errors import FileTooLarge
from uploads.models import Upload

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))


def last() -> Entry:
    return Entry.objects.latest("pk")


@pytest.fixture
def script(alice: User) -> APIClient:
    """A script of Alice's, with her key."""
    return keyed(alice)


def test_each_step_in_the_life_of_a_key_has_a_line(script: APIClient, alice: User) -> None:
    own = ApiKey.objects.get()
    body = {"name": "robot", "permissions": ["READ_GRAPH"]}
    answer = script.post("/api/v1/api-keys/", body).json()
    made = answer["api_key"]
    url = f"/api/v1/api-keys/{made['id']}/"
    script.patch(url, {"name": "machine"})
    script.post(f"{url}suspend/")
    script.post(f"{url}suspend/")  # again: nothing is done
    script.post(f"{url}resume/")
    script.post(f"{url}resume/")
    script.post(f"{url}rotate/", {})
    script.delete(url)
    script.delete(url)

    steps = ["created", "changed", "suspended", "resumed", "rotated", "revoked"]
    assert actions()[1:] == [f"key.{step}" for step in steps]
    line = last()
    assert (line.via, line.credential_id, line.credential) == ("key", str(own.pk), str(own))
    assert (line.actor_id, line.owner_id) == (alice.pk, alice.pk)
    assert (line.object_type, line.object_id) == ("apikeys.apikey", str(made["id"]))
    assert answer["plain_text_key"] not in str(list(Entry.objects.values()))


def test_each_change_of_an_agent_has_a_line(alice: User) -> None:
    made = services.create_agent(alice, calculator("Sum").file(), imported=True)
    agent = made.agent
    services.save_version(agent, calculator("Sum").file() | {"id": str(agent.pk)})
    services.activate(agent, 1)
    services.activate(agent, 1)
    services.change_settings(agent, {"retention_days": 3})
    graph = drafts.read(alice, agent.pk).as_json()["graph"]
    drafts.save(alice, agent.pk, graph | {"name": "Other"}, if_match=None)
    drafts.discard(alice, agent.pk, if_match=None)
    drafts.discard(alice, agent.pk, if_match=None)
    drafts.restore(alice, agent.pk, 2, if_match=None)
    drafts.publish(alice, agent.pk, if_match=None)
    services.delete(agent)

    steps = ["imported", "saved", "activated", "changed", "discarded", "restored"]
    assert actions() == [f"agent.{step}" for step in (*steps, "published", "deleted")]
    assert {(one.object_id, one.owner_id) for one in Entry.objects.all()} == {
        (str(agent.pk), alice.pk)
    }


def test_a_refused_change_has_none(alice: User) -> None:
    made = services.create_agent(alice, calculator("Sum").file())

    with pytest.raises(Exception, match="no version 9"):
        services.activate(made.agent, 9)

    assert actions() == ["agent.created"]


def test_a_run_that_a_person_starts_has_a_line(alice: User) -> None:
    execution = start(alice, calculator("Sum"), Input=1)

    line = last()
    assert (line.action, line.object_id, line.object_label) == (
        "run.started",
        str(execution.pk),
        "Sum",
    )
    assert line.owner_id == alice.pk
    assert line.details == {"agent": str(execution.agent_id), "version": 1}
    assert execution.created <= line.created


def test_a_run_that_waits_for_a_place_has_its_line_once(alice: User) -> None:
    alice.max_concurrent_executions = 1
    alice.save()
    version = version_of(alice, calculator("Sum"))
    for _ in range(2):
        starting.start(owner_id=alice.pk, version=version, inputs={"Input": 1})

    assert actions() == ["run.started", "run.started"]


def test_a_key_that_starts_and_stops_a_run_is_named(script: APIClient, alice: User) -> None:
    version = services.create_agent(alice, calculator("Sum").file())
    url = f"/api/v1/graphs/{version.agent_id}/execute/"
    started = script.post(url, {"inputs": {"Input": 1}}, headers={"X-Request-ID": "mine"})
    assert started.status_code == 202, started.content
    pk = started.json()["id"]
    script.post(f"/api/v1/executions/{pk}/stop/")
    script.post(f"/api/v1/executions/{pk}/stop/")

    lines = Entry.objects.filter(object_id=pk).order_by("pk")
    assert [one.action for one in lines] == ["run.started", "run.stopped"]
    assert {one.via for one in lines} == {"key"}
    assert lines[0].request_id == "mine"


def test_a_retry_has_a_line(alice: User, script: APIClient) -> None:
    execution = start(alice, calculator("Sum"), Input=1)
    script.post(f"/api/v1/executions/{execution.pk}/stop/")
    assert Execution.objects.get().state.is_final

    script.post(f"/api/v1/executions/{execution.pk}/retry/")

    assert actions()[-2:] == ["run.stopped", "run.retried"]


def test_what_an_operator_does_to_a_run_is_its_owner_s_line(alice: User) -> None:
    execution = start(alice, calculator("Sum"), Input=1)
    interventions.requeue_run(execution.pk)
    interventions.fail_run(execution.pk, "It makes no sense.")

    requeued, failed = Entry.objects.order_by("pk")[1:]
    assert (requeued.action, requeued.details) == ("run.requeued", {"node_executions": 1})
    assert (failed.action, failed.details) == ("run.failed", {"reason": "It makes no sense."})
    assert failed.owner_id == alice.pk


def test_a_decided_review_has_a_line_without_its_data(alice: User) -> None:
    _, _, review = asked(alice, {"amount": 7741}, name="The refund")
    reviewing.decide(review, by=alice, approve=True)
    reviewing.decide(review, by=alice, approve=True)  # again: nothing is done

    assert actions() == ["run.started", "review.decided"]
    assert last().details == {
        "review": str(review.pk),
        "name": "The refund",
        "decision": "APPROVED",
        "edited": False,
    }


def test_what_the_engine_does_by_itself_has_no_line(alice: User) -> None:
    run(alice, calculator("Sum"), Input=1)

    assert actions() == ["run.started"]


def test_a_link_to_a_run_has_a_line_when_it_is_made_and_when_it_ends(
    alice: User, script: APIClient
) -> None:
    execution = run(alice, calculator("Sum"), Input=1)
    url = f"/api/v1/executions/{execution.pk}/shares/"
    made = script.post(url, {"expires_at": "2100-01-01T00:00:00Z"}).json()
    link = made["share"]
    script.delete(f"{url}{link['id']}/")
    script.delete(f"{url}{link['id']}/")  # again: nothing is done

    shared, revoked = Entry.objects.filter(object_id=execution.pk).order_by("pk")[1:]
    assert [shared.action, revoked.action] == ["run.shared", "run.link_revoked"]
    named = {"link": link["id"], "tail": link["tail"]}
    until = datetime(2100, 1, 1, tzinfo=UTC).isoformat()
    assert (shared.details, revoked.details) == ({**named, "expires_at": until}, named)
    assert {one.owner_id for one in (shared, revoked)} == {alice.pk}
    assert {(one.object_label, one.via) for one in (shared, revoked)} == {("Sum", "key")}
    assert made["share_token"] not in str(list(Entry.objects.values()))


def test_a_link_too_many_has_no_line(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST_SHARES", 1)
    execution = run(alice, calculator("Sum"), Input=1)
    sharing.share(execution)

    with pytest.raises(sharing.TooManyShares):
        sharing.share(execution)

    assert Share.objects.count() == 1
    assert actions() == ["run.started", "run.shared"]


def test_a_run_that_its_owner_deletes_has_a_line_once(alice: User, script: APIClient) -> None:
    execution = run(alice, calculator("Sum"), Input=1)
    url = f"/api/v1/executions/{execution.pk}/"

    assert [script.delete(url).status_code for _ in range(2)] == [204, 404]

    assert actions()[-2:] == ["run.started", "run.deleted"]
    line = last()
    assert (line.object_id, line.object_label) == (str(execution.pk), "Sum")
    assert (line.owner_id, line.via, line.details) == (alice.pk, "key", {"runs": 1})


def test_a_run_that_goes_on_and_is_not_deleted_has_no_such_line(
    alice: User, script: APIClient
) -> None:
    execution = start(alice, calculator("Sum"), Input=1)

    assert script.delete(f"/api/v1/executions/{execution.pk}/").status_code == 409

    assert actions()[-1] == "run.started"


def test_a_file_has_a_line_when_it_comes_in_and_when_it_is_deleted(
    alice: User, script: APIClient
) -> None:
    def sent() -> str:
        body = {"file": ContentFile(b"12345", name="week.txt")}
        return str(script.post("/api/v1/files/", body, format="multipart").json()["id"])

    pk = sent()
    assert sent() == pk  # again: it is there already
    url = f"/api/v1/files/{pk}/"
    assert [script.delete(url).status_code for _ in range(2)] == [204, 404]

    lines = Entry.objects.filter(object_id=pk).order_by("pk")
    assert [one.action for one in lines] == ["file.sent", "file.deleted"]
    assert {(one.object_type, one.object_label) for one in lines} == {
        ("uploads.upload", "week.txt")
    }
    assert {(one.owner_id, one.via, one.details["size"]) for one in lines} == {(alice.pk, "key", 5)}


def test_a_file_that_is_refused_has_no_line(alice: User, settings: Any) -> None:
    settings.UPLOADS = {**settings.UPLOADS, "max_bytes": 4}

    with pytest.raises(FileTooLarge):
        uploads.keep(alice.pk, ContentFile(b"12345"), name="week.txt")

    assert not Upload.objects.exists()
    assert actions() == []


def test_a_file_that_retention_removes_has_no_line(alice: User, settings: Any) -> None:
    settings.UPLOADS = {**settings.UPLOADS, "retention_days": 1}
    upload = uploads.keep(alice.pk, ContentFile(b"12345"), name="week.txt")
    Upload.objects.update(last_used_at=datetime(2020, 1, 1, tzinfo=UTC))

    assert uploads.tidy()["unused"] == 1

    assert not Upload.objects.filter(pk=upload.pk, is_whole=True).exists()
    assert actions() == ["file.sent"]
