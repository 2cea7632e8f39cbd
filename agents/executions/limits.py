"""The shape of ``settings.EXECUTIONS``."""

from datetime import timedelta
from typing import TypedDict


class ExecutionSettings(TypedDict):
    """How long workers may be silent, and how large runs may grow."""

    lease: timedelta
    """How long a worker may be silent before its node executions are taken over."""
    resend_after: timedelta
    """How long a message may stay untaken before the sweep sends it again."""
    attempts: int
    """How many workers a node execution may lose before it fails."""
    tries: int
    """How often a node is tried whose block says that trying again can help."""
    retry_initial: timedelta
    """How long to wait before the second try, at the most."""
    retry_max: timedelta
    """How long to wait before any further try, at the most."""
    node_timeout: timedelta
    """How long one try of a node may run."""
    deadline: timedelta
    """How long a run may take, waits included."""
    cpu_memory_mb: int
    """What one process of a cpu worker may hold, in MiB; 0 for as much as there is."""
    max_concurrent: int
    """How many runs of one person may be at work at once."""
    max_node_executions: int
    """Per run."""
    max_depth: int
    """How far down agents may run agents."""
    max_sub_agent_runs: int
    """How many runs one run may start, through any number of sub-agents."""
    max_value_bytes: int
    """Of one value's JSON text."""
    remember_keys: timedelta
    """How long an Idempotency-Key is remembered."""
    payload_retention_days: int
    """After how many days ended runs lose their values; 0 for never."""
    execution_retention_days: int
    """After how many days ended runs are removed; 0 for never."""
    event_value_bytes: int
    """Longer values are shortened in events; REST has them whole."""
    local_lane: bool
    """Whether workers go on with light successors themselves, without the broker."""
