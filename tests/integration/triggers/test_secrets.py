"""What triggers keep secret: sealed anew with new keys, and in no file that travels."""

import json
from typing import Any

import pytest

from accounts import holdings
from accounts.models import User
from agents.graphs import services as graphs
from agents.presets import services as presets
from agents.presets.models import Preset
from agents.schedules.models import Schedule
from agents.triggers import beginning, services
from agents.triggers.models import Arrival, Trigger
from credentials import rotation
from credentials.sealing import present_key
from tests.support.hooks import SECRET, call, fresh, hook_graph, hooked, taken
from tests.support.runs import version_of

pytestmark = pytest.mark.django_db
OLD, NEW = "old-key-of-the-instance-" * 3, "new-key-of-the-instance-" * 3


def test_addresses_and_secrets_are_sealed_anew(alice: User, settings: Any) -> None:
    settings.CREDENTIALS_KEYS = [OLD]
    made = hooked(alice)
    settings.CREDENTIALS_KEYS = [NEW, OLD]

    report = rotation.rotate()

    assert (report.sealed, report.left) == (1, [])
    settings.CREDENTIALS_KEYS = [NEW]
    kept = fresh(made.trigger)
    assert kept.key_id == present_key()
    assert kept.secret() == {"token": made.token, "secret": SECRET}
    assert taken(call(made.token, {})).execution_id


def test_a_call_opens_nothing_where_no_key_opens_the_secret(alice: User, settings: Any) -> None:
    settings.CREDENTIALS_KEYS = [OLD]
    made = hooked(alice)
    settings.CREDENTIALS_KEYS = [NEW]

    report = rotation.rotate()

    assert report.sealed == 0
    assert len(report.left) == 1
    assert fresh(made.trigger).tail == made.token[-4:], "the row is kept"


def test_an_agents_file_has_nothing_that_starts_it(alice: User, bob: User) -> None:
    graph, node = hook_graph(secret_token="the-authors-own-secret")
    agent = version_of(alice, graph).agent_id
    preset = presets.create(alice, agent_id=agent, name="Mine", inputs={})
    made = services.create(
        alice, agent, kind="generic_webhook", node_id=node, preset=preset, secret=SECRET
    )
    Schedule.objects.create(
        owner=alice, agent_id=agent, name="Daily", kind="cron", cron="0 9 * * *", preset=preset
    )
    taken(call(made.token, {"order": "only-for-alice"}))
    beginning.begin()

    text = json.dumps(graphs.export(graphs.find(alice, agent)))
    copy = graphs.create_agent(bob, json.loads(text))

    secrets = (SECRET, made.token, str(made.trigger.digest), "the-authors-own-secret")
    for secret in (*secrets, "only-for-alice", str(made.trigger.pk), str(preset.pk)):
        assert secret not in text
    for model in (Trigger, Preset, Schedule):
        assert not model.objects.filter(agent=copy.agent_id).exists()
        assert not model.objects.filter(owner=bob).exists()


def test_an_imported_file_cannot_bring_a_trigger_along(bob: User) -> None:
    graph, node = hook_graph()
    file = graph.file()
    planted = {"kind": "generic_webhook", "node_id": node, "secret": SECRET}
    file |= {"triggers": [planted], "webhooks": [planted], "webhook_id": "1", "presets": [planted]}
    for one in file["nodes"]:
        one |= {"webhook_id": "00000000-0000-4000-8000-000000000000", "webhook": planted}

    graphs.create_agent(bob, json.loads(json.dumps(file)))

    for model in (Trigger, Preset, Schedule):
        assert not model.objects.exists()


def test_a_persons_own_archive_has_triggers_without_their_secrets(alice: User) -> None:
    made = hooked(alice)
    taken(call(made.token, {"order": 7}))

    rows = [
        json.dumps(one.shape(row), default=str)
        for one in holdings.everything()
        if one.model in {Trigger, Arrival} and one.shape
        for row in one.rows(alice.pk)
    ]

    assert len(rows) == 2
    assert any('"order": 7' in row or '\\"order\\": 7' in row for row in rows)
    for row in rows:
        for secret in (SECRET, made.token, str(made.trigger.digest)):
            assert secret not in row
