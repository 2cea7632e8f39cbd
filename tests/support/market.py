"""Listings whose agents really run, and people who have them in their libraries."""

from typing import Any

from accounts.models import User
from agents.graphs.models import GraphVersion
from store.actions.collect import collect
from store.models import LibraryAgent, Listing, ListingVersion
from tests.factories.store import ListingVersionFactory
from tests.support.graphs import GraphBuilder
from tests.support.runs import version_of

MARKER = "PLUM-7261-HIDDEN"


def telling(name: str = "Greeter") -> GraphBuilder:
    """Return an agent with a marker in all that its creator need not show.

    It answers `greeting` with "Hello, " and its input `name`.
    """
    g = GraphBuilder(name)
    asked = g.input("name", title="Your name")
    hidden = g.node("StoreValueBlock", input=f"prompt {MARKER}")
    joined = g.node("CombineTextsBlock", {"input_$_0": "Hello, ", "delimiter": ""})
    g.policy(joined, customized_name=f"Title {MARKER}")
    g.link(asked, "result", joined, "input_$_1")
    g.link(joined, "output", g.output("greeting"), "value")
    g.policy(hidden, customized_name=f"Title {MARKER}")
    return g


def failing() -> GraphBuilder:
    """Return an agent that fails, with a sentence that has the marker."""
    g = GraphBuilder("Fails")
    node = g.node("CalculatorBlock", operation="Add", a=1)
    g.policy(node, customized_name=f"Title {MARKER}")
    g.link(g.input("number"), "result", node, "b")
    broken = g.node("JSONDecoderBlock", json_str=f"{{{MARKER}")
    g.policy(broken, customized_name=f"Title {MARKER}")
    return g


def listed(owner: User, graph: GraphBuilder, **fields: Any) -> Listing:
    """Return a listing of the graph that everybody sees; ``fields`` are the listing's."""
    return publish(owner, version_of(owner, graph), **fields)


def publish(owner: User, version: GraphVersion, **fields: Any) -> Listing:
    """Return the listing of the agent, at this version of it."""
    listing = Listing.objects.filter(agent=version.agent).first() or Listing.objects.create(
        owner=owner, agent=version.agent, slug=f"agent-{version.agent_id.hex}", **fields
    )
    number = listing.versions.count() + 1
    made: ListingVersion = ListingVersionFactory.create(
        listing=listing,
        graph_version=version,
        number=number,
        name=version.name,
        status="APPROVED",
    )
    listing.active_version = made
    listing.save()
    return listing


def collected(user: User, listing: Listing) -> LibraryAgent:
    """Return the user's entry for the listing."""
    assert listing.active_version is not None
    return collect(user, listing.active_version.pk)[0]
