"""The statements that node executions need, as SQL that each connection plans once.

SQL's own PREPARE: planning them took longer than running them.
"""

from agents.executions.tables import AUDIT, EMISSIONS, EVENTS, NEW_RUNS, NODES, RUNS
from kernel.postgresql.prepared import Prepared

# Rows are locked FOR NO KEY UPDATE: a foreign key's check of another transaction (a sub-agent's run
# points at this run and at its node execution) neither waits for these locks nor is waited for.
#
# A row is found by its key. The state is compared as an expression, lest the planner prefer one of
# the small indexes on rows in that state and read all of them: there may be thousands.
LOCK = Prepared(
    "trellis_lock",
    ("uuid[]", "text[]"),
    f"""
SELECT {RUNS.columns("run")}, {NODES.columns("node")}
FROM {NODES.name} node JOIN {RUNS.name} run ON run.id = node.execution_id
WHERE node.id = ANY($1) AND node.status || '' = ANY($2)
ORDER BY node.id
FOR NO KEY UPDATE OF run, node
""",
)

LOCK_RUN = Prepared(
    "trellis_lock_run",
    ("uuid",),
    f"SELECT {RUNS.columns('run')} FROM {RUNS.name} run WHERE run.id = $1 FOR NO KEY UPDATE",
)

CHANGED = "a run changed while a step was made in it, which is made again"

# Lock a run of which all is known, if nothing changed in it: what tells that.
LOOK = Prepared(
    "trellis_look",
    ("uuid",),
    f"SELECT run.last_seq FROM {RUNS.name} run WHERE run.id = $1 FOR NO KEY UPDATE",
)

# The same for a decision that was made before: where something changed, the message ends here. The
# server's log has the sentence. It names a column, or the server would try to read the number from
# it while it plans.
EXPECT = Prepared(
    "trellis_expect",
    ("uuid", "bigint"),
    f"""
    SELECT CASE WHEN run.last_seq = $2 THEN 0
        ELSE ('{CHANGED}: ' || coalesce(run.id::text, 'gone'))::int END
    FROM (SELECT) one LEFT JOIN (
        SELECT id, last_seq FROM {RUNS.name} WHERE id = $1 FOR NO KEY UPDATE
    ) run ON TRUE
    """,
)


# Of a run's node executions those that are not settled, in two halves with a small index each.
_INCOMPLETE = "node.execution_id = {run} AND node.status = 'INCOMPLETE'"
_STARTED = "node.execution_id = {run} AND NOT node.settled AND node.start_number IS NOT NULL"


def _few(half: str) -> str:
    """Return whether a half has no more than $2 rows; counting stops there."""
    return (
        f"(SELECT count(*) FROM (SELECT FROM {NODES.name} node WHERE {half} LIMIT $2 + 1) x) <= $2"
    )


def _in_line(run: str, node: str, but: str) -> str:
    """Return whose values may go out: those that started before any other that is at work.

    Those in the array ``but`` count as if they were not at work. The inner query stands by itself,
    so that it is asked once and bounds the scan of the index.
    """
    at_work = _STARTED.format(run=run).replace("node.", "other.")
    return f"""
{_STARTED.format(run=run)} AND node.node_id = {node} AND node.start_number <= COALESCE((
  SELECT other.start_number FROM {NODES.name} other
  WHERE {at_work} AND other.node_id = {node} AND other.id <> ALL({but})
    AND other.status IN ('QUEUED', 'RUNNING', 'WAITING')
  ORDER BY other.start_number LIMIT 1
), 2147483647)
"""


def _select(condition: str) -> str:
    return f"SELECT {NODES.columns('node')} FROM {NODES.name} node WHERE {condition}"


# All that is not settled in a run, or nothing where either half has more than $2 rows.
UNSETTLED = Prepared(
    "trellis_unsettled",
    ("uuid", "int"),
    f"""
WITH few AS MATERIALIZED (
  SELECT {_few(_INCOMPLETE.format(run="$1"))} AND {_few(_STARTED.format(run="$1"))} AS enough
)
{_select("(SELECT enough FROM few) AND " + _INCOMPLETE.format(run="$1"))}
UNION ALL
{_select("(SELECT enough FROM few) AND " + _STARTED.format(run="$1"))}
""",
)

