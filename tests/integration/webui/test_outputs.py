"""A run's outputs by kind, and the files among them."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from agents.executions.models import Execution, NodeExecution
from agents.executions.purging import purge
from agents.executions.retention import Ages
from tests.integration.webui.conftest import Browse
from tests.support.graphs import GraphBuilder
from tests.support.runs import run, start

pytestmark = pytest.mark.django_db

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
PICTURE = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
LONG_AGO = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"


def echo() -> GraphBuilder:
    g = GraphBuilder("Echo")
    g.link(g.input("in"), "result", g.output("out"), "value")
    return g


def outputs(client: Client, execution: Execution) -> str:
    answer = client.get(f"/runs/{execution.pk}/outputs/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def place(execution: Execution) -> dict[str, str]:
    """Return how an address names the run's one output."""
    row = NodeExecution.objects.filter(execution=execution).latest("number")
    return {"node": str(row.pk), "input": "value"}


def test_markdown_is_laid_out_and_its_source_is_there(alice: User, browse: Browse) -> None:
    page = outputs(browse(alice), run(alice, echo(), **{"in": f"# Report {SCRIPT}\n\n**Well**"}))

    assert f"<h1>Report {escape(SCRIPT)}</h1>" in page
    assert "<strong>Well</strong>" in page
    assert "As it was written" in page
    assert "<script" not in page


def test_records_are_a_table(alice: User, browse: Browse) -> None:
    page = outputs(browse(alice), run(alice, echo(), **{"in": [{"name": SCRIPT, "sum": 1}]}))

    assert '<th scope="col" dir="auto">sum</th>' in page
    assert f'<td dir="auto">{escape(SCRIPT)}</td>' in page
    assert "<script" not in page


def test_a_picture_is_shown_from_this_instance(alice: User, browse: Browse) -> None:
    client = browse(alice)
    execution = run(alice, echo(), **{"in": PICTURE})
    page = outputs(client, execution)
    answer = client.get(f"/runs/{execution.pk}/file/", place(execution))

    assert f'src="/runs/{execution.pk}/file/?node=' in page
    assert answer.content == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'inline; filename="output.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (f"data:text/html,{SCRIPT}", "output.html"),
        (f"data:image/svg+xml,<svg>{SCRIPT}</svg>", "output.svg"),
        (f"data:,{SCRIPT}", "output.txt"),
    ],
)
def test_what_could_run_in_a_browser_can_only_be_kept(
    uri: str, name: str, alice: User, browse: Browse
) -> None:
    client = browse(alice)
    execution = run(alice, echo(), **{"in": uri})
    page = outputs(client, execution)
    answer = client.get(f"/runs/{execution.pk}/file/", place(execution))

    assert "download" in page
    assert "<img" not in page
    assert SCRIPT.encode() in answer.content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_file_that_a_block_stored_can_be_kept_under_the_output_s_name(
    alice: User, browse: Browse
) -> None:
    g = GraphBuilder("Store")
    store = g.node("FileStoreBlock", file_in="data:text/csv,a;b")
    g.link(store, "file_out", g.output("The sums: 1/2"), "value")
    execution = run(alice, g)
    client = browse(alice)
    answer = client.get(
        f"/runs/{execution.pk}/file/", {**place(execution), "name": "The sums: 1/2"}
    )

    assert "name=The%20sums%3A%201%2F2" in outputs(client, execution)
    assert answer.content == b"a;b"
    assert answer["Content-Disposition"] == 'attachment; filename="the-sums-12.csv"'


@pytest.mark.parametrize("value", ["no file", 7, None, "data:;base64,%%%", ["data:,a"]])
def test_what_is_no_file_is_not_found_as_one(value: Any, alice: User, browse: Browse) -> None:
    execution = run(alice, echo(), **{"in": value})

    assert browse(alice).get(f"/runs/{execution.pk}/file/", place(execution)).status_code == 404


def test_a_large_picture_is_not_read_to_be_shown(alice: User, browse: Browse) -> None:
    client = browse(alice)
    large = f"data:image/png;base64,{base64.b64encode(PNG + bytes(90_000)).decode()}"
    execution = run(alice, echo(), **{"in": large})
    page = outputs(client, execution)

    assert "<img" in page
    assert len(page) < 3000
    assert '<dt dir="auto">out</dt>' in page
    answer = client.get(f"/runs/{execution.pk}/file/", place(execution))
    assert answer.content == PNG + bytes(90_000)


def test_a_large_value_keeps_its_name_and_can_be_had_whole(alice: User, browse: Browse) -> None:
    client = browse(alice)
    execution = run(alice, echo(), **{"in": [{"a": "x" * 70_000}]})
    page = outputs(client, execution)

    assert '<dt dir="auto">out</dt>' in page
    assert "data-show-all" in page
    assert len(page) < 6000


def test_a_live_run_s_part_asks_again_and_an_ended_one_s_does_not(
    alice: User, browse: Browse
) -> None:
    client = browse(alice)
    ended, live = run(alice, echo(), **{"in": 1}), start(alice, echo(), **{"in": 1})

    assert 'hx-trigger="look throttle:700ms"' in outputs(client, live)
    assert "hx-" not in outputs(client, ended)


def test_the_part_s_query_count_does_not_grow_with_the_outputs(
    alice: User, browse: Browse, django_assert_num_queries: Any
) -> None:
    g = GraphBuilder("Loop")
    loop = g.node("StepThroughItemsBlock", items=list(range(30)))
    g.link(loop, "item", g.output("out"), "value")
    execution = run(alice, g)
    client = browse(alice)
    outputs(client, execution)
    with django_assert_num_queries(5):  # session, user, run, outputs, their number
        assert outputs(client, execution).count('id="output-') == 30


def test_of_a_purged_run_nothing_is_left(alice: User, browse: Browse) -> None:
    execution = run(alice, echo(), **{"in": PICTURE})
    where = place(execution)
    Execution.objects.filter(pk=execution.pk).update(created=LONG_AGO, ended_at=LONG_AGO)
    purge(Ages.older_than(1), payloads_only=True)
    client = browse(alice)

    assert "Removed." in outputs(client, execution)
    assert client.get(f"/runs/{execution.pk}/file/", where).status_code == 404


def test_strangers_see_neither_outputs_nor_files(
    alice: User, charlie: User, browse: Browse
) -> None:
    execution = run(alice, echo(), **{"in": PICTURE})
    client = browse(charlie)

    assert client.get(f"/runs/{execution.pk}/outputs/").status_code == 404
    assert client.get(f"/runs/{execution.pk}/file/", place(execution)).status_code == 404


def test_a_page_lays_out_so_much_markdown_and_no_more(alice: User, browse: Browse) -> None:
    g = GraphBuilder("Prose")
    loop = g.node("StepThroughItemsBlock", items=["# Report\n" + "word " * 6000] * 6)
    g.link(loop, "item", g.output("out"), "value")
    page = outputs(browse(alice), run(alice, g))

    assert page.count("<h1>Report</h1>") == 4
    assert page.count("data-show-all") == 6  # as text, whole or beside what is laid out
