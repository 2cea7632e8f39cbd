"""A stored credential in a run by real workers: its host hears the secret once, and nobody else does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from telemetry.redaction import MARK
from tests.acceptance.instances import Trellis, until
from tests.support.graphs import GraphBuilder
from tests.support.webhosts import Asked, WebHost, reply, web_host

SECRET = "s3cr3t-of-a-header-7Qx"
PUBLIC = "nothing-to-hide"


@dataclass
class Open(Trellis):
    """An instance that may ask one host of this machine."""

    allowed: str = ""

    def environment(self) -> dict[str, str]:
        talkative = {"LOG_LEVEL": "DEBUG"}
        return super().environment() | talkative | {"EGRESS_ALLOW": self.allowed}


def tell(asked: Asked) -> bytes:
    """Answer with what was heard, as hosts do that report errors."""
    heard = {"heard": asked.headers.get("x-key", ""), "note": PUBLIC}
    return reply(json.dumps(heard).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture(scope="module")
def host() -> Iterator[WebHost]:
    with web_host(tell) as found:
        yield found


@pytest.fixture(scope="module")
def trellis(tmp_path_factory: pytest.TempPathFactory, host: WebHost) -> Iterator[Open]:
    place = host.url.removeprefix("http://")
    instance = Open(tmp_path_factory.mktemp("credentials") / "data", allowed=place)
    try:
        instance.start()
        yield instance
        instance.end()
    finally:
        instance.kill_everything()


@pytest.fixture(scope="module")
def api(trellis: Open) -> Iterator[httpx.Client]:
    headers = {"X-API-Key": trellis.command("token").stdout.strip()}
    with httpx.Client(base_url=f"{trellis.url}/api/v1", headers=headers, timeout=60) as client:
        yield client


def made(answer: httpx.Response) -> Any:
    assert answer.status_code in (201, 202), answer.text
    return answer.json()


def asking(url: str) -> GraphBuilder:
    """Return an agent that asks the host with whichever credential its run is given."""
    graph = GraphBuilder("Asking")
    ask = graph.node("SendAuthenticatedWebRequestBlock", url=f"{url}/me", method="GET")
    graph.link(ask, "response", graph.output("Answer"), "value")
    return graph


def ended(api: httpx.Client, run: str) -> Any:
    found: dict[str, Any] = {}

    def is_over() -> bool:
        found.update(api.get(f"/executions/{run}/").json())
        return found["status"] in ("COMPLETED", "FAILED", "TERMINATED")

    until(is_over, "the run ends")
    return found


def rows_with(trellis: Open, text: str) -> set[str]:
    """Return the tables of the database that have the text in a row."""
    with psycopg.connect(trellis.paths.database_url) as link:
        tables = link.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        ask = sql.SQL("SELECT count(*) FROM {table} one WHERE strpos(one::text, %s) > 0")
        return {
            name
            for (name,) in tables
            if link.execute(ask.format(table=sql.Identifier(name)), [text]).fetchone() != (0,)
        }


def files_with(folder: Path, text: str) -> set[str]:
    """Return the files below a folder that have the text, but for the servers' own."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and "postgres" not in path.relative_to(folder).parts
        and text.encode() in path.read_bytes()
    }


def test_its_host_hears_the_secret_once_and_it_is_written_down_nowhere(
    trellis: Open, api: httpx.Client, host: WebHost
) -> None:
    place = host.url.removeprefix("http://")
    given = {"type": "host_scoped", "title": "Work", "host": place, "headers": {"X-Key": SECRET}}
    kept = made(api.post("/integrations/http/credentials/", json=given))
    agent = made(api.post("/graphs/", json={"graph": asking(host.url).file()}))["id"]
    [name] = api.get(f"/graphs/{agent}/").json()["credentials_input_schema"]["properties"]
    chosen = {"id": kept["id"], "provider": "http", "type": "host_scoped"}

    run = made(
        api.post(
            f"/graphs/{agent}/execute/",
            json={"inputs": {}, "credentials_inputs": {name: chosen}},
        )
    )["id"]
    found = ended(api, run)

    assert found["status"] == "COMPLETED", found
    assert [(one.path, one.headers["x-key"]) for one in host.asked] == [("/me", SECRET)]
    assert found["outputs"] == {"Answer": [{"heard": MARK, "note": PUBLIC}]}
    told = [
        api.get(address).text
        for address in (
            f"/executions/{run}/",
            f"/executions/{run}/node-executions/",
            f"/executions/{run}/events/",
            f"/graphs/{agent}/?for_export=true",
            f"/integrations/http/credentials/{kept['id']}/",
            "/integrations/credentials/",
        )
    ]
    assert [text for text in told if SECRET in text] == []
    assert PUBLIC in told[1]
    assert kept["id"] not in told[3]
    assert rows_with(trellis, PUBLIC) >= {"executions_emission"}
    assert rows_with(trellis, SECRET) == set()
    assert files_with(trellis.data, SECRET) == set()
    assert files_with(trellis.paths.logs, run)
    assert SECRET not in trellis.printed