# What the settlement of node executions of one run may ask for: each half, where it has not more
# than $2 rows; of too many that started, those of their own nodes that are in line. Without
# themselves.
_RUN = "(SELECT execution_id FROM head LIMIT 1)"
BESIDE = Prepared(
    "trellis_beside",
    ("uuid[]", "int"),
    f"""
WITH head AS MATERIALIZED (SELECT execution_id, node_id FROM {NODES.name} WHERE id = ANY($1)),
few AS MATERIALIZED (
  SELECT {_few(_INCOMPLETE.format(run=_RUN))} AS incomplete,
         {_few(_STARTED.format(run=_RUN))} AS started
)
SELECT few.incomplete, few.started, {NODES.columns("node")}
FROM few LEFT JOIN LATERAL (
  {_select("few.incomplete AND " + _INCOMPLETE.format(run=_RUN))}
  UNION ALL
  {_select("node.id <> ALL($1) AND few.started AND " + _STARTED.format(run=_RUN))}
  UNION ALL
  SELECT node.* FROM (SELECT DISTINCT node_id FROM head WHERE NOT few.started) line
  CROSS JOIN LATERAL (
    {_select("node.id <> ALL($1) AND " + _in_line(_RUN, "line.node_id", "$1"))}
  ) node
) node ON true
""",
)

IN_LINE = Prepared(
    "trellis_in_line",
    ("uuid", "text", "uuid"),
    f"{_select(_in_line('$1', '$2', 'ARRAY[$3]'))} ORDER BY node.start_number",
)

LACKING = Prepared(
    "trellis_lacking",
    ("uuid", "text", "int", "text", "int"),
    f"""
SELECT {NODES.columns("node")} FROM {NODES.name} node
WHERE node.execution_id = $1 AND node.node_id = $2 AND node.status = 'INCOMPLETE'
  AND node.number > $3 AND NOT node.arrived @> ARRAY[$4]
ORDER BY node.number LIMIT $5
""",
)

LAST_STARTED = Prepared(
    "trellis_last_started",
    ("uuid", "text"),
    f"""
SELECT {NODES.columns("node")} FROM {NODES.name} node
WHERE node.execution_id = $1 AND node.node_id = $2 AND node.start_number IS NOT NULL
ORDER BY node.start_number DESC LIMIT 1
""",
)

_ROWS = f"""
WITH opened AS ({NODES.insert("$1")}),
emitted AS ({EMISSIONS.insert("$2")}),
told AS ({EVENTS.insert("$3")})
"""
# Who told a parent takes it back without the run's lock: a write of the run only ever sets it.
_KEPT = ["unheard"]
WRITE = Prepared("trellis_write", ("json",) * 4, _ROWS + RUNS.update("$4", keep_if_true=_KEPT))
WRITE_COUNTS = Prepared(
    "trellis_write_counts", ("json",) * 4, _ROWS + RUNS.count("$4", keep_if_true=_KEPT)
)
WRITE_NEW = Prepared("trellis_write_new", ("json",) * 4, _ROWS + NEW_RUNS.insert("$4"))
WRITE_AUDIT = Prepared("trellis_audit", ("json",), AUDIT.insert("$1"))

# Inputs change only while they arrive: rows that end do not write theirs again. A lease that was
# renewed meanwhile, which takes no lock of the run, is not cut short.
CHANGE = Prepared(
    "trellis_change",
    ("json",),
    NODES.update("$1", keep_if_null=["input_data"], keep_if_later=["lease_until"]),
)

# A lease is renewed without the run's lock, so it may not wait for a row, or it could deadlock.
RENEW = Prepared(
    "trellis_renew",
    ("uuid[]", "int[]", "timestamptz"),
    f"""
WITH free AS (
  SELECT node.id FROM unnest($1, $2) held (id, attempt) JOIN {NODES.name} node
    ON node.id = held.id AND node.attempt = held.attempt AND node.status = 'RUNNING'
  FOR NO KEY UPDATE OF node SKIP LOCKED
), renewed AS (
  UPDATE {NODES.name} node SET lease_until = $3 FROM free WHERE node.id = free.id RETURNING node.id
)
SELECT count(*) FROM renewed
""",
)
