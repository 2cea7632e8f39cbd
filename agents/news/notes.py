"""Who is told what on the bell and by mail."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from accounts.notifications import NotificationType
from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution, Review
from notifications.services import Note, tell

LONG = timedelta(seconds=30)  # nobody waits for such a run in front of the page
AGAIN_AND_AGAIN = 5  # failures in a row


def of_runs(runs: Sequence[Execution]) -> None:
    """Tell owners of the ends that they may have missed."""
    tell(*(note for run in runs for note in _notes(run)))


def of_reviews(reviews: Sequence[Review]) -> None:
    """Tell owners what waits for them."""
    tell(
        *(
            Note(
                review.owner_id,
                NotificationType.REVIEW_ASKED,
                f"{review.execution.graph_version.name} asks for your approval",
                review.name,
                f"/reviews/{review.pk}/",
                about=f"review of {review.execution.graph_version.agent_id}",
            )
            for review in reviews
        )
    )


def _notes(run: Execution) -> Iterator[Note]:
    version = run.graph_version
    if version.is_snapshot:  # somebody builds it, and looks on
        return
    name, link = version.name or "An agent", f"/runs/{run.pk}/"
    if run.state is ExecutionStatus.COMPLETED and _was_missed(run):
        took = f"It took {_words(run.duration)}." if run.duration else ""
        about = f"ends of {version.agent_id}"
        yield Note(run.owner_id, NotificationType.AGENT_RUN, f"{name} has ended", took, link, about)
    if run.state is ExecutionStatus.FAILED:
        reason = str((run.error or {}).get("message", ""))
        about = f"failures of {version.agent_id}"
        kind = NotificationType.BLOCK_EXECUTION_FAILED
        yield Note(run.owner_id, kind, f"{name} failed", reason, link, about)
        if _fails_again_and_again(run):
            title = f"{name} failed {AGAIN_AND_AGAIN} times in a row"
            kind = NotificationType.CONTINUOUS_AGENT_ERROR
            page = f"/agents/{version.agent_id}/"
            about = f"trouble of {version.agent_id}"
            yield Note(run.owner_id, kind, title, reason, page, about)


def _was_missed(run: Execution) -> bool:
    return bool(run.cause) or (run.duration or timedelta()) >= LONG


def _fails_again_and_again(run: Execution) -> bool:
    """Return whether this is the last of just so many failures: the next one says nothing new."""
    rows = Execution.objects.filter(
        agent=run.graph_version.agent_id, parent__isnull=True, ended_at__lte=run.ended_at
    )
    last = rows.order_by("-created").values_list("status", flat=True)[: AGAIN_AND_AGAIN + 1]
    failed = [status == ExecutionStatus.FAILED for status in last]
    return (
        len(failed) >= AGAIN_AND_AGAIN
        and failed[:AGAIN_AND_AGAIN] == [True] * AGAIN_AND_AGAIN
        and (len(failed) == AGAIN_AND_AGAIN or not failed[-1])
    )


def _words(duration: timedelta) -> str:
    seconds = round(duration.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
