"""How to run an agent from a script: commands and programs that work as they are copied."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pprint import pformat
from typing import Any

from django.urls import reverse

from accounts.models import User
from agents.engine.schemas import input_schema
from agents.graphs.models import GraphVersion
from webui.forms.credentialinputs import credential_fields
from webui.forms.schema import AgentInput, Control, agent_inputs

EXAMPLES: Mapping[Control, Any] = {
    Control.NUMBER: 1.5,
    Control.INTEGER: 1,
    Control.TOGGLE: True,
    Control.DATE: "2030-01-31",
    Control.TIME: "09:30",
    Control.FILE: "data:text/plain,Hello",
    Control.LIST: [],
    Control.OBJECT: {},
    Control.JSON: None,
}
SHELL = """\
run=$(curl -sS --fail-with-body {url} \\
  -H "X-API-Key: $TRELLIS_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d {body} | sed -E 's/.*"id":"([^"]+)".*/\\1/')

# Follow it until it ends, and show what it gave.
curl -sSN "{executions}$run/events/" \\
  -H "X-API-Key: $TRELLIS_API_KEY" -H "Accept: text/event-stream"
curl -sS "{executions}$run/" -H "X-API-Key: $TRELLIS_API_KEY"
"""
PYTHON = """\
import json
import os
import time
import urllib.request

START = {url!r}
RUNS = {executions!r}
HEADERS = {{
    "X-API-Key": os.environ["TRELLIS_API_KEY"],
    "Content-Type": "application/json",
}}


def call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, HEADERS)) as answer:
        return json.load(answer)


inputs = {inputs}
{credentials}run = call(START, {body})
while run["status"] in ("QUEUED", "RUNNING"):
    time.sleep(1)
    run = call(RUNS + run["id"] + "/")

print(run["status"], run["outputs"])
"""
PYTHON_BODY = '{"inputs": inputs, "credentials_inputs": credentials}'


@dataclass(frozen=True)
class Snippets:
    """The same run, started in two languages."""

    curl: str
    python: str


def snippets(version: GraphVersion, host: str, person: User) -> Snippets:
    """Return how scripts run the agent on the instance at the host, with inputs as examples."""
    inputs = example_inputs(version)
    if version.is_active:
        place = reverse("graph-execute", args=[version.agent_id])
    else:
        place = reverse("graph-version-execute", args=[version.agent_id, version.version])
    places = {"url": f"{host}{place}", "executions": f"{host}{reverse('execution-list')}"}
    credentials = example_credentials(version, person)
    given = {"inputs": inputs} | ({"credentials_inputs": credentials} if credentials else {})
    body = json.dumps(given, ensure_ascii=False)
    return Snippets(
        curl=SHELL.format(body=shlex.quote(body), **places),
        python=PYTHON.format(
            inputs=_python(inputs),
            credentials=f"credentials = {_python(credentials)}\n" if credentials else "",
            body=PYTHON_BODY if credentials else '{"inputs": inputs}',
            **places,
        ),
    )


def example_inputs(version: GraphVersion) -> dict[str, Any]:
    """Return a value for each input that the form does not fold away: its own, or an example."""
    asked = agent_inputs(input_schema(version.graph))
    return {one.name: _example(one) for one in asked if not one.advanced or one.required}


def example_credentials(version: GraphVersion, person: User) -> dict[str, Any]:
    """Return a credential for each of the run's inputs that cannot do without: the person's own."""
    asked = credential_fields(version, {}, person)
    return {key: field.example for key, field in asked.items() if field.required}


def _python(value: Any) -> str:
    return pformat(value, width=80, sort_dicts=False)


def _example(one: AgentInput) -> Any:
    if one.secret:
        return "your secret"
    if one.default is not None:
        return one.default
    if one.choices:
        return one.choices[0]
    if one.control is Control.TABLE:
        return [dict.fromkeys(one.columns, "")]
    return EXAMPLES.get(one.control, "your text")
