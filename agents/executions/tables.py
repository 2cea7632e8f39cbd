"""The tables of runs as SQL text, and their rows as model instances.

For statements that are written by hand (`prepared`): the ORM would take longer to build them than
PostgreSQL takes to run them. Rows travel to PostgreSQL as JSON, many in one parameter.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection, models

from agents.executions.models import Emission, Event, Execution, NodeExecution
from audit.models import Entry
from kernel.fields import JSONText
from kernel.jsontypes import dumps

M = TypeVar("M", bound=models.Model)


class _Column(NamedTuple):
    name: str
    attribute: str
    is_json: bool

    @classmethod
    def of(cls, one: Any) -> "_Column":
        return cls(one.column, one.attname, isinstance(one, JSONText))


class Table(Generic[M]):
    """A model's table as SQL text, and its rows as model instances.

    ``fixed`` columns never change once a row is there; ``unread`` ones are left to who needs them.
    ``counters`` are numbers and switches that change often, and mostly alone.
    """

    def __init__(
        self,
        model: type[M],
        fixed: Iterable[str] = (),
        unread: Iterable[str] = (),
        counters: Iterable[str] = (),
    ) -> None:
        self.model = model
        self.name = f'"{model._meta.db_table}"'
        fields = [one for one in model._meta.concrete_fields if one.name not in set(unread)]
        self.attributes = [one.attname for one in fields]
        self._read = [one.column for one in fields]
        self._place = {name: place for place, name in enumerate(self.attributes)}
        self._constants = [one.get_default() for one in fields]
        self._makers = [
            (place, one.default)
            for place, one in enumerate(fields)
            if one.has_default() and callable(one.default)
        ]
        self._written = [one for one in fields if not isinstance(one, models.AutoField)]
        self._key = model._meta.pk
        self._changed = [one for one in self._written if one.name not in set(fixed)]
        self._counters = [one for one in self._changed if one.name in set(counters)]
        self._columns = [_Column.of(one) for one in self._written]
        self._changing = [_Column.of(one) for one in self._changed]
        self._counting = [_Column.of(one) for one in self._counters]
        self._seldom = [one.attname for one in self._changed if one not in self._counters]
        self._defaults: dict[str, Any] = {
            str(one.column): default
            for one in self._written
            if (default := one.get_default()) is not None
        }

    def __len__(self) -> int:
        return len(self.attributes)

    def columns(self, alias: str) -> str:
        """Return the columns, qualified, in the order in which `row` reads them."""
        return ", ".join(f'{alias}."{column}"' for column in self._read)

    def row(self, values: Sequence[Any]) -> M:
        """Return the instance for a row of `columns`."""
        return self.model.from_db(connection.alias, self.attributes, values)

    def new(self, **attributes: Any) -> M:
        """Return an instance for a new row, by attribute; what is not given has its default.

        As the model's constructor does, which takes three times as long.
        """
        values = [*self._constants]
        for place, make in self._makers:
            values[place] = make()
        for name, value in attributes.items():
            values[self._place[name]] = value
        row = self.row(values)
        row._state.adding = True
        return row

    def insert(self, parameter: str) -> str:
        """Return an INSERT of the rows in a parameter, each as `document` gives it."""
        names = ", ".join(f'"{one.column}"' for one in self._written)
        values = ", ".join(_from_json(one) for one in self._written)
        given = f"json_to_recordset({parameter}) AS given({_given(self._written)})"
        return f"INSERT INTO {self.name} ({names}) SELECT {values} FROM {given}"

    def update(
        self,
        parameter: str,
        *,
        keep_if_null: Iterable[str] = (),
        keep_if_later: Iterable[str] = (),
        keep_if_true: Iterable[str] = (),
    ) -> str:
        """Return an UPDATE, by id, of the row in a parameter, as `change` gives it.

        Null leaves the columns in ``keep_if_null`` as they are, and a moment those in
        ``keep_if_later`` that have a later one; those in ``keep_if_true`` stay true. One row at a
        time: the planner takes a list of rows for a hundred, and reads small tables whole to find
        them.
        """
        rules = (
            dict.fromkeys(keep_if_null, "COALESCE({given}, {stored})")
            | dict.fromkeys(
                keep_if_later, "CASE WHEN {given} IS NOT NULL THEN GREATEST({given}, {stored}) END"
            )
            | dict.fromkeys(keep_if_true, "{given} OR {stored}")
        )
        return self._set(self._changed, parameter, rules)

    def count(self, parameter: str, *, keep_if_true: Iterable[str] = ()) -> str:
        """Return an UPDATE, by id, of the counters of the row in a parameter, as `counts` does."""
        rules = dict.fromkeys(keep_if_true, "{given} OR {stored}")
        return self._set(self._counters, parameter, rules)

    def _set(self, fields: Iterable[Any], parameter: str, rules: Mapping[str, str]) -> str:
        changes = ", ".join(
            f'"{one.column}" = '
            + rules.get(one.name, "{given}").format(
                given=_from_json(one), stored=f'stored."{one.column}"'
            )
            for one in fields
        )
        given = f"json_to_record({parameter}) AS given({_given([self._key, *fields])})"
        return f"UPDATE {self.name} stored SET {changes} FROM {given} WHERE stored.id = given.id"

    # A column that is null is left out: what JSON lacks is null in the record.

    def document(self, row: M) -> dict[str, Any]:
        """Return the row, by column."""
        return _texts(row, self._columns)

    def line(self, **columns: Any) -> dict[str, Any]:
        """Return a new row, by column, without an instance; what is not given has its default.

        A JSON value is given as text, and a default that is not the same for all rows is given.
        """
        return {**self._defaults, **columns}

    def change(self, row: M, *, without: str | None = None) -> dict[str, Any]:
        """Return the id and the columns that may change."""
        found = _texts(row, self._changing)
        if without is not None:
            found.pop(without, None)
        found["id"] = row.pk
        return found

    def counts(self, row: M) -> dict[str, Any]:
        """Return the id and the counters."""
        return {**_texts(row, self._counting), "id": row.pk}

    def seldom(self, row: M) -> tuple[Any, ...]:
        """Return the row's values that may change and are no counters."""
        state = row.__dict__
        return tuple(state[name] for name in self._seldom)


