"""How a table of this very file is built, where an Athena file differs from a store of our own.

Invariants: ``key`` is an expression that names each row by one integer, and ``insert`` gives that integer;
what the file demands of a row and we do not know is an error, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from .connection import insert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .connection import Database

NEW_STORE = "or import into a store made by: athena-dreams init --store NEW.db"
"""The remedy that always helps against a schema that is not ours."""
_COLUMN_FILLERS = {"category": "dream", "model_used": "unknown", "reasoning": ""}
"""Values for Athena's NOT NULL columns that an import leaves out; ``template`` takes the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One table: its columns, those that need a value, and whether ``id`` is the rowid.

    Athena declares some ids ``SERIAL PRIMARY KEY``, which SQLite neither fills in nor takes for the rowid:
    rows that were inserted without one have no id but their rowid.
    """

    table: str
    columns: frozenset[str]
    required: tuple[str, ...]
    id_is_rowid: bool

    @classmethod
    def read(cls, db: Database, table: str) -> Shape:
        """Read the shape of ``table``, which exists."""
        columns = db.columns(table)
        needed = [column for column in columns if column.required and column.default is None]
        return cls(
            table=table,
            columns=frozenset(column.name for column in columns),
            required=tuple(column.name for column in needed if not column.in_key),
            id_is_rowid=[(c.name, c.type.upper()) for c in columns if c.in_key] == [("id", "INTEGER")],
        )

    @property
    def key(self) -> str:
        """The SQL expression that identifies a row, qualified for use in joins and subqueries."""
        name = self.table
        return f"{name}.id" if self.id_is_rowid else f"coalesce({name}.id, {name}.rowid)"

    @property
    def code(self) -> str:
        """The SQL expression for the row's code, which Athena keeps in ``template``."""
        own = "CAST(code AS TEXT)"
        return f"coalesce({own}, CAST(template AS TEXT))" if "template" in self.columns else own

    @property
    def joined_code(self) -> str:
        """The same, qualified for use in joins and subqueries."""
        own = f"CAST({self.table}.code AS TEXT)"
        template = f"CAST({self.table}.template AS TEXT)"
        return f"coalesce({own}, {template})" if "template" in self.columns else own

    def insert(self, db: Database, row: Mapping[str, Any]) -> int:
        """Insert ``row`` and return its key; ``db`` is in a write transaction."""
        values = dict(row)
        for column in self.required:
            if values.get(column) is None:
                values[column] = self._filler(column, row)
        if not self.id_is_rowid:
            # Above both, and in both, so that a row that Athena adds later can't get the same key.
            last = db.execute(f"SELECT max(ifnull(max(id), 0), ifnull(max(rowid), 0)) FROM {self.table}")
            values["id"] = values["rowid"] = last.fetchone()[0] + 1
        return insert(db, self.table, values)

    def _filler(self, column: str, row: Mapping[str, Any]) -> Any:
        if column == "template":
            return row["code"]
        if column in _COLUMN_FILLERS:
            return _COLUMN_FILLERS[column]
        of_procedure = column == "base_procedure_id"
        remedy = "give every dream a procedure" if of_procedure else "give the column a default"
        raise StoreError(
            f"table {self.table} of this store wants a value in its column {column!r} (NOT NULL without a "
            f"default), and there is none; {remedy}, {NEW_STORE}"
        )
