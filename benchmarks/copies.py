"""Many finished runs in little time: copies of one, with ids of their own."""

from uuid import UUID

from django.db import connection

from agents.executions.models import Emission, Event, Execution, NodeExecution

TABLES = tuple(one._meta.db_table for one in (Execution, NodeExecution, Event, Emission))
RUNS, NODES, EVENTS, EMISSIONS = TABLES

# A copy's rows lie beside one another on the disk, as those of a run do.
COPY = f"""
CREATE TEMPORARY TABLE run_copy AS
  SELECT number, gen_random_uuid() AS id FROM generate_series(1, %(number)s) number;
CREATE TEMPORARY TABLE node_copy AS
  SELECT run.number, run.id AS run, node.id AS old, gen_random_uuid() AS id
  FROM run_copy run, {NODES} node WHERE node.execution_id = %(run)s;
ANALYZE run_copy, node_copy;
INSERT INTO {RUNS}
  SELECT (jsonb_populate_record(original, jsonb_build_object(
    'id', run.id,
    'created', original.created - make_interval(days => %(days)s, secs => run.number),
    'ended_at', original.ended_at - make_interval(days => %(days)s, secs => run.number)
  ))).* FROM run_copy run, {RUNS} original WHERE original.id = %(run)s ORDER BY run.number;
INSERT INTO {NODES}
  SELECT (jsonb_populate_record(original,
    jsonb_build_object('id', copy.id, 'execution_id', copy.run))).*
  FROM node_copy copy JOIN {NODES} original ON original.id = copy.old ORDER BY copy.number;
INSERT INTO {EVENTS}
  SELECT (jsonb_populate_record(original, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('{EVENTS}', 'id')),
    'execution_id', run.id, 'node_execution_id', copy.id
  ))).* FROM run_copy run JOIN {EVENTS} original ON original.execution_id = %(run)s
  LEFT JOIN node_copy copy ON copy.run = run.id AND copy.old = original.node_execution_id
  ORDER BY run.number, original.seq;
INSERT INTO {EMISSIONS}
  SELECT (jsonb_populate_record(original, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('{EMISSIONS}', 'id')), 'node_execution_id', copy.id
  ))).* FROM node_copy copy JOIN {EMISSIONS} original ON original.node_execution_id = copy.old
  ORDER BY copy.number;
DROP TABLE run_copy, node_copy
"""


def copy_run(execution: UUID, number: int, *, days: int) -> None:
    """Add so many copies of a run that has ended, so many days older and a second apart."""
    with connection.cursor() as cursor:
        cursor.execute(COPY, {"run": execution, "number": number, "days": days})
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
