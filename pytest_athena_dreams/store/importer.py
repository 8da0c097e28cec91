"""Dreams and procedures from files into the store: new ones are added, known ones are updated.

Invariants: one import is one transaction. A label has one row. A verdict that the store shows belongs to
the code, entry point, contract and procedure that it shows beside it: where one of these changes, the dream
waits for a test again, without an outcome; where none does, its status and results stay. A procedure's row
never changes its code: other code is another version.
"""

from __future__ import annotations

import json
import operator
import sqlite3
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from msgspec import UNSET

from ..errors import DreamsError, ImportFileError, StoreError
from ..models import Contract, Status
from .jsonl import DreamLine, Entry, Line
from .records import Imported
from .shape import NEW_STORE
from .verdicts import VERDICT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .connection import Database
    from .database import Store
    from .jsonl import ProcedureLine
    from .shape import Shape

_Done = Literal["created", "updated", "requeued", "unchanged"]
_COPIED = [name for name in DreamLine.__struct_fields__ if name not in {"label", "procedure", "status"}]
_TESTED = ("code", "entry_point", "contract", "dream_type", "base_procedure_id")
"""What a verdict rests on."""
_IMPORT_REMEDIES = {
    "UNIQUE constraint failed: procedures.name": (
        "give the very code of the procedure of that name, and no project, or give yours another name"
    )
}


def import_lines(
    store: Store, lines: Sequence[Line | Entry], *, alike: Callable[[str, str], bool] = operator.eq
) -> Imported:
    """Bring ``lines`` into ``store``, all or none of them.

    A key that a line leaves out keeps its value in a dream that is known, and is empty or Athena's default
    in a new one, with tier 1 and status ``pending_test``. The status of a line counts for new dreams, for
    those that change, and for those that still wait for their evaluation. ``alike`` says whether the code of
    a procedure from a Python file is that of the newest version.

    Raises ``ImportFileError`` for a line that does not fit the store's content, ``StoreError`` for one that
    does not fit its schema.
    """
    with store.writing() as db:
        merge = _Merge(store, db, [line.label for line in lines if isinstance(line, Line)], alike)
        done: Counter[_Done] = Counter()
        for line in lines:
            try:
                if isinstance(line, Entry):
                    merge.put_procedure(line)
                else:
                    done[merge.put(line)] += 1
            except DreamsError as error:
                raise type(error)(f"nothing was imported: {line.where}, {error}") from error
            except sqlite3.IntegrityError as error:
                raise StoreError(
                    f"nothing was imported: {line.where}: the store's own schema refuses it ({error}); "
                    f"{_IMPORT_REMEDIES.get(str(error), 'change the line')}, {NEW_STORE}"
                ) from error
    return Imported(
        created=done["created"],
        updated=done["updated"] + done["requeued"],
        requeued=done["requeued"],
        unchanged=done["unchanged"],
        procedures=merge.procedures,
    )


