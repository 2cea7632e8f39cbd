"""Runs read the files of their owner, and of nobody else."""

from typing import Any

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from agents.engine.states import ExecutionStatus
from agents.executions.models import NodeExecution
from agents.executions.output import output_stream
from agents.graphs import services as graphs
from quotas.storage import storage_of
from tests.support.clients import api
from tests.support.graphs import GraphBuilder
from tests.support.runs import run, run_to_end
from uploads import services
from uploads.models import Upload


def reader() -> GraphBuilder:
    """Return a graph that reads a file it is given, and gives the text out."""
    g = GraphBuilder()
    file = g.input("File")
    read = g.node("FileReadBlock")
    out = g.output("Text")
    g.link(file, "result", read, "file_input")
    g.link(read, "content", out, "value")
    return g


@pytest.fixture
def upload(alice: User) -> Upload:
    return services.keep(alice.pk, ContentFile("Grüße".encode()), name="Gruß.txt")


@pytest.mark.django_db
class TestReading:
    def test_a_run_reads_what_its_owner_sent_in(self, alice: User, upload: Upload) -> None:
        execution = run(alice, reader(), File=upload.uri)

        assert execution.state is ExecutionStatus.COMPLETED
        assert list(output_stream(execution)) == [("Text", "Grüße")]

    def test_a_data_uri_is_read_as_ever(self, alice: User) -> None:
        execution = run(alice, reader(), File="data:text/plain,Hello")

        assert list(output_stream(execution)) == [("Text", "Hello")]

    def test_it_can_be_kept_for_the_run(self, alice: User, upload: Upload) -> None:
        g = GraphBuilder()
        kept = g.node("FileStoreBlock", file_in=upload.uri)
        read = g.node("FileReadBlock")
        out = g.output("Text")
        g.link(kept, "file_out", read, "file_input")
        g.link(read, "content", out, "value")

        assert list(output_stream(run(alice, g))) == [("Text", "Grüße")]

    def test_a_table_is_known_by_its_ending(self, alice: User) -> None:
        file = services.keep(alice.pk, ContentFile(b"a,b\n1,2\n"), name="list.csv")
        g = GraphBuilder()
        read = g.node("ReadSpreadsheetBlock", file_input=file.uri)
        out = g.output("Row")
        g.link(read, "row", out, "value")

        assert list(output_stream(run(alice, g))) == [("Row", {"a": "1", "b": "2"})]

    def test_somebody_else_s_run_of_the_same_graph_does_not(
        self, alice: User, bob: User, upload: Upload
    ) -> None:
        g = GraphBuilder()
        g.node("FileReadBlock", file_input=upload.uri)
        shared = graphs.export(graphs.create_agent(alice, g.file()))
        theirs = graphs.create_agent(bob, shared)

        started = api(bob).post(f"/api/v1/graphs/{theirs.agent_id}/execute/", {"inputs": {}})
        execution = run_to_end(bob.executions.get(pk=started.json()["id"]))

        assert execution.state is ExecutionStatus.FAILED
        [node] = NodeExecution.objects.filter(execution=execution)
        assert "Whoever runs this has no file" in str(node.error)
        assert "Choose the file again" in str(node.error)

    def test_nor_is_one_read_that_was_deleted(
        self, alice: User, upload: Upload, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            services.discard(upload)

        assert run(alice, reader(), File=upload.uri).state is ExecutionStatus.FAILED

    def test_a_block_alone_reads_it_too(self, alice: User, bob: User, upload: Upload) -> None:
        from tests.support.graphs import block_named

        url = f"/api/v1/blocks/{block_named('FileReadBlock').id}/execute/"

        mine = api(alice).post(url, {"inputs": {"file_input": upload.uri}})
        theirs = api(bob).post(url, {"inputs": {"file_input": upload.uri}})

        assert mine.json()["content"] == ["Grüße"]
        assert (theirs.status_code, theirs.json()["code"]) == (422, "block_failed")


@pytest.mark.django_db
class TestPages:
    def test_the_page_of_a_run_offers_the_file(self, alice: User, client: Any) -> None:
        picture = services.keep(
            alice.pk, ContentFile(b"\x89PNG\r\n\x1a\n" + b"x" * 20), name="a.png"
        )
        g = GraphBuilder()
        given, out = g.input("File"), g.output("Out")
        g.link(given, "result", out, "value")
        execution = run(alice, g, File=picture.uri)
        [node] = NodeExecution.objects.filter(execution=execution, node_id=out)
        client.force_login(alice)

        page = client.get(f"/runs/{execution.pk}/outputs/").content.decode()
        file = client.get(f"/runs/{execution.pk}/file/", {"node": node.pk, "input": "value"})

        assert "<img" in page
        assert file.content == b"\x89PNG\r\n\x1a\n" + b"x" * 20


def keeper(**given: Any) -> GraphBuilder:
    """Return a graph that keeps a file for good, and gives its reference out."""
    g = GraphBuilder()
    kept = g.node("KeepFileBlock", **given)
    out = g.output("Kept")
    g.link(kept, "file", out, "value")
    return g


@pytest.mark.django_db
class TestKeeping:
    def test_file_of_a_run_becomes_its_owner_s_own_and_is_there_for_other_runs(
        self, alice: User, bob: User
    ) -> None:
        given = {"file": "data:text/plain,Hello", "name": "../notes.txt"}
        [(_, reference)] = output_stream(run(alice, keeper(**given)))

        [upload] = Upload.objects.of(alice.pk)
        assert (upload.uri, upload.name, upload.size) == (reference, "notes.txt", 5)
        assert storage_of(alice.pk).used > 5
        assert list(output_stream(run(alice, reader(), File=reference))) == [("Text", "Hello")]
        assert run(bob, reader(), File=reference).state is ExecutionStatus.FAILED

    def test_same_file_is_kept_once_however_often_it_is(self, alice: User) -> None:
        given = {"file": "data:text/plain,Hello", "name": "a.txt"}
        for _ in range(2):
            run(alice, keeper(**given))

        assert Upload.objects.count() == 1

    def test_name_is_the_file_s_own_where_none_is_said(self, alice: User, upload: Upload) -> None:
        run(alice, keeper(file=upload.uri))
        run(alice, keeper(file="data:text/csv,1"))

        assert sorted(Upload.objects.values_list("name", flat=True)) == ["Gruß.txt", "file.csv"]

    def test_file_for_which_there_is_no_room_fails_its_node(
        self, alice: User, settings: Any
    ) -> None:
        settings.UPLOADS = {**settings.UPLOADS, "max_bytes": 3}
        execution = run(alice, keeper(file="data:text/plain,Hello"))

        [node] = NodeExecution.objects.filter(execution=execution)
        assert execution.state is ExecutionStatus.FAILED
        assert (node.error or {})["code"] == "file_too_large"
        assert Upload.objects.count() == 0
