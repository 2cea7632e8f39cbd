import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from accounts.models import User
from agents.executions.models import Execution, StartKey
from agents.graphs import services
from agents.graphs.models import GraphVersion
from tests.integration.webui.conftest import Browse
from tests.support.graphs import GraphBuilder, calculator
from uploads.models import Upload

pytestmark = pytest.mark.django_db

BROKEN = "\x00"


def agent(owner: User, block: str, **pins: Any) -> GraphVersion:
    """Return an agent with one input of the block, which goes straight to an output."""
    g = GraphBuilder("One input")
    source = g.node(block, name="in", **pins)
    g.link(source, "result", g.output("out"), "value")
    return services.create_agent(owner, g.file())


def post(browse: Browse, version: GraphVersion, **fields: Any) -> Any:
    client = browse(version.agent.owner)
    body = {"version": version.version, **{f.replace("_", "-"): v for f, v in fields.items()}}
    return client.post(f"/agents/{version.agent_id}/run/", body)


def form(browse: Browse, version: GraphVersion) -> str:
    page = browse(version.agent.owner).get(f"/agents/{version.agent_id}/")
    return " ".join(page.content.decode().split())


def test_running_an_agent_leads_to_its_run(alice: User, browse: Browse) -> None:
    version = services.create_agent(alice, calculator().file())
    answer = post(browse, version, input_0="8")

    execution = Execution.objects.get()
    assert answer["Location"] == f"/runs/{execution.pk}/"
    assert execution.inputs == {"Input": "8"}
    assert execution.owner == alice


@pytest.mark.parametrize(
    ("block", "pins", "control"),
    [
        ("AgentInputBlock", {}, "<textarea"),
        ("AgentShortTextInputBlock", {}, 'type="text"'),
        ("AgentLongTextInputBlock", {}, "<textarea"),
        ("AgentNumberInputBlock", {}, 'inputmode="numeric"'),
        ("AgentDateInputBlock", {}, 'type="date"'),
        ("AgentTimeInputBlock", {}, 'type="time"'),
        ("AgentDropdownInputBlock", {"options": ["S", "M"]}, "<select"),
        ("AgentToggleInputBlock", {}, 'role="switch"'),
        ("AgentFileInputBlock", {}, 'type="file" name="input-0"'),
        ("AgentTableInputBlock", {"column_headers": ["Name"]}, 'name="input-0-0-0"'),
        ("AgentShortTextInputBlock", {"secret": True}, 'type="password"'),
        ("AgentInputBlock", {"value": [1, 2]}, 'data-json="any"'),
        ("AgentInputBlock", {"value": True}, 'role="switch"'),
    ],
)
def test_each_kind_of_input_has_its_control(
    block: str, pins: dict[str, Any], control: str, alice: User, browse: Browse
) -> None:
    assert control in form(browse, agent(alice, block, **pins))


@pytest.mark.parametrize(
    ("block", "pins", "fields", "inputs"),
    [
        ("AgentInputBlock", {}, {"input_0": "a\r\nb"}, {"in": "a\nb"}),
        ("AgentInputBlock", {}, {"input_0": "8"}, {"in": "8"}),
        ("AgentInputBlock", {"value": 1}, {"input_0": "8"}, {"in": 8}),
        ("AgentInputBlock", {"value": 1}, {"input_0": "abc"}, {"in": "abc"}),
        ("AgentInputBlock", {"value": {"a": 1}}, {"input_0": "[2.0]"}, {"in": [2.0]}),
        ("AgentShortTextInputBlock", {}, {"input_0": " x "}, {"in": " x "}),
        ("AgentShortTextInputBlock", {"value": "x"}, {"input_0": ""}, {"in": ""}),
        ("AgentShortTextInputBlock", {"value": "x", "secret": True}, {"input_0": ""}, {}),
        ("AgentNumberInputBlock", {}, {"input_0": f"{2**70}"}, {"in": 2**70}),
        ("AgentNumberInputBlock", {"value": 5}, {"input_0": ""}, {}),
        ("AgentDateInputBlock", {}, {"input_0": "2026-03-01"}, {"in": "2026-03-01"}),
        ("AgentTimeInputBlock", {}, {"input_0": "09:30"}, {"in": "09:30"}),
        ("AgentDropdownInputBlock", {"options": ["S", "M"]}, {"input_0": '"M"'}, {"in": "M"}),
        ("AgentToggleInputBlock", {}, {"input_0": "on"}, {"in": True}),
        ("AgentToggleInputBlock", {"value": True}, {}, {"in": False}),
        (
            "AgentTableInputBlock",
            {"column_headers": ["A", "B"]},
            {"input_0_0_0": "1", "input_0_0_1": "", "input_0_7_1": "2", "input_0_8_0": ""},
            {"in": [{"A": "1", "B": ""}, {"A": "", "B": "2"}]},
        ),
    ],
)
def test_what_is_typed_becomes_the_input(
    *,
    block: str,
    pins: dict[str, Any],
    fields: dict[str, str],
    inputs: dict[str, Any],
    alice: User,
    browse: Browse,
) -> None:
    answer = post(browse, agent(alice, block, **pins), **fields)

    assert answer.status_code == 302
    assert Execution.objects.get().inputs == inputs


