import pytest

from blocks.sdk import BlockError
from blocks.sdk.testing import FakeContext, PastEvents
from tests.support.blocks import emitted


def test_each_wait_gets_the_next_value() -> None:
    context = FakeContext(events=PastEvents({"paid": [12.5, {"by": "card"}]}))

    assert emitted("WaitForEventBlock", {"name": "paid"}, context) == [("value", 12.5)]
    assert emitted("WaitForEventBlock", {"name": "paid"}, context) == [("value", {"by": "card"})]


@pytest.mark.parametrize("seconds", [-1, 366 * 24 * 60 * 60 + 1])
def test_a_wait_may_take_nothing_to_a_year(seconds: float) -> None:
    with pytest.raises(BlockError, match="between nothing and 366 days"):
        emitted("WaitForEventBlock", {"name": "paid", "timeout_seconds": seconds})
