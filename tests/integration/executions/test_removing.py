"""Runs that their owner deletes: gone at once for everybody, and from the disk with the next purge."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import crowding, services
from agents.executions.files import RunFiles, place
from agents.executions.models import Emission, Execution, NodeExecution
from agents.executions.payloads import PayloadPurged
from agents.executions.purging import purge
from agents.executions.retention import Ages
from quotas.storage import storage_of
from tests.support.graphs import calculator
from tests.support.purging import parent_of_two
from tests.support.runs import run, start

pytestmark = pytest.mark.django_db(transaction=True)
Api = Callable[..., APIClient]


def test_a_deleted_run_is_gone_and_its_room_is_free(alice: User, api: Api) -> None:
    execution = run(alice, calculator(), Input=8)
    file = RunFiles(execution.pk)
    file.write(b"0" * 1000, name="a.txt")
    crowding.keep_within_quotas()
    assert storage_of(alice.pk).used > 0
    url = f"/api/v1/executions/{execution.pk}/"

    assert api(alice).delete(url).status_code == 204

    assert api(alice).get(url).status_code == 404
    assert api(alice).delete(url).status_code == 404
    assert api(alice).get("/api/v1/executions/").json()["results"] == []
    assert storage_of(alice.pk).used == 0
    purge(Ages.of_instance())
    assert not Execution.objects.exists()
    assert not NodeExecution.objects.exists()
    assert not Emission.objects.exists()
    assert list(place().each(execution.pk)) == []
    assert storage_of(alice.pk).used == 0


def test_a_run_that_goes_on_is_not_deleted(alice: User, api: Api) -> None:
    execution = start(alice, calculator(), Input=8)

    answer = api(alice).delete(f"/api/v1/executions/{execution.pk}/")

    assert (answer.status_code, answer.json()["code"]) == (409, "execution_not_ended")
    purge(Ages.of_instance())
    assert Execution.objects.filter(pk=execution.pk).exists()


def test_a_family_goes_together_and_from_its_root_only(alice: User, bob: User, api: Api) -> None:
    root, child, _ = parent_of_two(alice)
    other = run(bob, calculator(), Input=8)

    refused = api(alice).delete(f"/api/v1/executions/{child.pk}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "delete_the_run_above")
    assert str(root.pk) in refused.json()["detail"]

    services.delete_execution(root.pk)
    purge(Ages.of_instance())
    assert [one.pk for one in Execution.objects.all()] == [other.pk]


def test_what_is_deleted_is_not_retried(alice: User) -> None:
    execution = start(alice, calculator(), Input=8)
    services.stop_execution(execution.pk)
    services.delete_execution(execution.pk)

    with pytest.raises(PayloadPurged):
        services.retry_execution(execution.pk)


def test_the_page_asks_first(alice: User, client: APIClient) -> None:
    execution = run(alice, calculator(), Input=8)
    client.force_login(alice)
    url = f"/runs/{execution.pk}/delete/"
    assert url in client.get(f"/runs/{execution.pk}/").content.decode()

    assert "Delete this run" in client.get(url).content.decode()
    assert Execution.objects.visible_to(alice).count() == 1

    assert client.post(url).headers["Location"] == "/runs/"
    assert Execution.objects.visible_to(alice).count() == 0
