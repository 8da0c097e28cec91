"""Brings the results of several stores that shared out one store's dreams back into it, as one run.

Invariants: one merge is one transaction, all or nothing. A result counts only for the dream that was tested:
same label (or id without one), code, entry point, contract, type and procedure's code. Only one row at a time
of another store is in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from ..models import PENDING
from ..sharding import Shard
from .codes import put_code
from .connection import insert
from .database import Store
from .lessons import put_sightings
from .records import Sighting
from .verdicts import finish, show_verdict

if TYPE_CHECKING:
    from pathlib import Path

    from .connection import Database

NAMED_CONFLICTS = 10
"""Conflicts that an error names; the others are counted."""
OF_A_RUN = ("store", "select", "explore", "shard", "limit", "baseline", "fail_under", "untestable")
"""Settings in which the runs may differ: which dreams are tested, and what their verdicts lead to."""
_PATTERN = ("category", "exception", "message", "context", "title")
"""What a pattern is, beside its id; its other columns are counted anew."""
_RUN_COUNTS = ("tested", "passed", "failed", "untestable")
_NO_TESTS = 5
"""pytest's exit status of a run without tests."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge did: the run, its counts by outcome, whether some shard's run never ended, and how many
    dreams of Tier 1 wait for a test.
    """

    run_id: int
    passed: int
    failed: int
    untestable: int
    unfinished: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class _Part:
    """One store to merge, and its runs that the other one does not have, oldest first."""

    store: Store
    runs: list[Row]


class _Conflicts:
    """What stands against a merge, in words."""

    def __init__(self) -> None:
        self.named: list[str] = []
        self.count = 0

    def add(self, text: str) -> None:
        self.count += 1
        if self.count <= NAMED_CONFLICTS:
            self.named.append(text)

    def check(self, name: str, remedy: str) -> None:
        if self.count:
            more = self.count - len(self.named)
            listed = [*self.named, *([f"and {more} more"] if more else [])]
            raise StoreError(f"nothing was merged into {name}: {'; '.join(listed)}; {remedy}")


def merge(store: Store, paths: Sequence[Path], *, partial: bool = False) -> Merged:
    """Bring the results of the runs that ``paths`` have and ``store`` has not into ``store``, as one run.

    Of several results for one dream in one store the last counts. With ``partial``, shards may be missing.
    Raises ``StoreError``, naming each conflict, where the runs differ in more than their shard, and for a
    dream that ``store`` does not hold as it was tested, or has a result of that time or later for.
    """
    with ExitStack() as opened:
        others = [opened.enter_context(Store.read(path)) for path in paths]
        parts = [_Part(other, _new_runs(store, other)) for other in others]
        _check_runs(store, parts, partial=partial)
        with store.writing() as db:
            run_id = insert(
                db, "dream_test_runs", _one_run(store.name, [run for part in parts for run in part.runs])
            )
            conflicts = _Conflicts()
            for part in parts:
                _Merge(store, db, part, run_id, conflicts).results()
            conflicts.check(store.name, "merge results of these very dreams, each once")
            last = [part.runs[-1] for part in parts if part.runs]
            finish(db, run_id, exit_status=_status(last), finished_at=_last(last, "finished_at"))
            [row] = db.query("SELECT * FROM dream_test_runs WHERE id = ?", [run_id])
    return Merged(
        run_id=run_id,
        passed=row["passed"],
        failed=row["failed"],
        untestable=row["untestable"],
        unfinished=row["finished_at"] is None,
        waiting=len(store.ids(PENDING, tier=1)),
    )


def _new_runs(store: Store, other: Store) -> list[Row]:
    """The runs of ``other`` that ``store`` does not have."""
    with store.reading() as db:
        known = {_identity(run) for run in db.query("SELECT * FROM dream_test_runs")}
    with other.reading() as db:
        runs = list(db.query("SELECT * FROM dream_test_runs ORDER BY id"))
    return [run for run in runs if _identity(run) not in known]


def _identity(run: Row) -> tuple[Any, ...]:
    return run["id"], run["started_at"], run["settings"]


def _check_runs(store: Store, parts: Sequence[_Part], *, partial: bool) -> None:
    conflicts = _Conflicts()
    first: tuple[str, Row] | None = None
    for part in parts:
        for run in part.runs:
            fixed = _fixed(run)
            if first is None:
                first = part.store.name, fixed
            for name in sorted({*first[1], *fixed}):
                if fixed.get(name) != first[1].get(name):
                    conflicts.add(
                        f"{name} is {fixed.get(name)!r} in run {run['id']} of {part.store.name}, and "
                        f"{first[1].get(name)!r} in {first[0]}"
                    )
    conflicts.check(store.name, "merge runs with the same settings and versions")
    if first is None:
        raise StoreError(
            f"nothing was merged into {store.name}: no run of {', '.join(p.store.name for p in parts)} is new"
        )
    if (missing := _missing(store, [run for part in parts for run in part.runs])) and not partial:
        raise StoreError(
            f"nothing was merged into {store.name}: the results of shard {', '.join(map(str, missing))} are "
            "missing; merge all shards at once, or add --partial to merge these alone"
        )


def _missing(store: Store, runs: Sequence[Row]) -> list[Shard]:
    """The shards that no run tested and that hold dreams of Tier 1 which wait for a test."""
    named = [shard for run in runs if (shard := json.loads(run["settings"]).get("shard"))]
    tested = {Shard.parse(shard) for shard in named}
    if not tested:
        return []
    counts = sorted({shard.count for shard in tested})
    if len(counts) > 1:
        raise StoreError(
            f"nothing was merged into {store.name}: there are runs of {counts[0]} shards and of {counts[1]}"
        )
    left = [shard for n in range(1, counts[0] + 1) if (shard := Shard(n, counts[0])) not in tested]
    holding = set[Shard]()
    for dream in store.each(PENDING) if left else ():
        holding |= {one for one in left if one not in holding and one.holds(dream.base_name, dream.code)}
    return [shard for shard in left if shard in holding]


def _fixed(run: Row) -> Row:
    """What the runs of all shards must agree in."""
    settings = {k: v for k, v in json.loads(run["settings"]).items() if k not in OF_A_RUN}
    versions = {f"version of {name}": value for name, value in json.loads(run["versions"]).items()}
    return settings | versions


def _one_run(name: str, runs: Sequence[Row]) -> Row:
    """The row of the run of store ``name`` that all ``runs`` are, without its end and its figures."""
    settings = json.loads(runs[0]["settings"])
    settings |= {"shard": None, "limit": None, "store": name}
    row = {key: value for key, value in runs[0].items() if key not in ("id", "finished_at", *_RUN_COUNTS)}
    for key in ("sandbox", "commit"):
        row[key] = "; ".join(dict.fromkeys(run[key] for run in runs if run[key])) or None
    return row | {
        "started_at": min(run["started_at"] for run in runs),
        "settings": json.dumps(settings, separators=(",", ":"), ensure_ascii=False),
        "selection": None,
    }


def _last(runs: Sequence[Row], column: str) -> int | None:
    """The largest value; ``None`` if a run has none."""
    found = [run[column] for run in runs]
    return None if None in found else max(found)


def _status(runs: Sequence[Row]) -> int | None:
    """pytest's exit status of all runs together: a run without tests changes nothing."""
    found = [run["exit_status"] for run in runs]
    tested = [status for status in found if status != _NO_TESTS]
    return None if None in found else max(tested, default=_NO_TESTS)


