"""What a run of another person's agent keeps from the one who started it.

Whether it does so is written down when it begins (`Execution.seal`). Then nobody reads from it what nodes
it has, what these got and gave, nor in which words they failed: what the run itself says of its end is
written without that, so that no reader has to think of it.
"""

from collections.abc import Iterable
from typing import Any

from agents.executions.models import Execution
from agents.executions.models.execution import Seal
from agents.graphs import sight
from agents.graphs.models import GraphVersion
from agents.graphs.sight import GraphHidden
from kernel.errors import TrellisError

STEP = "A step of the agent"
MOST_CODES = 5


def seal_of(owner_id: Any, version: GraphVersion) -> Seal:
    """Return what is kept from a person who starts the version."""
    return Seal.OPEN if sight.may_see(owner_id, version) else Seal.INSIDE


def seal_below(above: Execution, version: GraphVersion) -> Seal:
    """Return what is kept of a run that another one starts: all of it, where that one hides its own."""
    return Seal.WHOLE if above.is_sealed else seal_of(above.owner_id, version)


def require_open(execution: Execution) -> None:
    """Raise GraphHidden where the run does not show what its agent consists of."""
    if execution.is_sealed:
        raise GraphHidden


def said(execution: Execution, error: TrellisError) -> str:
    """Return what the run says of an error that ended it as a whole: of a sealed one, what kind it is."""
    if not execution.is_sealed:
        return error.message
    return type(error)().message


def failure(codes: Iterable[str]) -> dict[str, str]:
    """Return what a sealed run says whose steps failed with these codes."""
    kinds = ", ".join(list(dict.fromkeys(codes))[:MOST_CODES])
    return {
        "code": "node_failed",
        "message": f"{STEP} failed ({kinds}). Its creator does not show what it consists of.",
    }
