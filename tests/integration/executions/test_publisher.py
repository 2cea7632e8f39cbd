"""A bell is heard by those who watch, as if the channel layer had sent it."""

import asyncio
from typing import Any

import pytest
from channels.layers import get_channel_layer

from accounts.models import User
from agents.executions import dispatch, publisher
from agents.executions.models import Execution
from tests.support.graphs import calculator
from tests.support.runs import start

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def execution(alice: User) -> Execution:
    return start(alice, calculator(), Input=1)


async def heard(group: str, execution: Execution, *, run_changed: bool) -> bool:
    """Return whether somebody in the group hears the bell."""
    listening = publisher.bells(group)
    assert await anext(listening) is None
    bell = await asyncio.to_thread(publisher.bell, execution, run_changed=run_changed)
    await asyncio.to_thread(dispatch.send, [], bell)
    try:
        return await asyncio.wait_for(anext(listening), 2 if run_changed else 0.5) == execution.pk
    except TimeoutError:
        return False
    finally:
        await listening.aclose()  # type: ignore[attr-defined]


async def test_who_watches_a_run_hears_every_bell(execution: Execution) -> None:
    assert await heard(publisher.execution_group(execution.pk), execution, run_changed=True)


async def test_who_watches_an_agent_hears_of_changes_of_runs_only(execution: Execution) -> None:
    group = publisher.agent_group(execution.graph_version.agent_id)

    assert await heard(group, execution, run_changed=True)
    assert not await heard(group, execution, run_changed=False)


async def test_the_notice_is_what_the_channel_layer_would_publish(execution: Execution) -> None:
    layer: Any = get_channel_layer()
    published: list[tuple[str, bytes]] = []
    group = publisher.execution_group(execution.pk)
    shard = layer._get_shard(layer._get_group_channel_name(group))

    async def publish(channel: str, text: bytes) -> None:
        published.append((channel, text))

    shard.publish = publish
    try:
        message = {"type": "execution.bell", "execution": str(execution.pk)}
        await layer.group_send(group, message)
    finally:
        del shard.publish

    assert publisher.bell(execution, run_changed=False) == published
