"""What people keep is counted by the database, and there is an end to it."""

import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from accounts.models import User
from agents.executions import crowding, purging, runner, services, starting, storage
from agents.executions.files import RunFiles
from agents.executions.models import Execution, NodeExecution, RunStorage, StoredValue
from quotas.counted import recount, tables
from quotas.models import OwnQuota, Usage
from quotas.storage import StorageFull, room_for, storage_of
from tests.support.graphs import GraphBuilder
from tests.support.purging import EVERYTHING, age
from tests.support.runs import fresh, run_queued, run_to_end, start, version_of

pytestmark = pytest.mark.django_db(transaction=True)

Quotas = Callable[..., None]
MB = 1_000_000


def echo() -> GraphBuilder:
    graph = GraphBuilder("Echo")
    graph.link(graph.input("in"), "result", graph.output("out"), "value")
    return graph


def emitting(number: int) -> GraphBuilder:
    """Return a graph that emits so many texts, which the database cannot compress, to a sink."""
    graph = GraphBuilder("Emits")
    values = [_noise(500) for _ in range(number)]
    first = graph.node("Emit", values=values)
    second = graph.node("Emit")
    graph.link(graph.input("in"), "result", first, "trigger")
    graph.link(first, "out", second, "trigger")
    return graph


def stored(user: User) -> int:
    return storage_of(user.pk).used


def summed(user: User) -> int:
    return sum(one.value_bytes + one.file_bytes for one in RunStorage.objects.filter(owner=user))


def measure() -> int:
    return crowding.keep_within_quotas()


def test_a_start_counts_with_its_inputs_at_once(alice: User) -> None:
    start(alice, echo(), **{"in": "x" * 1000})

    # {"in":"xxx"} and {}, as they are written
    assert stored(alice) == len('{"in":""}') + 1000 + len("{}")


def test_what_a_run_wrote_is_measured_while_it_goes_on_and_after_its_end(alice: User) -> None:
    execution = start(alice, emitting(20), **{"in": 1})
    run_queued()
    measure()
    before = stored(alice)

    run_to_end(execution)
    measure()

    # Each text is there as an output of one node and as an input of the next.
    assert 0 < before < 1000
    assert 20 * 2 * 500 < stored(alice) < 20 * 2 * 500 * 2
    assert stored(alice) == summed(alice)
    assert RunStorage.objects.get(pk=execution.pk).is_final


def test_a_run_that_did_not_change_is_not_measured_again(alice: User) -> None:
    run_to_end(start(alice, echo(), **{"in": 1}))
    start(alice, echo(), **{"in": 1})

    assert storage.measure(now())[0] == 2
    assert storage.measure(now())[0] == 0


def test_files_of_runs_count(alice: User) -> None:
    execution = start(alice, echo(), **{"in": 1})
    RunFiles(execution.pk).write(b"0" * 12_345, name="a.txt")
    run_to_end(execution)

    measure()

    assert RunStorage.objects.get(pk=execution.pk).file_bytes == 12_345
    assert stored(alice) == summed(alice)
    assert summed(alice) > 12_345


def test_values_that_are_kept_between_runs_count_until_they_are_gone(alice: User) -> None:
    kept = StoredValue.objects.create(owner=alice, key="k", value="x" * 100)
    assert 100 <= stored(alice) <= 110

    kept.value = "x" * 200_000
    kept.save()
    assert 200_000 <= stored(alice) <= 200_010

    kept.delete()
    assert stored(alice) == 0


def test_a_purge_gives_the_room_back(alice: User, bob: User) -> None:
    gone = run_to_end(start(alice, echo(), **{"in": "x" * 1000}))
    start(bob, echo(), **{"in": "x" * 1000})
    measure()
    of_bob = stored(bob)
    age(gone, 100)

    purging.purge(EVERYTHING, payloads_only=True)
    assert fresh(gone).payload_purged_at is not None
    assert stored(alice) == 0
    measure()
    assert stored(alice) == 0

    purging.purge(EVERYTHING)
    assert not Execution.objects.filter(pk=gone.pk).exists()
    assert (stored(alice), stored(bob)) == (0, of_bob)


def test_who_is_deleted_leaves_nothing_behind(alice: User) -> None:
    run_to_end(start(alice, echo(), **{"in": 1}))
    StoredValue.objects.create(owner=alice, key="k", value=1)
    measure()

    Execution.objects.all().delete()
    assert not RunStorage.objects.exists()
    alice.stored_values.all().delete()
    assert stored(alice) == 0
    alice.agents.all().delete()
    alice.delete()

    assert not Usage.objects.exists()


