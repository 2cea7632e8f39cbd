"""How fast strangers find something among 100,000 agents: pages and the API, from request to answer.

``python -m benchmarks.market [LISTINGS]`` generates them in bulk, then asks each address `ROUNDS` times with
ever other words, in this process. Prints JSON; the exit status tells whether 95 of 100 answers of each came
within the aim.
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.graphs import chain
from benchmarks.instance import laboratory

LISTINGS = 100_000
CREATORS = 2_000
AT_ONCE = 5_000
ROUNDS = 100
AIM_MS = 100.0
SEED = 8
VERBS = [
    "sort",
    "sum",
    "read",
    "write",
    "plan",
    "watch",
    "count",
    "draw",
    "send",
    "find",
    "keep",
    "compare",
    "translate",
    "clean",
]
THINGS = [
    "invoices",
    "mails",
    "reports",
    "tables",
    "meetings",
    "recipes",
    "prices",
    "tickets",
    "photos",
    "notes",
    "orders",
]
MADE = 20_000  # words that few have
INDEX = """
UPDATE market_entry SET document =
  setweight(to_tsvector('english', v.name), 'A') || setweight(to_tsvector('simple', v.name), 'A')
  || setweight(to_tsvector('english', v.sub_heading), 'B')
  || setweight(to_tsvector('english', v.description), 'C')
FROM store_listing l JOIN store_listingversion v ON v.id = l.active_version_id
WHERE l.id = market_entry.listing_id
"""


@dataclass(frozen=True)
class Times:
    """How long answers took, in milliseconds, and how many questions the database got for one."""

    what: str
    answers: int
    median_ms: float
    p95_ms: float
    worst_ms: float
    queries: int


def generate(count: int) -> None:
    """Make so many public listings of many creators, found by search."""
    from django.db import connection
    from django.utils.timezone import now

    from accounts.models import User
    from agents.graphs.models import Agent, GraphVersion
    from agents.graphs.services import create_agent
    from market.models import Entry, Word
    from market.spelling import variants
    from store.categories import CATEGORIES
    from store.models import Listing, ListingVersion

    luck = random.Random(SEED)
    first = User.objects.create_user("creator-0")
    sample = create_agent(first, chain(3))
    others = [User(username=f"creator-{number}") for number in range(1, CREATORS)]
    people = [first, *User.objects.bulk_create(others, batch_size=AT_ONCE)]
    slugs = [one.slug for one in CATEGORIES]
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        agents = [Agent(owner=people[number % CREATORS]) for number in numbers]
        Agent.objects.bulk_create(agents)
        graphs = [
            GraphVersion(agent=agent, version=1, name="Chain", document=sample.document)
            for agent in agents
        ]
        GraphVersion.objects.bulk_create(graphs)
        rows = [
            Listing(owner_id=agent.owner_id, agent=agent, slug=f"agent-{number}", shows_graph=True)
            for number, agent in zip(numbers, agents, strict=True)
        ]
        Listing.objects.bulk_create(rows)
        versions = [
            ListingVersion(
                listing=row,
                number=1,
                graph_version=graph,
                name=f"{luck.choice(VERBS)} {luck.choice(THINGS)} word{luck.randrange(MADE)}",
                sub_heading=f"to {luck.choice(VERBS)} {luck.choice(THINGS)}",
                description=" ".join(luck.choices([*VERBS, *THINGS, "agent"], k=60)),
                categories=luck.sample(slugs, 2),
                status="APPROVED",
                submitted_at=now(),
                reviewed_at=now(),
            )
            for row, graph in zip(rows, graphs, strict=True)
        ]
        ListingVersion.objects.bulk_create(versions)
        for row, version in zip(rows, versions, strict=True):
            row.active_version = version
        Listing.objects.bulk_update(rows, ["active_version"], batch_size=1000)
        Entry.objects.bulk_create(
            Entry(
                listing=row,
                categories=version.categories,
                traits=version.categories,
                runs=luck.randrange(1000),
                downloads=luck.randrange(1000),
                rating_total=20,
                rating_count=5,
                score=luck.uniform(1, 5),
                heat=luck.uniform(-10, 50),
            )
            for row, version in zip(rows, versions, strict=True)
        )
    words = [*VERBS, *THINGS, *(f"word{number}" for number in range(MADE))]
    Word.objects.bulk_create(
        (Word(text=word, variants=variants(word)) for word in words), batch_size=AT_ONCE
    )
    with connection.cursor() as cursor:
        cursor.execute(INDEX)
        cursor.execute("VACUUM ANALYZE")


def addresses() -> dict[str, Callable[[random.Random], str]]:
    """Return what is asked for, each time with other words."""

    def two(luck: random.Random) -> str:
        return f"{luck.choice(VERBS)}+{luck.choice(THINGS)}"

    return {
        "front page": lambda _: "/market/",
        "search, a word that few have": lambda luck: (
            f"/market/search/?q=word{luck.randrange(MADE)}"
        ),
        "search, two words that many have": lambda luck: f"/market/search/?q={two(luck)}",
        "search, a word that nearly all have": lambda _: "/market/search/?q=agent",
        "search, a word that has begun": lambda luck: f"/market/search/?q=word{luck.randrange(99)}",
        "search, a slip": lambda luck: f"/market/search/?q=wrod{luck.randrange(10_000, MADE)}",
        "a category, by rating": lambda _: "/market/search/?category=data&sort=rating",
        "an agent's page": _agent,
        "API: search": lambda luck: f"/api/v1/store/agents/?search_query={two(luck)}",
        "API: all": lambda luck: f"/api/v1/market/agents/?page={luck.randrange(1, 40)}",
    }


def _agent(luck: random.Random) -> str:
    number = luck.randrange(1000)
    return f"/market/agents/creator-{number}/agent-{number}/"


def measure(rounds: int = ROUNDS) -> Iterator[Times]:
    """Yield how long each kind of answer took; the first one of each warms up."""
    from django.db import connection
    from django.test import Client

    luck = random.Random(SEED)
    client = Client(headers={"User-Agent": "Mozilla/5.0 Firefox/140.0", "Host": "127.0.0.1"})
    for what, address in addresses().items():
        asked: list[str] = []
        with connection.execute_wrapper(_noting(asked)):
            _ask(client, address(luck))
        taken = sorted(_timed(client, address(luck)) for _ in range(rounds))
        yield Times(
            what,
            rounds,
            round(statistics.median(taken), 1),
            round(taken[int(rounds * 0.95) - 1], 1),
            round(taken[-1], 1),
            len(asked),
        )


def _noting(asked: list[str]) -> Any:
    """Return a wrapper that notes each question to the database."""

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    return note


def _timed(client: Any, address: str) -> float:
    began = time.perf_counter()
    _ask(client, address)
    return (time.perf_counter() - began) * 1000


def _ask(client: Any, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}.")


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LISTINGS
    os.environ.setdefault("RATE_LIMITS", "off")
    with laboratory():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        began = time.perf_counter()
        generate(count)
        made = round(time.perf_counter() - began)
        print(f"{count} listings made in {made} s", file=sys.stderr)
        times = list(measure())
    print(json.dumps([asdict(one) for one in times], indent=2))
    return 0 if all(one.p95_ms <= AIM_MS for one in times) else 1


if __name__ == "__main__":
    sys.exit(main())
