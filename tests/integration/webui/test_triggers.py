"""The pages of triggers, without JavaScript."""

import re
from typing import Any

import pytest

from accounts.models import User
from agents.executions.models import Execution
from agents.presets import services as presets
from agents.triggers import beginning, kinds, services, standing
from agents.triggers.models import Arrival, Trigger
from credentials import services as credentials
from credentials.kinds import Kind
from tests.integration.webui.conftest import Browse
from tests.support.graphs import calculator
from tests.support.hooks import SECRET, call, fresh, hook_graph, hooked, inbox_graph, sent, taken
from tests.support.runs import version_of

pytestmark = pytest.mark.django_db


def numbered(kind: str, **settings: Any) -> dict[str, Any]:
    """Return the settings of a kind as its form sends them."""
    declared = kinds.get(kind).config.model_json_schema()["properties"]
    places = {name: f"config-{number}" for number, name in enumerate(declared)}
    return {places[name]: value for name, value in settings.items()}


def test_each_kind_has_a_form_of_what_it_declares(alice: User, browse: Browse) -> None:
    agent = version_of(alice, inbox_graph()).agent_id
    client, url = browse(alice), f"/agents/{agent}/triggers/new/"
    assert f'href="{url}"' in client.get(f"/agents/{agent}/").content.decode()
    chosen = client.get(url).content.decode()

    for kind in kinds.every():
        assert f'href="{url}{kind.name}/"' in chosen
        answer = client.get(f"{url}{kind.name}/")
        text = answer.content.decode()
        assert answer.status_code == 200
        for part in kind.config.model_json_schema()["properties"].values():
            assert part["title"] in text
        assert "The input “what”" in text


def test_a_trigger_is_made_and_its_secret_shown_once(alice: User, browse: Browse) -> None:
    graph, node = hook_graph()
    agent = version_of(alice, graph).agent_id
    client, url = browse(alice), f"/agents/{agent}/triggers/new/generic_webhook/"
    body = {
        "name": "Orders",
        "target": f"node:{node}",
        **numbered("generic_webhook", auth='"header"'),
    }

    answer = client.post(url, body)

    trigger = Trigger.objects.get()
    text = answer.content.decode()
    secret = str(trigger.secret()["secret"])
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert text.count(secret) == 1
    assert f"/hooks/{trigger.secret()['token']}/" in text
    assert (trigger.name, trigger.node_id, trigger.owner) == ("Orders", node, alice)
    later = client.get(f"/triggers/{trigger.pk}/").content.decode()
    assert secret not in later
    assert f"/hooks/{trigger.secret()['token']}/" in later
    assert f"{trigger.secret()['token']}" not in client.get("/triggers/").content.decode()


def test_a_secret_can_be_chosen(alice: User, browse: Browse) -> None:
    agent = version_of(alice, inbox_graph()).agent_id
    body = {
        "name": "Orders",
        "target": "input:what",
        "secret": SECRET,
        **numbered("generic_webhook", auth='"hmac"'),
    }

    browse(alice).post(f"/agents/{agent}/triggers/new/generic_webhook/", body)

    trigger = Trigger.objects.get()
    assert trigger.secret()["secret"] == SECRET
    assert (trigger.input_name, trigger.config) == ("what", {"auth": "hmac"})


def test_another_agent_is_chosen_from_a_list(alice: User, bob: User, browse: Browse) -> None:
    agent = version_of(alice, inbox_graph()).agent_id
    other = version_of(alice, calculator("Sums")).agent_id
    version_of(bob, calculator("Not yours"))
    client, url = browse(alice), f"/agents/{agent}/triggers/new/agent_finished/"
    shown = client.get(url).content.decode()
    assert "Sums" in shown
    assert "Not yours" not in shown
    body = {
        "name": "After the sums",
        "target": "input:what",
        **numbered("agent_finished", graph_id=str(other), on='"any"'),
    }

    answer = client.post(url, body)

    trigger = Trigger.objects.get()
    assert answer["Location"] == f"/triggers/{trigger.pk}/"
    assert trigger.config == {"graph_id": str(other), "on": "any"}