# A value may hold what PostgreSQL's text cannot (a null character), so where rows travel as JSON
# the values in them are texts of JSON, which are taken as they are.
def _type_in_json(one: Any) -> str:
    return "text" if isinstance(one, JSONText) else str(one.db_type(connection))


def _given(fields: Iterable[Any]) -> str:
    return ", ".join(f'"{one.column}" {_type_in_json(one)}' for one in fields)


def _from_json(one: Any) -> str:
    return f'given."{one.column}"' + ("::json" if isinstance(one, JSONText) else "")


def _texts(row: models.Model, columns: Sequence["_Column"]) -> dict[str, Any]:
    state = row.__dict__
    return {
        name: dumps(value) if is_json else value
        for name, attribute, is_json in columns
        if (value := state[attribute]) is not None
    }


RUNS = Table(
    Execution,
    fixed=(
        *("id", "owner", "graph_version", "parent", "root", "depth"),
        *("request_id", "traceparent", "replay_of", "replay_from", "seal"),
    ),
    unread=(
        "model_microcents",
        *("agent", "inputs", "nodes_input_masks", "credential_inputs"),
        *("created", "address", "cause", "cause_id", "preset_id", "announced"),
    ),
    counters=(
        *("last_seq", "opened", "started", "unfinished", "failed", "suspended"),
        *("idle", "unheard"),
    ),
)
NEW_RUNS = Table(Execution)
NODES = Table(NodeExecution, fixed=("id", "execution", "node_id", "number", "added_at"))
EVENTS, EMISSIONS = Table(Event), Table(Emission)
AUDIT = Table(Entry)
