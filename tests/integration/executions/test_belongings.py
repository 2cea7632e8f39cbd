"""What belongs to a run is known: each table, in order, with its values and its indexes."""

import pytest
from django.apps import apps
from django.db import connection, models

from agents.executions.belongings import BELONGINGS, REFERENCES, RUN
from agents.executions.models import (
    Event,
    EventWait,
    Execution,
    Review,
    Signal,
)
from kernel.fields import JSONText

pytestmark = pytest.mark.django_db


def test_every_table_that_points_at_a_run_is_handled() -> None:
    owned = {Execution, *(one.model for one in BELONGINGS)}
    known: set[tuple[type[models.Model], str]] = {(one.model, one.link) for one in BELONGINGS}
    known |= {(one.model, one.link) for one in REFERENCES}
    known |= {(Execution, "parent"), (Execution, "root")}  # inside a family
    # Of the same run.
    known |= {(one, "node_execution") for one in (Event, EventWait, Review)}
    known |= {(Signal, "taken_by")}

    pointing = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model in owned
    }

    assert pointing - known == set(), "add these to agents/executions/belongings.py"


def test_what_points_at_a_table_goes_before_it() -> None:
    order = [one.model for one in BELONGINGS]

    for one in BELONGINGS:
        for field in one.model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model in order:
                assert order.index(one.model) < order.index(field.related_model)


def test_every_json_column_of_a_run_is_a_value_or_a_fact() -> None:
    for one in (*BELONGINGS, RUN):
        if one.is_value:
            continue
        json = {
            field.name
            for field in one.model._meta.concrete_fields
            if isinstance(field, JSONText | models.JSONField)
        }
        assert json == {*one.values, *one.facts}, one.table


def test_every_foreign_key_to_what_is_purged_has_an_index() -> None:
    """Else each row that is deleted costs a scan of the table that may point at it."""
    tables = [one.table for one in (*BELONGINGS, RUN)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key.conrelid::regclass::text || '.' || field.attname
            FROM pg_constraint key
            JOIN pg_attribute field ON field.attrelid = key.conrelid AND field.attnum = key.conkey[1]
            WHERE key.contype = 'f' AND key.confrelid::regclass::text = ANY(%s)
            AND NOT EXISTS (
              SELECT FROM pg_index found WHERE found.indrelid = key.conrelid
              AND found.indkey[0] = key.conkey[1] AND found.indpred IS NULL
            )
            """,
            [tables],
        )
        assert cursor.fetchall() == []
