"""Class 16: a text cannot stand for a file of the server.

Uploads are made into files by our own multipart parser only; tests/integration/uploads has the rest.
"""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.graphs import GraphBuilder
from tests.support.runs import run


@pytest.mark.django_db(transaction=True)
def test_an_input_cannot_claim_to_be_a_file_of_the_server(alice: User) -> None:
    graph = GraphBuilder("Reads")
    read = graph.node("FileReadBlock")
    graph.link(graph.input("in"), "result", read, "file_input")
    graph.link(read, "content", graph.output("out"), "value")

    for claim in ("/etc/hostname", {"filepath": "/etc/hostname"}, {"path": "/etc/hostname"}):
        execution = run(alice, graph, **{"in": claim})
        assert execution.status == "FAILED", claim


@pytest.mark.django_db(transaction=True)
def test_json_is_not_an_upload(alice: User, api: Callable[..., APIClient]) -> None:
    claim = {"file": {"filepath": "/etc/hostname", "filename": "a"}}

    answer = api(alice).post("/api/v1/files/", claim, format="json")

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
