"""Locks that processes share."""

import pytest
from django.conf import settings

from kernel.messages import client
from quotas.locks import LockTaken, held

pytestmark = pytest.mark.usefixtures("servers")


def test_one_at_a_time_holds_a_lock() -> None:
    with held("catalogue", seconds=60):
        with pytest.raises(LockTaken) as refused, held("catalogue", seconds=60):
            pass
        with held("another", seconds=60):
            pass

    assert refused.value.code == "lock_taken"
    assert "'catalogue'" in refused.value.message
    with held("catalogue", seconds=60):
        pass


def test_a_lock_is_let_go_when_its_holder_fails() -> None:
    with pytest.raises(ZeroDivisionError), held("catalogue", seconds=60):
        raise ZeroDivisionError

    with held("catalogue", seconds=60):
        pass


def test_a_holder_can_stay_longer() -> None:
    with held("catalogue", seconds=60) as lock:
        lock.extend(3600, replace_ttl=True)

        assert 60 < client(settings.REDIS_URL).ttl("lock:catalogue") <= 3600


def test_nobody_lets_go_of_a_lock_that_ran_out_and_is_another_s_by_now() -> None:
    redis = client(settings.REDIS_URL)
    with held("catalogue", seconds=60):
        redis.delete("lock:catalogue")  # as if its time were up
        with held("catalogue", seconds=60) as second:
            theirs = redis.get("lock:catalogue")
            with pytest.raises(LockTaken), held("catalogue", seconds=60):
                pass
            assert second.owned()
            assert redis.get("lock:catalogue") == theirs


def test_whoever_comes_back_late_takes_nothing_away() -> None:
    redis = client(settings.REDIS_URL)
    with held("catalogue", seconds=60):
        redis.set("lock:catalogue", "another's token")

    assert redis.get("lock:catalogue") == b"another's token"
    redis.delete("lock:catalogue")


def test_somebody_can_wait_for_a_lock() -> None:
    with held("catalogue", seconds=0.05), held("catalogue", seconds=60, wait=60) as lock:
        assert lock.owned()
