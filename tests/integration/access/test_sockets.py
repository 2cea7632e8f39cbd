"""Every message of every WebSocket, from everybody: what docs/access.md says is what they get."""

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from config.asgi import routes
from kernel.access import Scope
from kernel.api.access import ANYONE
from kernel.jsontypes import dumps, loads
from tests.integration.access.cast import Caller, the_cast
from tests.integration.access.table import ANY_KEY, OPEN, PAGE, PEOPLE
from tests.integration.access.world import SECRET, World, world
from tests.support.sockets import PATIENCE, Socket, Sockets

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = ["Address", "Message", "Keys need", *PEOPLE]
Row = dict[str, str]


def table() -> list[Row]:
    """Return the rows of the page's table of messages."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip(" `") for cell in line.strip().strip("|").split("|")] for line in lines]
    first = cells.index(COLUMNS) + 2
    found = []
    for line, row in zip(lines[first:], cells[first:], strict=True):
        if not line.startswith("|"):
            break
        found.append(dict(zip(COLUMNS, row, strict=True)))
    return found


def consumers() -> dict[str, Any]:
    """Return the consumers by their addresses, as the page spells them; without the last, for none."""
    *known, nowhere = routes
    assert nowhere.pattern.regex.pattern == ""
    return {
        "/" + re.sub(r"\(\?P<(\w+)>[^()]*\)", r"{\1}", str(route.pattern)).strip("^$?"): (
            route.callback.consumer_class
        )
        for route in known
    }


def test_every_message_has_a_line_and_every_line_a_message() -> None:
    understood = {
        (address, method) for address, one in consumers().items() for method in one.access
    }
    described = [(row["Address"], row["Message"]) for row in table()]

    assert len(described) == len(set(described))
    assert set(described) == understood, (
        f"Say in the table of messages in {PAGE.name} who gets what, and in the consumer's "
        "`access` who may send it."
    )


def test_the_page_and_the_consumers_say_the_same_of_keys() -> None:
    said = {(row["Address"], row["Message"]): row["Keys need"] for row in table()}
    for address, one in consumers().items():
        for method, access in one.access.items():
            words = OPEN if access == ANYONE else " + ".join(sorted(access.scopes)) or ANY_KEY
            assert said[address, method] == words


async def test_everybody_gets_what_the_table_says(socket: Sockets) -> None:
    here = await sync_to_async(world)()
    cast = await sync_to_async(the_cast)(here.owner, [])
    wrong = []
    for row in table():
        for caller in [*cast.people, *cast.keys.values()]:
            got = await _got(socket, here, row, caller)
            if got != _expected(row, caller):
                wrong.append(f"{row['Message']} by {caller.name}: {got}")

    assert wrong == []


async def _got(socket: Sockets, here: World, row: Row, caller: Caller) -> str:
    headers = dict(caller.headers)
    if caller.cookie:
        headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={caller.cookie}"
    opened = await socket(row["Address"], headers=headers)
    try:
        await opened.say(dumps({"method": row["Message"], "data": _data(here, row["Message"])}))
        frame = await opened.receive_output(PATIENCE)
        if frame["type"] == "websocket.close":
            return str(frame["code"])
        return await _told(opened, loads(frame["text"]))
    finally:
        await opened.close()
        socket.opened.remove(opened)


async def _told(opened: Socket, answer: dict[str, Any]) -> str:
    if answer["success"]:
        return "yes"
    # Whoever is refused is told nothing, now or with the next message.
    assert answer["method"] == "error"
    assert SECRET not in str(answer)
    assert (await opened.ask("heartbeat"))["data"] == "pong"
    return "no"


def _data(here: World, method: str) -> dict[str, str]:
    if method == "subscribe_graph_executions":
        return {"graph_id": here.parts["agent"]}
    return {"graph_exec_id": here.parts["run"]}


def _expected(row: Row, caller: Caller) -> str:
    if caller.role is not None:
        return row[caller.role]
    if row["Keys need"] in {OPEN, ANY_KEY}:
        return row["Owner"]
    needed = {Scope(name) for name in row["Keys need"].split(" + ")}
    return row["Owner"] if needed <= caller.scopes else "no"


async def test_another_address_answers_nobody(socket: Sockets) -> None:
    for path in ("/ws/", "/ws/v1/other/", "/", "/ws/v2/", "/ws/v1/../admin/"):
        opened = await socket(path)
        assert not opened.accepted
