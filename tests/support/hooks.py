"""Triggers that are called: agents that wait for calls, and calls as senders make them."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from accounts.models import User
from agents.triggers import services, tokens
from agents.triggers.accepting import Outcome, Taken, take
from agents.triggers.calls import Call
from agents.triggers.models import Trigger
from kernel.errors import TrellisError
from tests.support.graphs import GraphBuilder
from tests.support.runs import version_of

SECRET = "the-secret-of-the-callers"
NOW = 1_800_000_000.0
JSON = {"content-type": "application/json"}


def hook_graph(name: str = "Hooked", **pins: Any) -> tuple[GraphBuilder, str]:
    """Return an agent that gives the body of a call as its output ``payload``, and the node's id."""
    g = GraphBuilder(name)
    node = g.node("GenericWebhookTriggerBlock", **pins)
    g.link(node, "payload", g.output("payload"), "value")
    return g, node


def github_graph(repo: str = "example/tea", **events: bool) -> tuple[GraphBuilder, str]:
    """Return an agent that gives the number of a pull request as its output ``number``."""
    g = GraphBuilder("Reviewer")
    node = g.node("GithubPullRequestTriggerBlock", repo=repo, events=events or {"opened": True})
    g.link(node, "number", g.output("number"), "value")
    return g, node


def inbox_graph(name: str = "Taker") -> GraphBuilder:
    """Return an agent whose input ``what`` goes to its output ``what``."""
    g = GraphBuilder(name)
    g.link(g.input("what"), "result", g.output("what"), "value")
    return g


def hooked(
    owner: User,
    graph: GraphBuilder | None = None,
    node: str = "",
    *,
    kind: str = "generic_webhook",
    secret: str = SECRET,
    **values: Any,
) -> services.Made:
    """Return a new trigger that is called."""
    if graph is None:
        graph, node = hook_graph()
    agent = version_of(owner, graph).agent_id
    return services.create(owner, agent, kind=kind, node_id=node, secret=secret, **values)


def call(
    token: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
    *,
    secret: str | None = SECRET,
    now: float = NOW,
    test: bool = False,
) -> Call:
    """Return a call with a JSON body, which shows the secret unless there is none."""
    raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    shown = {} if secret is None else {"x-webhook-secret": secret}
    given = {name.lower(): value for name, value in (headers or {}).items()}
    return Call(
        digest=tokens.digest(token),
        headers={**JSON, **shown, **given},
        body=raw,
        address="192.0.2.1",
        time=now,
        is_test=test,
    )


def sent(one: Call) -> Outcome:
    """Return what the caller is told."""
    [told] = take([one])
    return told


def taken(one: Call) -> Taken:
    told = sent(one)
    assert isinstance(told, Taken), told
    return told


def refused(one: Call) -> TrellisError:
    told = sent(one)
    assert isinstance(told, TrellisError), told
    return told


def signed(body: bytes, secret: str = SECRET, *, at: float = NOW) -> dict[str, str]:
    """Return the headers of a call signed with a timestamp."""
    moment = str(int(at))
    return {
        "x-webhook-timestamp": moment,
        "x-webhook-signature": "sha256=" + _hex(secret.encode(), f"{moment}.".encode() + body),
    }


def standard(body: bytes, secret: str = SECRET, *, at: float = NOW, id: str = "msg_1") -> Any:
    """Return the headers of a call signed as Standard Webhooks says."""
    key = base64.b64decode(secret.removeprefix("whsec_")) if "whsec_" in secret else secret.encode()
    message = f"{id}.{int(at)}.".encode() + body
    made = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": f"v1,{made}",
    }


def by_github(
    body: bytes, secret: str = SECRET, *, event: str = "pull_request", id: str = "72d3162e"
) -> dict[str, str]:
    """Return the headers with which GitHub sends an event."""
    return {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": id,
        "x-hub-signature-256": "sha256=" + _hex(secret.encode(), body),
    }


def now() -> float:
    return time.time()


def fresh(trigger: Trigger) -> Trigger:
    """Return the trigger as it now is."""
    return Trigger.objects.select_related("agent", "owner").get(pk=trigger.pk)


def _hex(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()
