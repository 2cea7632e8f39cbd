from typing import Any

import pytest

from blocks.sdk import Decision
from blocks.sdk.testing import FakeContext, PromptReviews
from tests.support.blocks import emitted

INPUTS = {"data": {"amount": 100}, "name": "The refund"}


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (Decision(True, {"amount": 90}), [("approved_data", {"amount": 90})]),
        (Decision(False, {"amount": 100}), [("rejected_data", {"amount": 100})]),
        (
            Decision(True, 1, "Less is more."),
            [("approved_data", 1), ("review_message", "Less is more.")],
        ),
        (Decision(False, [], "No."), [("rejected_data", []), ("review_message", "No.")]),
        (Decision(True, None), [("approved_data", None)]),
    ],
)
def test_what_was_decided_goes_out(decision: Decision, expected: list[tuple[str, Any]]) -> None:
    context = FakeContext(reviews=PromptReviews([decision]))

    assert emitted("HumanInTheLoopBlock", INPUTS, context) == expected


def test_the_reviewer_hears_what_the_data_is() -> None:
    reviews = PromptReviews()

    emitted("HumanInTheLoopBlock", INPUTS, FakeContext(reviews=reviews))

    assert reviews.asked == ["The refund"]
