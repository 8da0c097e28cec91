"""Dreams chosen by what they are and what became of them, and what may be done to them.

Invariants: one call is one transaction. Results stay where a dream is archived or tested again; with a
deleted dream everything goes that names it, but for the figures of runs and patterns, which are history.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..errors import StoreError
from ..models import Status
from .codes import drop_unused_codes
from .links import DREAMS_TABLE, forget
from .verdicts import VERDICT

if TYPE_CHECKING:
    from .database import Store
    from .records import Filters, Summary


NAMED_VALUES = 10
"""Procedures that a message lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Dreams that meet all conditions; an empty one is no condition.

    ``names`` are ids, labels, or patterns of labels with ``*`` and ``?``, of which one must fit. ``filters``
    are those of :meth:`Store.summaries`. ``pattern`` is the key of a failure pattern, or the start of one,
    that the dream's last result shows.
    """

    names: tuple[str, ...] = ()
    pattern: str = ""
    filters: Filters

    def __bool__(self) -> bool:
        return bool(self.names or self.pattern or any(v is not None for v in self.filters.values()))


def chosen(store: Store, choice: Choice) -> list[Summary]:
    """The dreams of a choice, in id order. Raises ``StoreError`` for a name or a pattern that none has."""
    found = store.summaries(**choice.filters)
    if choice.names:
        everything = store.summaries()
        for name in choice.names:
            if not any(_fits(name, dream) for dream in everything):
                raise StoreError(
                    f"store {store.name} has no dream with the id or label {name!r}; "
                    f"see which there are with: athena-dreams list --store {store.name}"
                )
        found = [dream for dream in found if any(_fits(name, dream) for name in choice.names)]
    if choice.pattern:
        shown = _showing(store, choice.pattern)
        found = [dream for dream in found if dream.id in shown]
    return found


def ids_of(store: Store, names: Collection[str]) -> tuple[int, ...]:
    """The ids of dreams that are named by id or label. Raises ``StoreError`` for one that is not there."""
    return tuple(int(store.details(name).dream["id"]) for name in names)


def unmatched(store: Store, filters: Filters) -> str:
    """Why no dream meets ``filters``, for people."""
    everything = store.summaries()
    if not everything:
        with store.reading() as db:
            procedures = db.execute("SELECT count(*) FROM procedures").fetchone()[0]
        have = f"{procedures or 'no'} procedure{'' if procedures == 1 else 's'}"
        step = "dream" if procedures else "import FILE"
        return f"{store.name} has no dream, and {have}: go on with athena-dreams {step}"
    conditions = (
        ("procedure", "of a procedure {!r}; it has dreams of {}", "base_procedure_name"),
        ("dream_type", "of a type {!r}; it has {}", "dream_type"),
    )
    for name, text, column in conditions:
        given = filters.get(name)
        known = sorted({getattr(dream, column) or "no procedure" for dream in everything})
        if given is not None and given not in known:
            listed = ", ".join([*known[:NAMED_VALUES], *(["…"] if len(known) > NAMED_VALUES else [])])
            return f"{store.name} has no dream {text.format(given, listed)}"
    return "no dream matches these conditions"


def retest(store: Store, ids: Collection[int]) -> None:
    """Have dreams wait for a test, without a verdict."""
    cleared = ", ".join(f"{column} = NULL" for column in VERDICT)
    _update(store, f"status = ?, {cleared}", Status.PENDING_TEST, ids)


def archive(store: Store, ids: Collection[int]) -> None:
    """Archive dreams: no run tests them, and their results stay."""
    _update(store, "status = ?", Status.ARCHIVED, ids)


def delete(store: Store, ids: Collection[int]) -> None:
    """Delete dreams with all that is stored about each."""
    listed = json.dumps(sorted(ids))
    with store.writing() as db:
        forget(db, DREAMS_TABLE, "SELECT value FROM json_each(?)", [listed])
        key = store.dream_procedures.key
        db.execute(f"DELETE FROM dream_procedures WHERE {key} IN (SELECT value FROM json_each(?))", [listed])
        drop_unused_codes(db)


def _update(store: Store, change: str, status: Status, ids: Collection[int]) -> None:
    key = store.dream_procedures.key
    with store.writing() as db:
        db.execute(
            f"UPDATE dream_procedures SET {change} WHERE {key} IN (SELECT value FROM json_each(?))",
            [status, json.dumps(sorted(ids))],
        )


def _fits(name: str, dream: Summary) -> bool:
    return name in (str(dream.id), dream.label) or fnmatchcase(dream.label or "", name)


def _showing(store: Store, pattern: str) -> set[int]:
    """The dreams whose last result shows a pattern."""
    with store.reading() as db:
        keys: Sequence[str] = [
            row[0]
            for row in db.execute(
                "SELECT id FROM dream_failure_patterns WHERE substr(id, 1, length(?1)) = ?1", [pattern]
            )
        ]
        if len(keys) != 1:
            which = "no failure pattern" if not keys else f"{len(keys)} failure patterns"
            raise StoreError(
                f"store {store.name} has {which} whose key begins with {pattern!r}; "
                f"see their keys with: athena-dreams report --format json --store {store.name}"
            )
        rows = db.execute(
            "SELECT s.dream_id FROM dream_failure_sightings s WHERE s.pattern_id = ? AND s.run_id ="
            " (SELECT max(run_id) FROM dream_test_results r WHERE r.dream_id = s.dream_id)",
            [keys[0]],
        )
        return {row[0] for row in rows}
