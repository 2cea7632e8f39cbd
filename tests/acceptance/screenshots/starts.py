"""What starts by itself, for the pictures: schedules, presets and triggers of a tea shop."""

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

from tests.support.graphs import GraphBuilder

if TYPE_CHECKING:
    from tests.acceptance.screenshots.__main__ import Studio

SECRET = "the-secret-of-the-tea-shop"


def nothing(studio: "Studio") -> None:
    """Take the lists of somebody for whom nothing starts by itself yet."""
    studio.take("schedules-empty", "/schedules/")
    studio.take("schedules-week-empty", "/schedules/week/")
    studio.take("triggers-empty", "/triggers/")


def something(studio: "Studio") -> None:
    """Take schedules, presets and triggers, each with something that happened."""
    agent = studio.make(orders(), "Greets whoever ordered, and packs the parcel.")
    preset = studio.call(
        "POST",
        "library/presets/",
        {"name": "For the shop in Lisbon", "graph_id": agent, "inputs": {"shop": "Lisbon"}},
    )
    schedules(studio, agent, preset["id"])
    triggers(studio, agent)
    studio.take("preset", f"/presets/{preset['id']}/")
    studio.take("preset-new", f"/agents/{agent}/presets/new/")
    studio.take("agent-starts", f"/agents/{agent}/")


def schedules(studio: "Studio", agent: str, preset: str) -> None:
    """Take the pages of schedules."""
    daily = {"name": "Morning report", "cron": "0 9 * * MON-FRI", "timezone": "Europe/Berlin"}
    made = studio.call("POST", f"graphs/{agent}/schedules/", {**daily, "preset_id": preset})
    often = {"name": "Look into the warehouse", "every_seconds": 600}
    paused = studio.call("POST", f"graphs/{agent}/schedules/", often)
    studio.call("POST", f"graphs/{agent}/schedules/", {**often, "name": "Count the parcels"})
    studio.call("PATCH", f"schedules/{paused['id']}/", {"is_active": False})
    run = studio.call("POST", f"schedules/{made['id']}/run/")
    studio.wait(run["id"], lambda found: found["status"] == "COMPLETED")
    studio.take("schedules", "/schedules/")
    studio.take("schedules-week", "/schedules/week/")
    studio.take("schedule", f"/schedules/{made['id']}/")
    studio.take("schedule-paused", f"/schedules/{paused['id']}/")
    studio.take("schedule-new", f"/agents/{agent}/schedules/new/")
    studio.take("schedule-edit", f"/schedules/{made['id']}/edit/")


def triggers(studio: "Studio", agent: str) -> None:
    """Take the pages of triggers: one that is called, one that looks, one that is paused."""
    nodes = studio.call("GET", f"graphs/{agent}/")["nodes"]
    [node] = [one["id"] for one in nodes if "secret_token" in one["input_default"]]
    called = studio.call(
        "POST",
        f"graphs/{agent}/triggers/",
        {
            "kind": "generic_webhook",
            "name": "Orders of the shop",
            "node_id": node,
            "config": {"auth": "hmac"},
            "secret": SECRET,
        },
    )["trigger"]
    feed = {"kind": "feed", "name": "News of the harvest", "input_name": "shop"}
    watching = studio.call(
        "POST",
        f"graphs/{agent}/triggers/",
        {**feed, "config": {"url": "https://example.org/harvest.atom", "every_minutes": 60}},
    )["trigger"]
    studio.call("PATCH", f"triggers/{watching['id']}/", {"is_active": False})
    order = {"order": 4711, "customer": "Mia", "tea": ["Darjeeling", "Sencha"], "paid": True}
    told = call(studio, called["address"], order)
    call(studio, called["address"], order, secret="a guess of somebody else")
    call(studio, f"{called['address']}test/", {"hello": "there"})
    studio.wait(told["id"], lambda found: found["status"] == "COMPLETED")
    studio.take("triggers", "/triggers/")
    studio.take("trigger", f"/triggers/{called['id']}/")
    studio.take("trigger-arrived", f"/triggers/{called['id']}/", then=open_first)
    studio.take("trigger-paused", f"/triggers/{watching['id']}/")
    studio.take("trigger-choose", f"/agents/{agent}/triggers/new/")
    for kind in ("generic_webhook", "github", "imap"):
        studio.take(f"trigger-new-{kind}", f"/agents/{agent}/triggers/new/{kind}/")
    studio.take("trigger-edit", f"/triggers/{called['id']}/edit/")
    studio.take("trigger-delete", f"/triggers/{called['id']}/delete/")


def orders() -> GraphBuilder:
    """Return an agent that sites call with an order."""
    graph = GraphBuilder("Order desk")
    node = graph.node("GenericWebhookTriggerBlock", secret_token="")
    graph.link(node, "payload", graph.output("order"), "value")
    shop = graph.input("shop", "Porto", description="Where the parcel is packed.")
    graph.link(shop, "result", graph.output("shop"), "value")
    return graph


def call(studio: "Studio", address: str, body: Any, *, secret: str = SECRET) -> Any:
    """Call a trigger as the shop does; return what it is told."""
    text = json.dumps(body, indent=2)
    moment = str(int(time.time()))
    signed = hmac.new(secret.encode(), f"{moment}.{text}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "tea-shop/2.1",
        "X-Webhook-Timestamp": moment,
        "X-Webhook-Signature": f"sha256={signed}",
    }
    return studio.api.post(address, data=text, headers=headers).json()


def open_first(page: Any) -> None:
    """Open what the first call said, and the one that began a run."""
    for summary in page.locator(".arrival summary").all():
        summary.click()