class _Merge:
    """Brings one part's results into a store, in the transaction of ``db``."""

    def __init__(self, store: Store, db: Database, part: _Part, run_id: int, conflicts: _Conflicts) -> None:
        self._store = store
        self._db = db
        self._part = part
        self._run_id = run_id
        self._conflicts = conflicts
        self._new = {run["id"] for run in part.runs}
        self._own = lru_cache(maxsize=1024)(self._find)

    def results(self) -> None:
        """Insert the last result of each dream in the new runs, with its patterns, and show it."""
        columns = {column.name for column in self._db.columns("dream_test_results")}
        with self._part.store.reading() as theirs:
            for row in self._last_results(theirs):
                own = self._own(theirs, row["dream_id"])
                if isinstance(own, str):
                    self._conflicts.add(own)
                    continue
                if problem := self._known(own, row):
                    self._conflicts.add(problem)
                    continue
                was = row["dream_id"], row["run_id"]
                row |= {"dream_id": own, "run_id": self._run_id, **self._taken(theirs, row)}
                row |= self._codes(theirs, row)
                insert(self._db, "dream_test_results", {name: row[name] for name in row.keys() & columns})
                self._patterns(theirs, was, own)
                self._novelty(theirs, was[0], own)
                show_verdict(self._db, self._store.dream_procedures, row)

    def _last_results(self, theirs: Database) -> Iterator[Row]:
        runs = json.dumps(sorted(self._new))
        return theirs.query(
            "SELECT * FROM dream_test_results r WHERE run_id IN (SELECT value FROM json_each(:runs))"
            " AND run_id = (SELECT max(run_id) FROM dream_test_results x WHERE x.dream_id = r.dream_id"
            " AND x.run_id IN (SELECT value FROM json_each(:runs))) ORDER BY dream_id",
            {"runs": runs},
        )

    def _find(self, theirs: Database, dream_id: int) -> int | str:
        """The dream of the store that a dream of the part is, or in words why there is none."""
        tested = _dream(self._part.store, theirs, "id", dream_id)
        if tested is None:
            return f"{self._part.store.name} has a result for dream {dream_id}, but no longer that dream"
        name = f"dream {tested['label'] or dream_id} of {self._part.store.name}"
        by = ("label", tested["label"]) if tested["label"] is not None else ("id", dream_id)
        own = _dream(self._store, self._db, *by)
        if own is None:
            return f"{name} is not in it"
        differing = [key for key in tested if key != "id" and tested[key] != own[key]]
        return f"{name} has another {' and '.join(differing)} there" if differing else int(own["id"])

    def _known(self, own: int, row: Mapping[str, Any]) -> str | None:
        """In words that the store has a result of that time or later for a dream, if it has one."""
        query = (
            "SELECT run_id FROM dream_test_results WHERE dream_id = ? AND (tested_at > ? OR run_id = ?"
            " OR (tested_at = ? AND elapsed IS ? AND outcome = ?)) ORDER BY run_id DESC LIMIT 1"
        )
        at = row["tested_at"]
        found = self._db.execute(
            query, [own, at, self._run_id, at, row["elapsed"], row["outcome"]]
        ).fetchone()
        if found is None:
            return None
        where = "another of the stores" if found[0] == self._run_id else f"run {found[0]} there"
        return f"dream {own} of {self._part.store.name} has that or a later result in {where}"

    def _taken(self, theirs: Database, row: Mapping[str, Any]) -> Row:
        """Whose verdict a result shares, in the store's own ids; nothing where that is not in the store."""
        dream, run = row["taken_from_dream"], row["taken_from_run"]
        own = self._own(theirs, dream) if dream is not None else ""
        if isinstance(own, str):
            return {"taken_from_dream": None, "taken_from_run": None}
        return {"taken_from_dream": own, "taken_from_run": self._run_id if run in self._new else run}

    def _codes(self, theirs: Database, row: Mapping[str, Any]) -> Row:
        """Copy the code that was tested."""
        found: Row = {}
        for column in ("dream_code", "procedure_code"):
            text = theirs.execute("SELECT code FROM dream_codes WHERE digest = ?", [row[column]]).fetchone()
            found[column] = put_code(self._db, text[0]) if text else None
        return found

    def _patterns(self, theirs: Database, was: tuple[int, int], own: int) -> None:
        """Copy which failure patterns a result shows."""
        columns = ", ".join(f"p.{column}" for column in _PATTERN)
        rows = theirs.query(
            f"SELECT s.pattern_id, s.place, {columns} FROM dream_failure_sightings s"
            " JOIN dream_failure_patterns p ON p.id = s.pattern_id WHERE s.dream_id = ? AND s.run_id = ?",
            was,
        )
        if shown := [Sighting(**row) for row in rows]:
            put_sightings(self._db, self._run_id, own, shown)

    def _novelty(self, theirs: Database, dream_id: int, own: int) -> None:
        """Take over how novel a dream is, which takes longer to measure than to test some."""
        measured = theirs.execute("SELECT digest, score FROM dream_novelty WHERE dream_id = ?", [dream_id])
        key = self._store.dream_procedures.key
        for digest, score in measured:
            update = (
                f"UPDATE dream_procedures SET novelty_score = ? WHERE {key} = ? AND novelty_score IS NULL"
            )
            if self._db.execute(update, [score, own]).rowcount:
                row = {"dream_id": own, "digest": digest, "score": score}
                insert(self._db, "dream_novelty", row, replace=True)


def _dream(store: Store, db: Database, column: str, value: object) -> Row | None:
    """What a verdict on a dream rests on, by the dream's id or label."""
    dream, base = store.dream_procedures, store.procedures
    wanted = dream.key if column == "id" else "label"
    rows = db.query(
        f"SELECT {dream.key} AS id, label, {dream.code} AS code, dream_procedures.entry_point, contract,"
        f" dream_type AS type, base_procedure_name AS procedure, ("
        f'SELECT {base.code} FROM procedures WHERE {base.key} = base_procedure_id) AS "procedure\'s code"'
        f" FROM dream_procedures WHERE {wanted} = ?",
        [value],
    )
    return next(iter(rows), None)
