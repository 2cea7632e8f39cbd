"""What runs may take: time, tries, memory, values; and how large a graph is."""

from datetime import timedelta

from agents.executions.limits import ExecutionSettings
from config import env

EXECUTIONS: ExecutionSettings = {
    "lease": timedelta(seconds=env.integer("NODE_LEASE_SECONDS", 30, least=3)),
    "resend_after": timedelta(seconds=env.integer("RESEND_AFTER_SECONDS", 15, least=1)),
    "attempts": env.integer("NODE_ATTEMPTS", 3, least=1),
    "tries": env.integer("RETRY_ATTEMPTS", 3, least=1),
    "retry_initial": timedelta(seconds=env.integer("RETRY_INITIAL_SECONDS", 1, least=0)),
    "retry_max": timedelta(seconds=env.integer("RETRY_MAX_SECONDS", 60, least=0)),
    "node_timeout": timedelta(seconds=env.integer("NODE_TIMEOUT_SECONDS", 3600, least=1)),
    "deadline": timedelta(
        seconds=env.integer("EXECUTION_DEADLINE_SECONDS", 30 * 24 * 3600, least=1)
    ),
    "cpu_memory_mb": env.integer("CPU_MEMORY_MB", 1024, least=0),
    "max_concurrent": env.integer("MAX_CONCURRENT_EXECUTIONS", 100, least=1),
    "max_node_executions": env.integer("MAX_NODE_EXECUTIONS", 100_000, least=1),
    "max_depth": env.integer("MAX_SUB_AGENT_DEPTH", 16, least=1),
    "max_sub_agent_runs": env.integer("MAX_SUB_AGENT_RUNS", 10_000, least=1),
    "max_value_bytes": env.integer("MAX_VALUE_BYTES", 16 * 1024 * 1024, least=1024),
    "remember_keys": timedelta(hours=env.integer("IDEMPOTENCY_KEY_HOURS", 24, least=1)),
    "payload_retention_days": env.integer("PAYLOAD_RETENTION_DAYS", 0, least=0),
    "execution_retention_days": env.integer("EXECUTION_RETENTION_DAYS", 0, least=0),
    "event_value_bytes": env.integer("MAX_EVENT_VALUE_BYTES", 32 * 1024, least=256),
    "local_lane": env.flag("TRELLIS_LOCAL_LANE", default=True),
}

GRAPHS = {
    "max_nodes": env.integer("MAX_GRAPH_NODES", 10_000, least=1),
    "max_links": env.integer("MAX_GRAPH_LINKS", 50_000, least=1),
}
