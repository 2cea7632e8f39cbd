"""Ask a person in the middle of a run.

A question is a row, written in the transaction that suspends its node execution. Run again (after
the answer, or a lost worker) the node execution finds its own row and asks nobody twice.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.timezone import now

from agents.engine.values import emission_value
from agents.executions.claims import Claim
from agents.executions.models import NodeExecution, Review
from agents.executions.suspension import Suspended, Suspension
from agents.graphs import services as graphs
from agents.graphs.settings import GraphSettings
from blocks.sdk import Decision, PinName

LONGEST_NAME = 500
BEFORE_THE_BLOCK = 0  # the number of that question; the block's own are counted from 1
SAFE_MODE_OFF = "Auto-approved (safe mode disabled)"
APPROVED_AHEAD = "Auto-approved (all further reviews of this node)"


class RunReviews:
    """What one node execution asks people. Satisfies ``Reviews``."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._asked = 0

    def ask(self, data: Any, *, name: str, editable: bool) -> Decision:
        self._asked += 1
        question = self._question(self._asked, data, name, editable=editable)
        return self._decision(question, lambda chosen: chosen.human_in_the_loop_safe_mode)

    def ask_before(self, inputs: Any, *, name: str) -> Decision:
        """Return what a person decided about a sensitive block's inputs, before it runs."""
        question = self._question(BEFORE_THE_BLOCK, inputs, name, editable=True)
        return self._decision(question, lambda chosen: chosen.sensitive_action_safe_mode)

    def _decision(self, question: Review, is_safe: Callable[[GraphSettings], bool]) -> Decision:
        """Return the decision, or suspend the block; ``is_safe`` says whether anybody is asked."""
        row = self._claim.node_execution
        found = Review.objects.filter(node_execution=row, number=question.number).first()
        if found is not None and found.is_decided:
            approved = found.status == Review.Status.APPROVED
            return Decision(approved=approved, data=found.data, message=found.message)
        if found is None or not found.is_open:
            if not is_safe(graphs.settings_of(self._claim.execution.graph_version.agent_id)):
                return Decision(approved=True, data=question.payload, message=SAFE_MODE_OFF)
            if Review.objects.of_node(row.execution_id, row.node_id).approving_further():
                return Decision(approved=True, data=question.payload, message=APPROVED_AHEAD)
        review = found or question
        raise Suspended(Suspension(_waits_for(review), record=partial(_ask, review)))

    def _question(self, number: int, data: Any, name: str, *, editable: bool) -> Review:
        row = self._claim.node_execution
        most = settings.EXECUTIONS["max_value_bytes"]
        return Review(
            owner_id=self._claim.execution.owner_id,
            execution_id=row.execution_id,
            node_execution_id=row.pk,
            number=number,
            node_id=row.node_id,
            name=_legible(name),
            payload=emission_value(PinName("data"), data, max_bytes=most),
            editable=editable,
        )


def _ask(review: Review, row: NodeExecution) -> None:
    """Record the question, under the run's lock, where it is not recorded as open already.

    Somebody may have approved this node's further questions since its worker looked.
    """
    if review.is_open and not review._state.adding:
        return
    review.status = Review.Status.WAITING  # it may have been withdrawn from a run that goes on
    approving = Review.objects.of_node(row.execution_id, row.node_id).approving_further()
    if approving is not None:
        review.status = Review.Status.APPROVED
        review.data, review.message = review.payload, APPROVED_AHEAD
        review.decided_by_id, review.decided_at = approving.decided_by_id, now()
    review.save()


def _waits_for(review: Review) -> dict[str, Any]:
    people = get_user_model().objects.filter(pk=review.owner_id)
    return {
        "kind": "review",
        "review": str(review.pk),
        "name": review.name,
        "by": people.values_list("username", flat=True).get(),
        "since": review.created.isoformat(),
    }


def _legible(name: str) -> str:
    """Return the name as any database can keep it, and as a page can show it."""
    text = name.encode("utf-8", "replace").decode("utf-8").replace("\x00", "�")
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
