"""Inputs and credentials that are kept to run an agent with."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions.models import Execution
from agents.presets.models import Preset
from telemetry.redaction import MARK
from tests.support.graphs import calculator
from tests.support.runs import run, version_of

Api = Callable[..., APIClient]
PRESETS = "/api/v1/library/presets/"


@pytest.fixture
def agent(alice: User) -> str:
    return str(version_of(alice, calculator()).agent_id)


def kept(client: APIClient, agent: str, **more: object) -> str:
    body = {"graph_id": agent, "name": "Mine", "inputs": {"Input": 1}, **more}
    answer = client.post(PRESETS, body)
    assert answer.status_code == 201, answer.data
    return f"{PRESETS}{answer.json()['id']}/"


def test_a_preset_is_kept_for_an_agent(alice: User, agent: str, api: Api) -> None:
    address = kept(api(alice), agent, inputs={"Input": 1, "password": "hidden"})

    told = api(alice).get(address).json()

    assert (told["graph_id"], told["graph_version"], told["is_active"]) == (agent, None, True)
    assert told["inputs"] == {"Input": 1, "password": MARK}
    assert Preset.objects.get().inputs == {"Input": 1, "password": "hidden"}


def test_what_is_given_at_the_start_comes_before_what_is_kept(
    alice: User, agent: str, api: Api
) -> None:
    address = kept(api(alice), agent, inputs={"Input": 1, "Other": 2})

    answer = api(alice).post(f"{address}execute/", {"inputs": {"Input": 5}})

    assert answer.status_code == 202
    [started] = Execution.objects.all()
    assert started.inputs == {"Input": 5, "Other": 2}
    assert started.preset_id == Preset.objects.get().pk
    assert answer.json()["preset_id"] == str(started.preset_id)


def test_the_same_key_starts_it_once(alice: User, agent: str, api: Api) -> None:
    address = kept(api(alice), agent)

    for _ in range(2):
        api(alice).post(f"{address}execute/", {}, headers={"Idempotency-Key": "one"})

    assert Execution.objects.count() == 1


def test_a_preset_that_is_switched_off_starts_nothing(alice: User, agent: str, api: Api) -> None:
    address = kept(api(alice), agent, is_active=False)

    answer = api(alice).post(f"{address}execute/", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "preset_inactive")
    assert not Execution.objects.exists()


def test_a_preset_is_made_from_a_run(alice: User, api: Api) -> None:
    execution = run(alice, calculator(), Input=3)

    answer = api(alice).post(PRESETS, {"graph_execution_id": str(execution.pk), "name": "Again"})

    assert answer.status_code == 201
    preset = Preset.objects.get()
    assert (preset.inputs, preset.version) == ({"Input": 3}, 1)


def test_a_preset_from_a_run_takes_no_inputs_of_its_own(alice: User, api: Api) -> None:
    execution = run(alice, calculator(), Input=3)
    body = {"graph_execution_id": str(execution.pk), "name": "Again", "inputs": {"Input": 4}}

    assert api(alice).post(PRESETS, body).status_code == 400
    assert not Preset.objects.exists()


def test_a_mark_that_is_sent_back_leaves_the_secret(alice: User, agent: str, api: Api) -> None:
    address = kept(api(alice), agent, inputs={"Input": 1, "password": "hidden"})

    api(alice).patch(address, {"inputs": {"Input": 2, "password": MARK}, "name": "Other"})

    preset = Preset.objects.get()
    assert (preset.name, preset.inputs) == ("Other", {"Input": 2, "password": "hidden"})


def test_a_preset_is_deleted(alice: User, agent: str, api: Api) -> None:
    address = kept(api(alice), agent)

    assert api(alice).delete(address).status_code == 204
    assert not Preset.objects.exists()


def test_presets_are_listed_by_agent(alice: User, agent: str, api: Api) -> None:
    kept(api(alice), agent)
    other = str(version_of(alice, calculator("Other")).agent_id)

    listed = api(alice).get(f"{PRESETS}?graph_id={agent}").json()["results"]
    of_other = api(alice).get(f"{PRESETS}?graph_id={other}").json()["results"]

    assert ([one["name"] for one in listed], of_other) == (["Mine"], [])


def test_a_stranger_finds_and_runs_none(alice: User, charlie: User, agent: str, api: Api) -> None:
    address = kept(api(alice), agent)

    assert api(charlie).get(address).status_code == 404
    assert api(charlie).post(f"{address}execute/", {}).status_code == 404
    assert not Execution.objects.exists()
