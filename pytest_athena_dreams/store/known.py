"""Verdicts that the store has already: found by what they depend on, and copied without a run.

Invariants: a verdict is found by its digest alone, whichever dream it was for; a copied verdict names the
dream and the run that it comes from, also if it is copied again.
"""

from __future__ import annotations

import json
import time
from dataclasses import fields
from typing import TYPE_CHECKING

from ..models import Outcome, Status
from .codes import link_present_code
from .columns import COLUMNS
from .records import Known, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .connection import Database
    from .database import Store

_OWN_COLUMNS = {
    "dream_id": ":dream",
    "elapsed": "0.0",
    "cpu": "0.0",
    "taken_from_dream": "coalesce(taken_from_dream, dream_id)",
    "taken_from_run": "coalesce(taken_from_run, run_id)",
}
"""Columns of a result that are not copied as they are."""


def has_verdicts(store: Store) -> bool:
    """Whether the store has a verdict that a run may reuse. Raises ``StoreError``."""
    with store.reading() as db:
        query = "SELECT EXISTS (SELECT 1 FROM dream_test_results WHERE digest IS NOT NULL)"
        return bool(db.execute(query).fetchone()[0])


def known_verdicts(store: Store, digests: Mapping[int, str]) -> dict[int, Known]:
    """The last stored verdict for each dream whose digest has one. Raises ``StoreError``.

    A dream that could not be tested last time has none, even if it had one before: it is tried again.
    """
    with store.reading() as db:
        untestable = _untestable(db, digests)
        wanted = json.dumps(sorted(set(digests.values())))
        rows = db.query(
            # SQLite takes the other columns from the row that has the maximum.
            "SELECT digest, max(run_id) AS run_id, dream_id, outcome, error,"
            " (SELECT json_group_array(pattern_id) FROM dream_failure_sightings s"
            "  WHERE s.dream_id = r.dream_id AND s.run_id = r.run_id) AS patterns"
            " FROM dream_test_results r WHERE digest IN (SELECT value FROM json_each(?)) GROUP BY digest",
            [wanted],
        )
        found = {
            row["digest"]: Known(
                dream_id=row["dream_id"],
                run_id=row["run_id"],
                outcome=Outcome(row["outcome"]),
                error=row["error"],
                patterns=frozenset(json.loads(row["patterns"])),
            )
            for row in rows
        }
    return {
        dream_id: found[digest]
        for dream_id, digest in digests.items()
        if digest in found and dream_id not in untestable
    }


def _untestable(db: Database, dreams: Iterable[int]) -> set[int]:
    """Those of ``dreams`` whose last result is that they could not be tested."""
    rows = db.execute(
        # SQLite takes the outcome from the row that has the maximum.
        "SELECT dream_id, outcome, max(run_id) FROM dream_test_results"
        " WHERE dream_id IN (SELECT value FROM json_each(?)) GROUP BY dream_id HAVING outcome = ?",
        [json.dumps(sorted(dreams)), Outcome.UNTESTABLE],
    )
    return {row[0] for row in rows}


def take_over(store: Store, run_id: int, known: Mapping[int, Known]) -> None:
    """Store in run ``run_id`` the known verdict of each dream as its own. Raises ``StoreError``."""
    names = [field.name for field in fields(Result) if field.name != "figures"] + list(COLUMNS.values())
    copied = ", ".join(_OWN_COLUMNS.get(name, name) for name in names)
    source = "WHERE dream_id = :from_dream AND run_id = :from_run"
    with store.writing() as db:
        parameters = [
            {
                "dream": dream_id,
                "run": run_id,
                "from_dream": one.dream_id,
                "from_run": one.run_id,
                "now": int(time.time()),
                "status": Status.TESTED.value,
            }
            for dream_id, one in known.items()
        ]
        results = (
            f"INSERT OR REPLACE INTO dream_test_results (run_id, tested_at, {', '.join(names)})"
            f" SELECT :run, :now, {copied} FROM dream_test_results {source}"
        )
        sightings = (
            "INSERT OR REPLACE INTO dream_failure_sightings (dream_id, run_id, pattern_id, place)"
            f" SELECT :dream, :run, pattern_id, place FROM dream_failure_sightings {source}"
        )
        dreams = (
            "UPDATE dream_procedures SET (status, test_outcome, test_category, test_error, test_timestamp,"
            " effectiveness_metric) = (SELECT :status, outcome, category, error, :now, effectiveness"
            f" FROM dream_test_results {source}) WHERE {store.dream_procedures.key} = :dream"
        )
        for statement in (results, sightings, dreams):
            db.conn.executemany(statement, parameters)
        link_present_code(store, db, run_id, known)