def test_a_start_that_does_not_fit_is_refused_and_leaves_nothing(
    alice: User, quotas: Quotas
) -> None:
    quotas(storage_mb=1)
    version = version_of(alice, echo())
    starting.start(owner_id=alice.pk, version=version, inputs={"in": "x" * 600_000})
    before = stored(alice)

    with pytest.raises(StorageFull) as refused:
        starting.start(owner_id=alice.pk, version=version, inputs={"in": "x" * 600_000})

    assert refused.value.message.startswith(
        "You keep 600 kB of the 1 MB that you may, and 600 kB more would be too much."
    )
    assert Execution.objects.count() == 1
    assert stored(alice) == before
    assert Usage.objects.get(pk=alice.pk).runs_of_day == 1


def test_of_starts_at_once_no_more_come_in_than_fit(alice: User, quotas: Quotas) -> None:
    quotas(storage_mb=1)
    version = version_of(alice, echo())

    def begin(_: int) -> bool:
        try:
            starting.start(owner_id=alice.pk, version=version, inputs={"in": "x" * 300_000})
        except StorageFull:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(begin, range(6)))

    assert answers.count(True) == 3
    assert stored(alice) == summed(alice)


def test_a_run_under_way_that_fills_the_room_ends_with_a_reason(
    alice: User, quotas: Quotas
) -> None:
    quotas(storage_mb=1)
    waiting = start(alice, echo(), **{"in": 1})
    execution = start(alice, emitting(20), **{"in": 1})
    node = NodeExecution.objects.get(execution=execution, status="QUEUED")
    runner.run_node(node.pk, execution.pk)
    StoredValue.objects.create(owner=alice, key="k", value=_noise(1_100_000))
    runner.run_node(
        NodeExecution.objects.get(execution=execution, status="QUEUED").pk, execution.pk
    )
    measured_before = RunStorage.objects.get(pk=waiting.pk)
    RunStorage.objects.filter(pk=waiting.pk).update(measured_seq=fresh(waiting).last_seq)

    assert measure() == 1

    ended = run_to_end(execution)
    assert ended.status == "FAILED"
    assert ended.error["code"] == "storage_full"
    assert ended.error["message"].startswith("You keep 1.1 MB of the 1 MB that you may.")
    assert set(
        NodeExecution.objects.filter(execution=execution).values_list("status", flat=True)
    ) <= {"COMPLETED", "TERMINATED", "INCOMPLETE"}
    assert not measured_before.is_final
    assert fresh(waiting).status == "COMPLETED"
    with pytest.raises(StorageFull):
        services.retry_execution(execution.pk)
    assert fresh(execution).status == "FAILED"

    alice.stored_values.all().delete()
    services.retry_execution(execution.pk)
    assert run_to_end(execution).status == "COMPLETED"
    measure()
    assert stored(alice) == summed(alice)


def test_an_own_quota_holds_at_once(alice: User, quotas: Quotas) -> None:
    quotas(storage_mb=0)
    start(alice, echo(), **{"in": "x" * 2 * MB})
    OwnQuota.objects.create(user=alice, storage_mb=1)

    with pytest.raises(StorageFull):
        start(alice, echo(), **{"in": 1})


def test_room_is_held_until_the_transaction_ends(alice: User, quotas: Quotas) -> None:
    quotas(storage_mb=1)

    def keep(number: int) -> bool:
        try:
            with transaction.atomic():
                room_for(alice.pk, 400_000)
                StoredValue.objects.create(owner=alice, key=str(number), value=_noise(400_000))
        except StorageFull:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(keep, range(6)))

    assert answers.count(True) == 2
    assert StoredValue.objects.count() == 2


def test_a_recount_finds_every_table_and_mends_the_sum(alice: User, bob: User) -> None:
    start(alice, echo(), **{"in": "x" * 1000})
    StoredValue.objects.create(owner=alice, key="k", value="x" * 100)
    StoredValue.objects.create(owner=bob, key="k", value="x" * 100)
    right = {one.pk: one.stored_bytes for one in Usage.objects.all()}
    Usage.objects.filter(pk=alice.pk).update(stored_bytes=-5)
    Usage.objects.filter(pk=bob.pk).delete()

    assert [one.table for one in tables()] == [
        "executions_runstorage",
        "executions_storedvalue",
        "knowledge_passage",
        "uploads_upload",
    ]
    assert recount() == 2
    assert {one.pk: one.stored_bytes for one in Usage.objects.all()} == right
    assert recount() == 0


def _noise(size: int) -> str:
    """Return a text that the database cannot compress."""
    digests = (hashlib.sha512(str(number).encode()).digest() for number in range(size // 64 + 1))
    return base64.b85encode(b"".join(digests)).decode()[:size]
