"""Adopted dreams in the store: a new version of a procedure, and the way back.

Invariants: one adoption is one transaction. In a store of our own the old version's row stays as it is; in
Athena's, where a name is unique, the row gets the new code and the adoption keeps the old. A dream that waits
for a test moves to the new version; a copy of it is archived, and the adoption says which.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from ..models import PENDING, Contract, Outcome, Status
from .codes import code_digest, put_code, with_digest
from .connection import insert, storable

if TYPE_CHECKING:
    from .connection import Database
    from .database import Store

Row = dict[str, Any]
Digest = Callable[[str], str]
"""The digest of a source's normal form."""
_WAITING = (*PENDING, Status.PENDING_EVALUATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """An adoption: its id, the version that it made, and how many waiting dreams moved or were archived."""

    id: int
    version: int
    moved: int
    archived: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a dream becomes: ``tested`` is its code, ``code`` and ``entry_point`` are the version's."""

    tested: str
    code: str
    entry_point: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an adoption rests on: ``inputs`` accepted on ``seed``, their ``evidence``, and what is better."""

    seed: int
    inputs: int
    evidence: float | None
    widened: float | None
    speed: float | None
    size: float | None


def candidate_rows(store: Store, dream_id: int) -> tuple[Row | None, list[Row], list[str]]:
    """What a decision on a dream needs.

    The dream's last result on its present code, or ``None``; the versions of its procedure in order, each
    with ``id``, ``code``, ``entry_point`` and whether it was ``undone``; and the failing calls that its
    writer may have been shown.
    """
    dream, base = store.dream_procedures, store.procedures
    with store.reading() as db:
        row = _one(
            db,
            "SELECT base_procedure_id AS base, status, test_outcome FROM dream_procedures"
            f" WHERE {dream.key} = ?",
            dream_id,
        )
        if row is None:
            raise StoreError(f"store {store.name} has no dream {dream_id}")
        owner = _one(db, f"SELECT name, project FROM procedures WHERE {base.key} = ?", row["base"])
        versions = _versions(store, db, owner) if owner else []
        passed = row["status"] == Status.TESTED and row["test_outcome"] == Outcome.SUCCESS
        last = _one(
            db, "SELECT * FROM dream_test_results WHERE dream_id = ? ORDER BY run_id DESC LIMIT 1", dream_id
        )
        return (last if passed else None), versions, _shown(store, db, dream_id, versions)


def seeds(store: Store) -> set[int]:
    """The seeds of all runs: a writer may know their inputs."""
    with store.reading() as db:
        return {row[0] for row in db.execute("SELECT DISTINCT seed FROM dream_test_runs")}


def passed_dreams(store: Store, *, faster: float, others: int) -> tuple[list[Row], list[int]]:
    """The dreams of a procedure that passed their last test, where values were compared and none differed.

    Those that it measured as wider, or as ``faster`` or more, with ``id``, ``widened`` and ``effectiveness``;
    and the ids of the newest ``others``. Both in id order, without those that were refused as they are.
    """
    key = store.dream_procedures.key
    query = (
        f"SELECT {key} AS id, ifnull(r.widened, 0) AS widened, ifnull(r.effectiveness, 0) AS effectiveness"
        f" FROM dream_procedures JOIN dream_test_results r ON r.dream_id = {key}"
        " WHERE status = ? AND test_outcome = ? AND base_procedure_id IS NOT NULL AND r.run_id ="
        " (SELECT max(l.run_id) FROM dream_test_results l WHERE l.dream_id = r.dream_id)"
        " AND r.contract <> ? AND NOT ifnull(r.diverged, 0) AND NOT EXISTS (SELECT 1 FROM dream_refusals f"
        f" WHERE f.dream_id = {key} AND f.code = athena_digest({store.dream_procedures.joined_code})) AND "
    )
    passed = [Status.TESTED, Outcome.SUCCESS, Contract.FREE]
    measured = "(ifnull(r.widened, 0) > 0 OR ifnull(r.effectiveness, 0) >= ?)"
    with store.reading() as db:
        with_digest(db)
        better = list(db.query(f"{query} {measured} ORDER BY 1", [*passed, faster]))
        rest = db.query(f"{query} NOT {measured} ORDER BY 1 DESC LIMIT ?", [*passed, faster, others])
        return better, sorted(row["id"] for row in rest)


def refuse(store: Store, dream_id: int, code: str, *, seed: int, failed: bool, why: str) -> None:
    """Record that a dream was tested for its adoption, and refused: ``failed`` if the test failed."""
    with store.writing() as db:
        known = db.execute(
            f"SELECT 1 FROM dream_procedures WHERE {store.dream_procedures.key} = ?", [dream_id]
        )
        if known.fetchone() is None:
            return
        row = {"dream_id": dream_id, "code": put_code(db, code), "refused_at": int(time.time()), "seed": seed}
        insert(db, "dream_refusals", row | {"failed": int(failed), "why": storable(why)}, replace=True)


def failed_before(store: Store, dream_id: int, code: str) -> str:
    """Why a dream with this code failed a test for its adoption, or an empty text."""
    query = "SELECT seed, why FROM dream_refusals WHERE dream_id = ? AND code = ? AND failed"
    with store.reading() as db:
        row = db.execute(query, [dream_id, code_digest(code)]).fetchone()
    return f"{row[1]} (seed {row[0]})" if row else ""


def adopt(
    store: Store, dream_id: int, version: Version, *, by: str, found: Evidence, digest: Digest
) -> Adopted:
    """Make a dream the next version of its procedure.

    Raises ``StoreError`` if the dream has other code by now, or its procedure another version.
    """
    dream = store.dream_procedures
    with store.writing() as db:
        row = _one(
            db,
            f"SELECT base_procedure_id AS base, {dream.code} AS code FROM dream_procedures"
            f" WHERE {dream.key} = ?",
            dream_id,
        )
        if row is None or row["code"] != version.tested:
            raise StoreError(f"dream {dream_id} was changed or deleted while it was tested: adopt it again")
        old = _current(store, db, row["base"])
        new, place = _put_version(store, db, old, version.code, version.entry_point)
        moved, archived = _move(store, db, old["id"], new, digest)
        number = insert(
            db,
            "dream_adoptions",
            {
                "dream_id": dream_id,
                "procedure_id": old["id"],
                "adopted_procedure_id": new,
                "version": place,
                "adopted_at": int(time.time()),
                "adopted_by": by,
                **{name: getattr(found, name) for name in Evidence.__slots__},
                "previous_code": old["code"],
                "previous_entry_point": old["entry_point"],
                "archived": json.dumps(archived),
            },
        )
    return Adopted(id=number, version=place, moved=len(moved), archived=len(archived))


def undo(store: Store, dream_id: int, *, by: str, digest: Digest) -> Adopted:
    """Make the version before the adoption of ``dream_id`` the next one again.

    Dreams that the adoption archived wait again. Raises ``StoreError`` if the dream was not adopted, or its
    procedure has a newer version than the adopted one.
    """
    with store.writing() as db:
        row = _one(
            db,
            "SELECT * FROM dream_adoptions WHERE dream_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1",
            dream_id,
        )
        if row is None:
            raise StoreError(f"dream {dream_id} is not adopted; see what is with: athena-dreams adopt --list")
        now = _current(store, db, row["adopted_procedure_id"])
        new, version = _put_version(store, db, now, row["previous_code"], row["previous_entry_point"])
        waiting = json.loads(row["archived"])
        marks = ", ".join("?" * len(waiting))
        db.execute(
            f"UPDATE dream_procedures SET status = ? WHERE status = ?"
            f" AND {store.dream_procedures.key} IN ({marks})",
            [Status.PENDING_TEST, Status.ARCHIVED, *waiting],
        )
        moved, archived = _move(store, db, now["id"], new, digest)
        db.execute(
            "UPDATE dream_adoptions SET undone_at = ?, undone_by = ? WHERE id = ?",
            [int(time.time()), by, row["id"]],
        )
    return Adopted(id=row["id"], version=version, moved=len(moved), archived=len(archived))


def adoptions(store: Store) -> list[Row]:
    """All adoptions in order, each with the name of its procedure and the label of its dream."""
    base, dream = store.procedures, store.dream_procedures
    with store.reading() as db:
        return list(
            db.query(
                f"SELECT a.*, (SELECT name FROM procedures WHERE {base.key} = a.procedure_id) AS name,"
                f" (SELECT label FROM dream_procedures WHERE {dream.key} = a.dream_id) AS label"
                " FROM dream_adoptions a ORDER BY a.id"
            )
        )


def is_newest(versions: Sequence[Row], procedure_id: int | None) -> bool:
    """Whether the newest of ``versions`` is ``procedure_id``, or has its code: an adoption may be undone."""
    own = next((row for row in versions if row["id"] == procedure_id), None)
    return own is not None and all(own[name] == versions[-1][name] for name in ("code", "entry_point"))


def standing(store: Store, dream_id: int) -> int | None:
    """The version that a dream became, if it was adopted and nobody has undone that."""
    query = "SELECT version FROM dream_adoptions WHERE dream_id = ? AND undone_at IS NULL ORDER BY id DESC"
    with store.reading() as db:
        row = _one(db, query, dream_id)
    return None if row is None else int(row["version"])


def count_adoptions(store: Store) -> int:
    """The number of adoptions that nobody has undone."""
    with store.reading() as db:
        query = "SELECT count(*) FROM dream_adoptions WHERE undone_at IS NULL"
        return int(db.execute(query).fetchone()[0])


def _one(db: Database, query: str, value: object) -> Row | None:
    return next(iter(db.query(query, [value])), None)


def _versions(store: Store, db: Database, owner: Mapping[str, Any]) -> list[Row]:
    base = store.procedures
    return list(
        db.query(
            f"SELECT {base.key} AS id, {base.code} AS code, entry_point, ifnull(version, 1) AS version,"
            " name, project, source, private, EXISTS (SELECT 1 FROM dream_adoptions a WHERE"
            f" a.adopted_procedure_id = {base.key} AND a.procedure_id <> a.adopted_procedure_id"
            " AND a.undone_at IS NOT NULL) AS undone FROM procedures WHERE name = ? AND project IS ?"
            " ORDER BY version, 1",
            [owner["name"], owner["project"]],
        )
    )


def _current(store: Store, db: Database, procedure_id: int | None) -> Row:
    """The newest version of a procedure, which must have the code of ``procedure_id``."""
    owner = _one(db, f"SELECT name, project FROM procedures WHERE {store.procedures.key} = ?", procedure_id)
    versions = _versions(store, db, owner) if owner else []
    if not is_newest(versions, procedure_id):
        raise StoreError(
            f"procedure {procedure_id} is not the newest version"
            + (
                f" of {versions[-1]['name']!r}, which is {versions[-1]['version']}"
                if versions
                else ": it is gone"
            )
        )
    return versions[-1]


def _put_version(store: Store, db: Database, old: Row, code: str, entry_point: str | None) -> tuple[int, int]:
    """The id and the number of the next version, which has ``code``."""
    base, version = store.procedures, int(old["version"]) + 1
    if _names_are_unique(db):
        columns: Row = {"code": code, "entry_point": entry_point, "version": version}
        if "template" in base.columns:
            columns["template"] = code
        names = ", ".join(f"{name} = ?" for name in columns)
        db.execute(f"UPDATE procedures SET {names} WHERE {base.key} = ?", [*columns.values(), old["id"]])
        return int(old["id"]), version
    row = {name: old[name] for name in ("name", "project", "source", "private")}
    row |= {"code": code, "entry_point": entry_point, "version": version, "created_at": int(time.time())}
    return base.insert(db, row), version


def _names_are_unique(db: Database) -> bool:
    return ["name"] in db.unique("procedures")


def _move(store: Store, db: Database, old: int, new: int, digest: Digest) -> tuple[list[int], list[int]]:
    """Have waiting dreams of a version wait for the next one. Returns those that moved, and copies of it,
    which are archived."""
    dream, base = store.dream_procedures, store.procedures
    now = _one(db, f"SELECT {base.code} AS code FROM procedures WHERE {base.key} = ?", new)
    assert now is not None
    own = digest(now["code"])
    marks = ", ".join("?" * len(_WAITING))
    rows = list(
        db.query(
            f"SELECT {dream.key} AS id, {dream.code} AS code FROM dream_procedures"
            f" WHERE base_procedure_id = ? AND status IN ({marks}) ORDER BY 1",
            [old, *_WAITING],
        )
    )
    copies = [row["id"] for row in rows if digest(row["code"] or "") == own]
    moved = [row["id"] for row in rows if row["id"] not in copies]
    for keys, change in ((copies, {"status": Status.ARCHIVED}), (moved, {"base_procedure_id": new})):
        ((column, value),) = change.items()
        query = f"UPDATE dream_procedures SET {column} = ? WHERE {dream.key} = ?"
        for key in keys:
            db.execute(query, [value, key])
    return moved, copies


def _shown(store: Store, db: Database, dream_id: int, versions: Sequence[Row]) -> list[str]:
    """Failing calls that were stored when the writer of a dream was asked."""
    asked = _one(
        db,
        "SELECT c.started_at, c.rules FROM dream_origins o JOIN dream_calls c ON c.id = o.call_id"
        " WHERE o.dream_id = ?",
        dream_id,
    )
    if asked is None:
        return []
    rules = json.loads(asked["rules"] or "[]")
    dream = store.dream_procedures
    found = db.execute(
        "SELECT DISTINCT failing_input FROM dream_test_results r WHERE failing_input IS NOT NULL AND ("
        f" dream_id IN (SELECT {dream.key} FROM dream_procedures WHERE base_procedure_id IN"
        " (SELECT value FROM json_each(?))) OR EXISTS (SELECT 1 FROM dream_failure_sightings s WHERE"
        " s.dream_id = r.dream_id AND s.run_id = r.run_id"
        " AND s.pattern_id IN (SELECT value FROM json_each(?)))) AND (tested_at <= ? OR run_id <"
        # Somebody may have set the clock back since: what was tested before the dream was, counts too.
        " (SELECT min(own.run_id) FROM dream_test_results own WHERE own.dream_id = ?)) ORDER BY 1",
        [json.dumps([row["id"] for row in versions]), json.dumps(rules), asked["started_at"], dream_id],
    )
    return [row[0] for row in found]