@pytest.mark.parametrize(
    ("block", "pins", "fields", "sentence"),
    [
        ("AgentInputBlock", {}, {}, "This input is required."),
        ("AgentShortTextInputBlock", {"secret": True}, {}, "This input is required."),
        ("AgentNumberInputBlock", {}, {"input_0": ""}, "This input is required."),
        ("AgentDropdownInputBlock", {"options": ["S"]}, {}, "This input is required."),
        ("AgentDateInputBlock", {}, {}, "This input is required."),
        ("AgentInputBlock", {}, {"input_0": BROKEN}, "Remove the null character"),
        ("AgentInputBlock", {"value": [1]}, {"input_0": "[1"}, "The text is not JSON"),
        ("AgentInputBlock", {"value": [1]}, {"input_0": "NaN"}, "NaN is not JSON"),
        ("AgentNumberInputBlock", {}, {"input_0": "8.5"}, "Enter a whole number."),
        ("AgentNumberInputBlock", {}, {"input_0": "9" * 5000}, "too many digits"),
        ("AgentDropdownInputBlock", {"options": ["S"]}, {"input_0": '"L"'}, "Choose one of"),
        ("AgentTableInputBlock", {}, {"input_0_0_0": " \x00"}, "Remove the null character"),
        ("AgentTableInputBlock", {}, {}, "Fill in at least one row."),
        ("AgentFileInputBlock", {}, {}, "Choose a file."),
        ("AgentDateInputBlock", {}, {"input_0": "2026-02-30"}, "The agent was not started."),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_input(
    *,
    block: str,
    pins: dict[str, Any],
    fields: dict[str, str],
    sentence: str,
    alice: User,
    browse: Browse,
) -> None:
    page = post(browse, agent(alice, block, **pins), **fields)

    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert 'aria-invalid="true"' in page.content.decode() or "Table" in block
    assert not Execution.objects.exists()


def test_a_file_is_kept_and_its_reference_given(alice: User, browse: Browse) -> None:
    file = SimpleUploadedFile("a.csv", b"a,b\n1,2\n", "text/html")
    answer = post(browse, agent(alice, "AgentFileInputBlock"), input_0=file)

    upload = Upload.objects.get(owner=alice)
    assert answer.status_code == 302
    assert Execution.objects.get().inputs == {"in": upload.uri}
    assert (upload.name, upload.content_type) == ("a.csv", "text/csv")


def test_the_same_click_with_a_file_starts_one_run(alice: User, browse: Browse) -> None:
    version = agent(alice, "AgentFileInputBlock")
    for _ in range(2):
        post(browse, version, input_0=SimpleUploadedFile("a.csv", b"1"), click="once")

    assert Execution.objects.count() == 1


def test_a_file_beyond_the_limit_is_refused(alice: User, browse: Browse, settings: Any) -> None:
    settings.UPLOADS = {**settings.UPLOADS, "max_bytes": 1024}
    file = SimpleUploadedFile("a", b"x" * 2048, "text/plain")
    page = post(browse, agent(alice, "AgentFileInputBlock"), input_0=file)

    assert "The file is larger than 1 KB" in page.content.decode()
    assert not Execution.objects.exists()
    assert not Upload.objects.exists()


def test_a_secret_is_never_sent_to_the_browser(alice: User, browse: Browse) -> None:
    version = agent(alice, "AgentShortTextInputBlock", secret=True, value="hunter2")

    assert "hunter2" not in form(browse, version)


def test_advanced_inputs_are_folded(alice: User, browse: Browse) -> None:
    page = form(browse, agent(alice, "AgentNumberInputBlock", advanced=True, value=3))

    assert '<details class="advanced" > <summary>Advanced</summary>' in page


def test_labels_come_from_titles_and_help_from_descriptions(alice: User, browse: Browse) -> None:
    version = agent(
        alice, "AgentNumberInputBlock", title="How many?", description="<b>Whole</b> numbers"
    )
    page = form(browse, version)

    assert '<span dir="auto">How many?</span> <span class="required">required</span>' in page
    assert "&lt;b&gt;Whole&lt;/b&gt; numbers" in page


def test_an_agent_with_very_many_inputs_takes_them_as_one_object(
    alice: User, browse: Browse
) -> None:
    g = GraphBuilder("Wide")
    for number in range(201):
        g.input(f"in {number}", number)
    version = services.create_agent(alice, g.file())

    assert "This agent has 201 inputs" in form(browse, version)
    assert post(browse, version, everything='{"in 7": [8]}').status_code == 302
    assert Execution.objects.get().inputs == {"in 7": [8]}


def test_the_version_that_was_filled_in_runs(alice: User, browse: Browse) -> None:
    version = services.create_agent(alice, calculator().file())
    services.save_version(version.agent, calculator(add=1).file() | {"id": ""})

    post(browse, version, input_0="8")

    assert Execution.objects.get().graph_version == version


def test_a_double_click_starts_one_run(alice: User, browse: Browse) -> None:
    version = services.create_agent(alice, calculator().file())

    first = post(browse, version, input_0="8", click="form-1")
    second = post(browse, version, input_0="8", click="form-1")

    assert second["Location"] == first["Location"]
    assert Execution.objects.count() == 1


def test_a_form_with_other_inputs_or_seen_anew_starts_another_run(
    alice: User, browse: Browse
) -> None:
    version = services.create_agent(alice, calculator().file())

    for value, click in [("8", "form-1"), ("9", "form-1"), ("8", "form-2")]:
        post(browse, version, input_0=value, click=click)

    assert Execution.objects.count() == 3


def test_a_form_that_is_sent_again_later_runs_again(alice: User, browse: Browse) -> None:
    version = services.create_agent(alice, calculator().file())
    post(browse, version, input_0="8", click="form-1")
    StartKey.objects.update(created=now() - timedelta(seconds=10))

    post(browse, version, input_0="8", click="form-1")

    assert Execution.objects.count() == 2


def test_each_form_has_a_click_of_its_own(alice: User, browse: Browse) -> None:
    version = services.create_agent(alice, calculator().file())

    clicks = {re.findall(r'name="click" value="([^"]+)"', form(browse, version))[0] for _ in "ab"}

    assert len(clicks) == 2