def test_credentials_and_lines_are_entered_as_people_do(alice: User, browse: Browse) -> None:
    agent = version_of(alice, inbox_graph()).agent_id
    kept = credentials.create(
        alice, provider="github", kind=Kind.API_KEY, title="My key", given={"api_key": "ghp_1"}
    )
    client, url = browse(alice), f"/agents/{agent}/triggers/new/github/"
    assert "My key" in client.get(url).content.decode()
    lines = "push\r\n pull_request.opened \r\n\r\n"
    body = {
        "name": "Tea",
        "target": "input:what",
        **numbered("github", repo="example/tea", events=lines, credential_id=""),
    }

    client.post(url, body)

    trigger = Trigger.objects.get()
    assert trigger.config["events"] == ["push", "pull_request.opened"]
    assert trigger.config["credential_id"] is None
    assert str(kept.pk) in client.get(f"/triggers/{trigger.pk}/edit/").content.decode()
    assert "push\npull_request.opened" in client.get(
        f"/triggers/{trigger.pk}/edit/"
    ).content.decode().replace("\r", "")


HEADER = {"auth": '"header"'}
WRONG: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "is not on the public internet": ("feed", {"url": "http://127.0.0.1/rss"}, {}),
    "This input is required.": ("feed", {"url": ""}, {}),
    "whole number": ("feed", {"url": "https://a.example", "every_minutes": "often"}, {}),
    "greater than or equal": ("feed", {"url": "https://a.example", "every_minutes": "0"}, {}),
    "A secret has 16 to": ("generic_webhook", HEADER, {"secret": "short"}),
    "Choose one of the values": ("generic_webhook", {"auth": '"none"'}, {}),
    "Select a valid choice": ("generic_webhook", HEADER, {"target": "node:gone"}),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_what_cannot_be_kept_is_said_and_nothing_is_made(
    alice: User, browse: Browse, sentence: str
) -> None:
    kind, settings, more = WRONG[sentence]
    agent = version_of(alice, inbox_graph()).agent_id
    body = {"name": "It", "target": "input:what", **numbered(kind, **settings), **more}

    answer = browse(alice).post(f"/agents/{agent}/triggers/new/{kind}/", body)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Trigger.objects.exists()


def test_a_preset_takes_the_place_of_the_inputs(alice: User, browse: Browse) -> None:
    graph, node = hook_graph()
    graph.link(graph.input("name"), "result", graph.output("name"), "value")
    agent = version_of(alice, graph).agent_id
    preset = presets.create(alice, agent_id=agent, name="For Mia", inputs={"name": "Mia"})
    body = {
        "name": "Orders",
        "target": f"node:{node}",
        "preset": str(preset.pk),
        "input-0": "Noah",
        **numbered("generic_webhook", auth='"header"'),
    }

    browse(alice).post(f"/agents/{agent}/triggers/new/generic_webhook/", body)

    trigger = Trigger.objects.get()
    assert (trigger.preset, trigger.inputs) == (preset, {})
    shown = browse(alice).get(f"/triggers/{trigger.pk}/").content.decode()
    assert "For Mia" in shown


def test_an_edit_changes_what_it_shows_and_keeps_the_address(alice: User, browse: Browse) -> None:
    made = hooked(alice)
    client, url = browse(alice), f"/triggers/{made.trigger.pk}/edit/"
    assert SECRET not in client.get(url).content.decode()
    body = {
        "name": "Renamed",
        "target": f"node:{made.trigger.node_id}",
        **numbered("generic_webhook", auth='"standard"'),
    }

    answer = client.post(url, body)

    assert answer["Location"] == f"/triggers/{made.trigger.pk}/"
    changed = fresh(made.trigger)
    assert (changed.name, changed.config) == ("Renamed", {"auth": "standard"})
    assert changed.secret() == {"token": made.token, "secret": SECRET}


def test_the_page_shows_what_arrived_with_its_verdict(alice: User, browse: Browse) -> None:
    made = hooked(alice)
    told = taken(call(made.token, {"order": "<b>tea</b>"}, {"user-agent": "shop/1"}))
    sent(call(made.token, {"order": 8}, secret="wrong-and-long-enough"))
    taken(call(made.token, {"order": 9}, test=True))
    beginning.begin()

    text = browse(alice).get(f"/triggers/{made.trigger.pk}/").content.decode()

    assert f'href="/runs/{told.execution_id}/"' in text
    for sentence in ("It began a run", "It was not genuine", "It came to the test address"):
        assert sentence in text
    assert "shop/1" in text
    assert "&lt;b&gt;tea&lt;/b&gt;" in text
    assert "<b>tea</b>" not in text
    assert SECRET not in text
    assert "wrong-and-long-enough" not in text
    assert "?wait=10" in text