class _Merge:
    """One import at work."""

    def __init__(
        self, store: Store, db: Database, labels: list[str], alike: Callable[[str, str], bool]
    ) -> None:
        self._store = store
        self._alike = alike
        self._db = db
        self._now = int(time.time())
        self._procedure_ids: dict[ProcedureLine, int] = {}
        self.procedures = 0
        """Versions of procedures that were added without a dream."""
        columns = ", ".join(["label", "status", "base_procedure_id", *_COPIED])
        known = db.query(
            f"SELECT {store.dream_procedures.key} AS id, {columns} FROM dream_procedures"
            " WHERE label IN (SELECT value FROM json_each(?))",
            [json.dumps(labels)],
        )
        self._known = {row["label"]: row for row in known}

    def put(self, line: Line) -> _Done:
        """Add or update the dream of ``line``."""
        dream = line.dream
        given = {name: value for name in _COPIED if (value := getattr(dream, name)) is not UNSET}
        if dream.procedure is not UNSET:
            given["base_procedure_id"] = self._procedure(dream.procedure) if dream.procedure else None
            given.setdefault("base_procedure_name", dream.procedure.name if dream.procedure else "")
        elif line.of is not None:
            given["base_procedure_id"], given["base_procedure_name"] = self._named(line.of)
        known = self._known.get(line.label)
        _check_contract((known or {}) | given)
        if known is None:
            defaults = {"base_procedure_name": "", "generated_at": self._now, "tier": 1}
            status = dream.status or Status.PENDING_TEST
            row = defaults | given | {"label": line.label, "status": status}
            self._store.dream_procedures.insert(self._db, row)
            return "created"
        changes = {name: value for name, value in given.items() if known[name] != value}
        requeue = not changes.keys().isdisjoint(_TESTED)
        if requeue:
            ready = Status.PENDING_TEST if dream.status in (UNSET, Status.TESTED) else dream.status
            changes |= dict.fromkeys(VERDICT) | {"status": ready}
            if "code" in changes and "novelty_score" not in given:
                changes["novelty_score"] = None  # that of other code: a run measures it again
        elif known["status"] == Status.PENDING_EVALUATION and dream.status not in (UNSET, known["status"]):
            changes["status"] = dream.status
        if not changes:
            return "unchanged"
        self._update(self._store.dream_procedures, known["id"], changes)
        return "requeued" if requeue else "updated"

    def put_procedure(self, entry: Entry) -> None:
        """Add the procedure of ``entry``, unless it is known."""
        table = self._store.procedures.table
        count = f"SELECT count(*) FROM {table}"
        before = self._db.execute(count).fetchone()[0]
        self._procedure(entry.procedure)
        self.procedures += self._db.execute(count).fetchone()[0] - before

    def _procedure(self, line: ProcedureLine) -> int:
        """Find the row of ``line``, or add one, and return its id."""
        if line not in self._procedure_ids:
            key = self._procedure_ids[line] = self._version(line)
            if line.private is not None:
                self._update(self._store.procedures, key, {"private": int(line.private)})
        return self._procedure_ids[line]

    def _named(self, name: str) -> tuple[int, str]:
        """The id and the whole name of the newest version of a procedure, by its name or the end of that."""
        shape = self._store.procedures
        rows = list(
            self._db.query(
                f"SELECT {shape.key} AS id, name, project FROM procedures"
                " WHERE name = :name OR substr(name, -length(:name) - 1) = '.' || :name"
                " ORDER BY ifnull(version, 1), 1",
                {"name": name},
            )
        )
        found = [row for row in rows if row["name"] == name] or rows
        if not found:
            raise ImportFileError(f"the store has no procedure {name!r}; import it first")
        if len(owners := {(row["project"], row["name"]) for row in found}) > 1:
            named = ", ".join(sorted(f"{name} of project {project}" for project, name in owners))
            raise ImportFileError(f"{name!r} can be any of: {named}; give one's whole name")
        return int(found[-1]["id"]), str(found[-1]["name"])

    def _version(self, line: ProcedureLine) -> int:
        shape = self._store.procedures
        versions = list(
            self._db.query(
                f"SELECT {shape.key} AS id, {shape.code} AS code, entry_point, ifnull(version, 1) AS version,"
                " source FROM procedures WHERE name = ? AND project IS ? ORDER BY version, 1",
                [line.name, line.project],
            )
        )
        same = [row for row in versions if row["code"] == line.code]
        if line.source is not None and not same:
            same = [row for row in versions[-1:] if self._alike(row["code"] or "", line.code)]
        for row in sorted(same, key=lambda row: row["entry_point"] is None):
            if row["entry_point"] is None or line.entry_point in (None, row["entry_point"]):
                given = {"entry_point": line.entry_point, "source": line.source}
                if new := {key: value for key, value in given.items() if value not in (None, row[key])}:
                    self._update(shape, row["id"], new)
                return int(row["id"])
        taken = {row["version"] for row in versions}
        if line.version in taken:
            raise ImportFileError(
                f"key procedure.version: version {line.version} of {line.name!r} is in the store with other "
                f"code; leave the key out to get version {max(taken) + 1}"
            )
        return shape.insert(
            self._db,
            {
                "name": line.name,
                "project": line.project,
                "version": line.version or max(taken, default=0) + 1,
                "code": line.code,
                "entry_point": line.entry_point,
                "source": line.source,
                "created_at": self._now,
            },
        )

    def _update(self, shape: Shape, key: int, changes: dict[str, Any]) -> None:
        columns = ", ".join(f"{name} = ?" for name in changes)
        self._db.execute(
            f"UPDATE {shape.table} SET {columns} WHERE {shape.key} = ?", [*changes.values(), key]
        )


def _check_contract(row: dict[str, Any]) -> None:
    contract = row.get("contract")
    if row.get("base_procedure_id") is None and contract not in (None, Contract.FREE):
        raise ImportFileError(
            f"key contract: {str(contract)!r} needs a procedure to compare with; "
            "give the key procedure, or the contract 'free'"
        )
