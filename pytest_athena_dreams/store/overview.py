"""What a report reads from a store: counts, and rows one at a time.

Invariants: one snapshot, up to one run; nothing is read as a whole that grows with every night, except ids.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ..models import Outcome, Status
from .columns import COLUMNS
from .connection import BEYOND
from .lessons import SHOWN_PATTERNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .connection import Database
    from .database import Store

Row = dict[str, Any]
_TEST = f"dream_id, run_id, outcome, category, {SHOWN_PATTERNS}"
"""The columns of a result ``r`` that history needs."""


class Latest(NamedTuple):
    """A dream in short, and the figures of its latest result. ``id`` is the dream's."""

    id: int
    dream_type: str
    model: str | None
    tier: int | None
    procedure: str
    viability: float | None
    novelty: float | None
    run: int
    outcome: str
    category: str | None
    contract: str | None
    accepted: int
    speed: float | None
    diverged: float | None
    widened: float | None
    evidence: float | None


class Sample(NamedTuple):
    """A tested dream that shows a pattern now; ``place`` counts the faults of its result from 0."""

    pattern: str
    dream: int
    place: int
    proven: bool
    call_length: int
    code_length: int


class Overview:
    """Reads a store within one transaction. ``run`` is the last run with results, 0 if there is none.

    Results after ``up_to`` are left out.
    """

    def __init__(self, store: Store, db: Database, up_to: int | None = None) -> None:
        self._store, self._db = store, db
        self._dream = store.dream_procedures
        limit = BEYOND if up_to is None else up_to
        query = (
            "SELECT ifnull(max(r.run_id), 0) FROM dream_test_results r"
            " JOIN dream_test_runs t ON t.id = r.run_id WHERE r.run_id <= ?"
        )
        self.run = int(db.execute(query, [limit]).fetchone()[0])

    @property
    def _is_latest(self) -> str:
        """The condition that a result ``r`` is its dream's latest one."""
        return (
            "r.run_id = (SELECT max(l.run_id) FROM dream_test_results l"
            f" WHERE l.dream_id = r.dream_id AND l.run_id <= {self.run})"
        )

    def counts(self, column: str) -> dict[Any, int]:
        """How many dreams have each value in a column of ``dream_procedures``, the most frequent first."""
        query = f"SELECT {column}, count(*) FROM dream_procedures GROUP BY 1 ORDER BY 2 DESC, 1"
        return dict(self._db.execute(query).fetchall())

    def latest(self) -> Iterator[Latest]:
        """Each dream with results, in no order."""
        names = ", ".join(f"r.{COLUMNS[n]}" for n in ("accepted", "speed", "diverged", "widened", "evidence"))
        query = (
            f"SELECT {self._dream.key}, dream_type, model_used, tier, coalesce(base_procedure_name, ''),"
            f" viability_score, novelty_score, r.run_id, r.outcome, r.category, r.contract, {names}"
            f" FROM dream_procedures JOIN dream_test_results r ON r.dream_id = {self._dream.key}"
            f" WHERE {self._is_latest}"
        )
        return map(Latest._make, self._db.execute(query))

    def runs(self) -> list[Row]:
        """The rows of the runs with results, in order."""
        query = (
            "SELECT * FROM dream_test_runs t WHERE id <= ? AND EXISTS"
            " (SELECT 1 FROM dream_test_results r WHERE r.run_id = t.id) ORDER BY id"
        )
        return list(self._db.query(query, [self.run]))

    def run_counts(self) -> Iterator[tuple[int, str, str | None, int]]:
        """How many results a run has of each outcome and category, the most frequent first."""
        query = (
            "SELECT run_id, outcome, category, count(*) FROM dream_test_results WHERE run_id <= ?"
            " GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 3"
        )
        yield from self._db.execute(query, [self.run])

    def results_of_run(self) -> Iterator[Row]:
        """All results of the dreams that the last run tested, in the order of the runs."""
        of_run = "SELECT dream_id FROM dream_test_results WHERE run_id = ?"
        query = (
            f"SELECT {_TEST} FROM dream_test_results r WHERE dream_id IN ({of_run}) AND run_id <= ?"
            " ORDER BY run_id, dream_id"
        )
        return self._db.query(query, [self.run, self.run])

    def results_of_failing(self) -> Iterator[Row]:
        """All results of the dreams that ever showed a pattern, in the order of the runs."""
        query = (
            f"SELECT {_TEST} FROM dream_test_results r WHERE run_id <= ?"
            " AND dream_id IN (SELECT dream_id FROM dream_failure_sightings) ORDER BY run_id, dream_id"
        )
        return self._db.query(query, [self.run])

    def results_of(self, ids: Collection[int]) -> dict[int, list[Row]]:
        """All results of some dreams, by dream, in the order of the runs."""
        query = (
            f"SELECT {_TEST} FROM dream_test_results r WHERE run_id <= ?"
            " AND dream_id IN (SELECT value FROM json_each(?)) ORDER BY run_id"
        )
        found: dict[int, list[Row]] = {}
        for row in self._db.query(query, [self.run, _listed(ids)]):
            found.setdefault(row["dream_id"], []).append(row)
        return found

    def latest_results(self, ids: Collection[int]) -> dict[int, Row]:
        """The whole rows of the latest results of some dreams."""
        query = (
            "SELECT * FROM dream_test_results r"
            f" WHERE dream_id IN (SELECT value FROM json_each(?)) AND {self._is_latest}"
        )
        return {row["dream_id"]: row for row in self._db.query(query, [_listed(ids)])}

    def dreams(self, ids: Collection[int]) -> list[Row]:
        """Some dreams with their code, in id order."""
        dream = self._dream
        query = (
            f"SELECT {dream.key} AS id, label, base_procedure_id,"
            f" coalesce(base_procedure_name, '') AS procedure, dream_type, {dream.code} AS code, model_used,"
            " tier, viability_score, novelty_score, test_outcome FROM dream_procedures"
            f" WHERE {dream.key} IN (SELECT value FROM json_each(?)) ORDER BY 1"
        )
        return list(self._db.query(query, [_listed(ids)]))

    def untestable(self, most: int) -> list[Row]:
        """The newest ``most`` dreams whose latest result is ``untestable``, in id order, with its reason."""
        query = (
            f"SELECT {self._dream.key} AS id, label, coalesce(base_procedure_name, '') AS procedure,"
            " dream_type, tier, r.run_id, r.reason, r.error"
            f" FROM dream_test_results r JOIN dream_procedures ON {self._dream.key} = r.dream_id"
            f" WHERE r.outcome = ? AND {self._is_latest} ORDER BY r.run_id DESC, 1 DESC LIMIT ?"
        )
        rows = list(self._db.query(query, [Outcome.UNTESTABLE, most]))
        return sorted(rows, key=lambda row: int(row["id"]))

    def reasons(self, most: int) -> list[tuple[str, int]]:
        """Why dreams are untestable, and how many are: the ``most`` frequent texts."""
        query = (
            f"SELECT coalesce(r.error, ''), count(*) FROM dream_test_results r"
            f" JOIN dream_procedures ON {self._dream.key} = r.dream_id"
            f" WHERE r.outcome = ? AND {self._is_latest} GROUP BY 1 ORDER BY 2 DESC, min(r.dream_id) LIMIT ?"
        )
        return self._db.execute(query, [Outcome.UNTESTABLE, most]).fetchall()

    def samples(self) -> Iterator[Sample]:
        """Each tested dream with each pattern that its latest result shows, in the order of the ids."""
        dream = self._dream
        query = (
            "SELECT s.pattern_id, s.dream_id, s.place, EXISTS (SELECT 1 FROM dream_causes c"
            f" WHERE c.dream_id = s.dream_id AND c.code = {dream.joined_code}),"
            f" length(coalesce(r.failing_input, '')), length({dream.joined_code})"
            " FROM dream_failure_sightings s"
            f" JOIN dream_procedures ON {dream.key} = s.dream_id"
            " JOIN dream_test_results r ON r.dream_id = s.dream_id AND r.run_id = s.run_id"
            f" WHERE dream_procedures.status = ? AND {self._is_latest} ORDER BY s.dream_id, s.place"
        )
        return map(Sample._make, self._db.execute(query, [Status.TESTED]))

    def sources(self) -> Iterator[Row]:
        """From whom the dreams come that ever showed a pattern, each combination once."""
        return self._db.query(
            "SELECT DISTINCT pattern_id, dream_type, model_used, coalesce(base_procedure_name, '')"
            " AS procedure FROM dream_failure_sightings"
            f" JOIN dream_procedures ON {self._dream.key} = dream_id"
            " WHERE run_id <= ?",
            [self.run],
        )

    def patterns(self) -> dict[str, Row]:
        """The rows of all patterns, by id."""
        return {row["id"]: row for row in self._db.query("SELECT * FROM dream_failure_patterns ORDER BY id")}

    def metrics(self, up_to: int | None = None) -> list[Row]:
        """The rows of Athena's metrics, up to the rowid ``up_to`` if it is given."""
        query = "SELECT * FROM dream_metrics WHERE rowid <= ? ORDER BY timestamp, rowid"
        return list(self._db.query(query, [BEYOND if up_to is None else up_to]))

    def proofs(self, table: str, ids: Collection[int]) -> dict[int, Row]:
        """The rows of ``dream_repairs`` or ``dream_causes`` for some dreams, by dream."""
        query = f"SELECT * FROM {table} WHERE dream_id IN (SELECT value FROM json_each(?))"
        return {row["dream_id"]: row for row in self._db.query(query, [_listed(ids)])}

    def procedures(self, ids: Collection[int]) -> dict[int, Row]:
        """Some procedures with their code, by id, in order."""
        base = self._store.procedures
        query = (
            f"SELECT {base.key} AS id, name, project, {base.code} AS code FROM procedures"
            f" WHERE {base.key} IN (SELECT value FROM json_each(?)) ORDER BY 1"
        )
        return {row["id"]: row for row in self._db.query(query, [_listed(ids)])}

    def sources_of_procedures(self) -> Iterator[str]:
        """The code of every version of every procedure."""
        for (code,) in self._db.execute(f"SELECT {self._store.procedures.code} FROM procedures"):
            yield code or ""

    def codes(self, ids: Collection[int]) -> dict[int, str]:
        """The code of some dreams, by id."""
        return {row["id"]: row["code"] or "" for row in self.dreams(ids)}


def _listed(ids: Collection[int]) -> str:
    return json.dumps(sorted(ids))