def test_a_test_begins_a_run(alice: User, browse: Browse) -> None:
    made = hooked(alice)
    client, url = browse(alice), f"/triggers/{made.trigger.pk}/test/"

    answer = client.post(url, {"payload": '{"order": 7}'}, follow=True)

    assert "The test arrived." in answer.content.decode()
    beginning.begin()
    [masks] = Execution.objects.get().nodes_input_masks.values()
    assert masks == {"payload": {"order": 7}}


@pytest.mark.parametrize("text", ["[1]", "{", '"x"'])
def test_a_test_is_an_object(alice: User, browse: Browse, text: str) -> None:
    made = hooked(alice)

    answer = browse(alice).post(f"/triggers/{made.trigger.pk}/test/", {"payload": text})

    assert answer.status_code == 400
    assert not Arrival.objects.exists()


def test_buttons_pause_resume_and_delete(alice: User, browse: Browse) -> None:
    made = hooked(alice)
    client, url = browse(alice), f"/triggers/{made.trigger.pk}/"

    client.post(f"{url}pause/")
    assert not fresh(made.trigger).is_active
    assert "Somebody paused it." in client.get(url).content.decode()
    client.post(f"{url}resume/")
    assert fresh(made.trigger).is_active
    client.post(f"{url}delete/")
    assert not Trigger.objects.exists()


def test_a_trigger_that_does_not_fit_says_why_and_stays_paused(alice: User, browse: Browse) -> None:
    made = hooked(alice)
    standing.pause(made.trigger, "Its node is gone.")
    Trigger.objects.update(node_id="gone")
    client, url = browse(alice), f"/triggers/{made.trigger.pk}/"
    assert "Its node is gone." in client.get(url).content.decode()

    answer = client.post(f"{url}resume/", follow=True)

    assert "has no node" in answer.content.decode()
    kept = fresh(made.trigger)
    assert (kept.is_active, kept.paused_why) == (False, "Its node is gone.")


def test_a_new_address_and_secret_are_shown_once(alice: User, browse: Browse) -> None:
    made = hooked(alice)
    client = browse(alice)

    text = client.post(f"/triggers/{made.trigger.pk}/rotate/").content.decode()

    renewed = fresh(made.trigger).secret()
    assert renewed["token"] != made.token
    assert str(renewed["secret"]) in text
    assert (
        str(renewed["secret"]) not in client.get(f"/triggers/{made.trigger.pk}/").content.decode()
    )


def test_others_find_nothing(alice: User, bob: User, browse: Browse) -> None:
    made = hooked(alice)
    client, url = browse(bob), f"/triggers/{made.trigger.pk}/"

    assert "Webhook" not in re.sub(r"<nav.*?</nav>", "", client.get("/triggers/").content.decode())
    for method, path in [
        ("get", ""),
        ("get", "edit/"),
        ("post", "pause/"),
        ("post", "resume/"),
        ("post", "rotate/"),
        ("post", "test/"),
        ("post", "delete/"),
    ]:
        assert getattr(client, method)(f"{url}{path}").status_code == 404
    agent = made.trigger.agent_id
    assert client.get(f"/agents/{agent}/triggers/new/").status_code == 404
    assert client.post(f"/agents/{agent}/triggers/new/feed/").status_code == 404
    kept = fresh(made.trigger)
    assert kept.secret()["token"] == made.token
    assert kept.is_active


def test_a_trigger_whose_address_nobody_can_open_says_so(alice: User, browse: Browse) -> None:
    made = hooked(alice)
    Trigger.objects.filter(pk=made.trigger.pk).update(sealed=b"broken")

    text = browse(alice).get(f"/triggers/{made.trigger.pk}/").content.decode()

    assert "The address cannot be read any more" in text


def test_lists_say_what_there_is_to_do_where_there_is_nothing(alice: User, browse: Browse) -> None:
    text = browse(alice).get("/triggers/").content.decode()

    assert "Nothing begins runs yet" in text
    assert 'href="/schedules/"' in text


def test_a_kind_that_is_unknown_is_not_found(alice: User, browse: Browse) -> None:
    agent = version_of(alice, inbox_graph()).agent_id

    assert browse(alice).get(f"/agents/{agent}/triggers/new/nothing/").status_code == 404


def test_a_service_made_trigger_is_listed(alice: User, browse: Browse) -> None:
    made = hooked(alice, name="Orders of the shop")
    services.change(made.trigger, alice, is_active=False)

    text = browse(alice).get("/triggers/").content.decode()

    assert "Orders of the shop" in text
    assert "paused" in text
