"""An open store: dreams out, runs and results in.

Invariants: the schema is up to date as soon as a ``Store`` exists; a unit of work is one transaction, so a
killed process leaves all of it or nothing; text that UTF-8 can't hold is escaped on its way in, never
refused.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Self

from .. import __version__
from ..closing import Closing
from ..errors import StoreError, StorePathError
from ..models import PENDING, Category, Dream, Outcome, Procedure
from .codes import put_code
from .columns import from_columns, missing, to_columns
from .connection import Database, connect, explained, insert, is_frozen, storable, transaction, use_wal
from .dream_rows import as_tested, dream_of
from .lessons import put_sightings
from .records import Details, Recorded, Result, Run, Summary
from .shape import Shape
from .verdicts import finish, show_verdict
from .version import SCHEMA_VERSION, applied, pending

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Unpack

    from .records import Filters, Sighting

_FILTER_COLUMNS = {
    "status": "status",
    "tier": "tier",
    "procedure": "base_procedure_name",
    "dream_type": "dream_type",
    "outcome": "test_outcome",
    "category": "test_category",
}
_TABLES = {"procedures", "dream_procedures"}
_KEY = "athena_dreams_key"


class Store(Closing):
    """The procedures, dreams, runs and results of one SQLite file."""

    def __init__(
        self, connection: sqlite3.Connection, name: str, *, fresh: bool = True, frozen: bool = False
    ) -> None:
        """Take over ``connection``, which must not begin transactions by itself; ``name`` is for messages.

        A database that is not ``fresh`` must be a store already, a ``frozen`` one up to date: nothing writes
        to it. Raises ``StoreError``.
        """
        self.name = name
        self._db = Database(connection)
        try:
            with explained(name):
                connection.execute("PRAGMA foreign_keys = off")  # as links.py says
                self._check_schema(fresh=fresh)
                if not frozen:
                    use_wal(connection)  # after the checks: a file that is refused stays as it was
                if pending(self._db) or missing(self._db):
                    if frozen:
                        raise StoreError(f"store {name} is older and can't be written: use a copy")
                    from .migrations import migrate

                    with self.writing():
                        migrate(connection)
                self.procedures = Shape.read(self._db, "procedures")
                self.dream_procedures = Shape.read(self._db, "dream_procedures")
                self.dream_metrics = Shape.read(self._db, "dream_metrics")
                self.dream_generation_runs = Shape.read(self._db, "dream_generation_runs")
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, path: str | os.PathLike[str]) -> Self:
        """Open the store at ``path``, creating it if it is missing. Raises ``StoreError``."""
        return cls(connect(path, "rwc"), os.fspath(path))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open the store at ``path``. Raises ``StoreError``, also if there is no store."""
        return cls(connect(path, "rw"), os.fspath(path), fresh=False)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Open the store at ``path`` to read it, also where nothing can be written. Raises ``StoreError``."""
        frozen = is_frozen(path)
        return cls(connect(path, "ro" if frozen else "rw"), os.fspath(path), fresh=False, frozen=frozen)

    def _check_schema(self, *, fresh: bool) -> None:
        if not fresh and _TABLES.isdisjoint(self._db.table_names()):
            raise StorePathError(
                f"{self.name} is a database but no store: it has no table dream_procedures; "
                f"make it a store with: athena-dreams init --store {self.name}"
            )
        if (found := max(applied(self._db), default=0)) > SCHEMA_VERSION:
            raise StorePathError(
                f"store {self.name} has schema version {found}, but pytest-athena-dreams {__version__} knows "
                f"versions up to {SCHEMA_VERSION}; upgrade with: pip install --upgrade pytest-athena-dreams"
            )

    def close(self) -> None:
        """Close the connection. Nothing else works afterwards."""
        self._db.close()

    def copy_to(self, path: str | os.PathLike[str]) -> None:
        """Write a copy of the store, as it is now, to ``path``. Raises ``StoreError``."""
        with explained(path):
            self._db.execute("VACUUM INTO ?", [os.fspath(path)])

    def compact(self) -> None:
        """Give the space of what was deleted back to the disk. Raises ``StoreError``."""
        with explained(self.name):
            self._db.execute("VACUUM")

    def reading(self) -> AbstractContextManager[Database]:
        """One snapshot for several queries."""
        return transaction(self._db, self.name, write=False)

    def writing(self) -> AbstractContextManager[Database]:
        """One unit of work; an exception undoes all of it."""
        return transaction(self._db, self.name, write=True)

    def pending(self, *, tier: int | None = 1) -> list[Dream]:
        """The dreams of ``tier`` (``None``: of any) that wait for a test, in id order.

        A dream whose row can't be understood has its ``problem`` set.
        """
        return list(self.each(PENDING, tier=tier))

    def dreams(self, **filters: Unpack[Filters]) -> list[Dream]:
        """The dreams that meet ``filters``, in id order, as :meth:`pending` gives them."""
        return list(self._load(*self._where(filters)))

    def each(
        self, statuses: Collection[str], *, tier: int | None = 1, also: Collection[int] = ()
    ) -> Iterator[Dream]:
        """The dreams of ``tier`` that have one of ``statuses``, in id order, as :meth:`pending` gives them.

        ``also`` are ids of dreams of other tiers to give as well. They are read one at a time: no other
        transaction may begin before the last.
        """
        where, parameters = self._where({"tier": tier})
        marks = ", ".join("?" * len(statuses))
        if also:
            where = f"({where} OR {self.dream_procedures.key} IN (SELECT value FROM json_each(?)))"
            parameters.append(json.dumps(sorted(also)))
        return self._load(f"{where} AND status IN ({marks})", [*parameters, *statuses])

    def ids(self, statuses: Collection[str], *, tier: int) -> list[int]:
        """The ids of the dreams of ``tier`` that have one of ``statuses``, in order."""
        marks = ", ".join("?" * len(statuses))
        key = self.dream_procedures.key
        query = f"SELECT {key} FROM dream_procedures WHERE tier = ? AND status IN ({marks}) ORDER BY 1"
        with self.reading() as db:
            return [row[0] for row in db.execute(query, [tier, *statuses])]

    def summaries(
        self, *, limit: int | None = None, newest: bool = False, **filters: Unpack[Filters]
    ) -> list[Summary]:
        """The first ``limit`` dreams that meet ``filters``, without their code, in id order; with ``newest``
        the last ones, the newest first.
        """
        where, parameters = self._where(filters)
        columns = ", ".join(field.name for field in fields(Summary) if field.name not in ("id", "untestable"))
        with self.reading() as db:
            rows = db.query(
                f"SELECT {self.dream_procedures.key} AS id, {columns},"
                f" (SELECT reason {self._last_result}) AS untestable FROM dream_procedures"
                f" WHERE {where} ORDER BY 1 {'DESC' if newest else ''} LIMIT ?",
                [*parameters, -1 if limit is None else limit],
            )
            return [Summary(**row) for row in rows]

    def count(self, **filters: Unpack[Filters]) -> int:
        """The number of dreams that meet ``filters``."""
        where, parameters = self._where(filters)
        with self.reading() as db:
            query = f"SELECT count(*) FROM dream_procedures WHERE {where}"
            return int(db.execute(query, parameters).fetchone()[0])

    def details(self, reference: str) -> Details:
        """Everything about one dream, by id or label. Raises ``StoreError`` if there is no such dream."""
        shape, text = self.dream_procedures, storable(reference)
        with self.reading() as db:
            dream = self._find(shape, f"CAST({shape.key} AS TEXT)", text) or self._find(shape, "label", text)
            if dream is None:
                raise StoreError(
                    f"store {self.name} has no dream with the id or label {reference!r}; "
                    f"see which there are with: athena-dreams list --store {self.name}"
                )
            procedure = self._find(self.procedures, self.procedures.key, dream["base_procedure_id"])
            history = db.query(
                "SELECT * FROM dream_test_results WHERE dream_id = ? ORDER BY run_id", [dream["id"]]
            )
            return Details(dream=dream, procedure=procedure, history=tuple(map(_recorded, history)))

    def begin_run(self, run: Run) -> int:
        """Record that a session began, and return its id."""
        with self.writing() as db:
            return insert(db, "dream_test_runs", _row(run))

    def run(self, run_id: int) -> Run:
        """What was recorded when a session began. Raises ``StoreError`` if no session has that id."""
        with self.reading() as db:
            names = ", ".join(f'"{field.name}"' for field in fields(Run))
            row = next(db.query(f"SELECT {names} FROM dream_test_runs WHERE id = ?", [run_id]), None)
        if row is None:
            raise StoreError(f"store {self.name} has no run {run_id}")
        return Run(**row)

    def record(
        self,
        run_id: int,
        result: Result,
        sightings: Sequence[Sighting] = (),
        *,
        tested: Dream | None = None,
    ) -> bool:
        """Store ``result`` in its run and on its dream, and the patterns it shows.

        A second result for the same dream and run replaces the first. Where the dream is no longer as it was
        ``tested``, in its code, entry point, contract or procedure, its row stays as it is. Returns whether
        the dream took the result. Raises ``StoreError`` if the dream is gone.
        """
        row = _row(result) | {"run_id": run_id, "tested_at": int(time.time())}
        with self.writing() as db:
            if tested is not None:
                row["dream_code"] = put_code(db, tested.code)
                row["procedure_code"] = put_code(db, tested.procedure.code if tested.procedure else None)
            insert(db, "dream_test_results", row, replace=True)
            put_sightings(db, run_id, result.dream_id, sightings)
            dream = self.dream_procedures
            now = next(self._read(db, f"{dream.key} = ?", [result.dream_id]), None)
            if now is None:
                raise StoreError(
                    f"dream {result.dream_id} was tested, but store {self.name} no longer has it: "
                    "its result is not recorded; delete no dreams while a run is on"
                )
            if tested is not None and as_tested(now) != as_tested(tested):
                return False
            show_verdict(db, dream, row)
            return True

    def finish_run(self, run_id: int, *, exit_status: int) -> None:
        """Record that a session ended, and count its results. Raises ``StoreError`` if it never began."""
        with self.writing() as db:
            if not finish(db, run_id, exit_status=exit_status, finished_at=int(time.time())):
                raise StoreError(f"store {self.name} has no run {run_id}; begin a run before finishing it")

    def _find(self, shape: Shape, column: str, value: object) -> dict[str, Any] | None:
        query = self._db.query(
            f"SELECT *, {shape.key} AS {_KEY} FROM {shape.table} WHERE {column} = ?", [value]
        )
        row = next(iter(query), None)
        if row is not None:
            row["id"] = row.pop(_KEY)  # an Athena row may have none of its own
        return row

    def _load(self, where: str, parameters: Sequence[object]) -> Iterator[Dream]:
        with self.reading() as db:
            yield from self._read(db, where, parameters)

    def _read(self, db: Database, where: str, parameters: Sequence[object]) -> Iterator[Dream]:
        base, dream = self.procedures, self.dream_procedures
        # Once a procedure and not once a dream: hundreds of dreams share one.
        rows = db.query(
            f"SELECT {base.key} AS id, name, {base.code} AS code, entry_point, project,"
            f" coalesce(version, 1) AS version FROM procedures WHERE {base.key} IN"
            f" (SELECT base_procedure_id FROM dream_procedures WHERE {where})",
            parameters,
        )
        procedures = {row["id"]: Procedure(**row) for row in rows}
        rows = db.query(
            f"SELECT {dream.key} AS id, label, {dream.code} AS code, dream_type, entry_point, contract,"
            " tier, model_used, base_procedure_id, coalesce(base_procedure_name, '') AS procedure_name"
            f" FROM dream_procedures WHERE {where} ORDER BY 1",
            parameters,
        )
        for row in rows:
            yield dream_of(row, procedures.get(row.pop("base_procedure_id")))

    @property
    def _last_result(self) -> str:
        """The end of a query for a column of a dream's last result."""
        return (
            "FROM dream_test_results r"
            f" WHERE r.dream_id = {self.dream_procedures.key} ORDER BY run_id DESC LIMIT 1"
        )

    def _where(self, filters: Filters) -> tuple[str, list[object]]:
        conditions: list[str] = ["1"]
        parameters: list[object] = []
        ids = filters.get("ids")
        if ids is not None:
            conditions.append(f"{self.dream_procedures.key} IN (SELECT value FROM json_each(?))")
            parameters.append(json.dumps(sorted(ids)))
        below = filters.get("evidence_below")
        if below is not None:  # of the last result, as a share
            conditions.append(f"test_outcome = ? AND (SELECT evidence {self._last_result}) < ?")
            parameters += [Outcome.SUCCESS, below]
        for name, column in _FILTER_COLUMNS.items():
            value = filters.get(name)
            if name == "outcome" and value == Outcome.UNTESTABLE:
                conditions.append(f"(SELECT outcome {self._last_result}) = ?")
                parameters.append(value)
            elif value is not None:
                conditions.append(f"{column} = ?")
                parameters.append(storable(value))
        return " AND ".join(conditions), parameters


def _row(record: Run | Result) -> dict[str, Any]:
    values = {field.name: storable(getattr(record, field.name)) for field in fields(record)}
    figures = values.pop("figures", None)
    return values if figures is None else values | to_columns(figures)


def _recorded(row: dict[str, Any]) -> Recorded:
    values: dict[str, Any] = {field.name: row.get(field.name) for field in fields(Result)}
    values |= {
        "outcome": Outcome(row["outcome"]),
        "category": Category(row["category"]) if row["category"] else None,
        "figures": from_columns(row),
    }
    return Recorded(run_id=row["run_id"], tested_at=row["tested_at"], result=Result(**values))
