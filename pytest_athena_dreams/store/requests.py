"""Requests to models in the store, from the moment that they are sent.

Invariants: a row is there before its request is sent, with the most that it can cost; so a killed run knows
what it may have paid for. An answer is stored before anything is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..models import Outcome, Status
from .connection import insert, storable

if TYPE_CHECKING:
    from .database import Store

Row = dict[str, Any]
IN_FLIGHT, INTERRUPTED = "in_flight", "interrupted"
"""Outcomes of a request whose answer has not come yet, and of one whose run was killed before it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """A request to a model. ``purpose`` is ``write`` or ``judge``; ``rules`` are the patterns that it showed.

    ``asked`` is the model's name in the request, ``model`` the one in the answer.
    ``prompt`` is a digest of the prompt, ``cost`` in USD. ``run`` is the generation run, ``started_at``
    epoch seconds. ``place`` counts the prompts of one run, procedure and type from 0. ``withheld`` are the
    patterns whose rules were left out for comparison. ``answer`` is the text that came.
    """

    purpose: str
    asked: str
    model: str
    prompt: str
    outcome: str
    started_at: int
    seconds: float
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    problem: str = ""
    run: int | None = None
    procedure: int | None = None
    dream_type: str | None = None
    rules: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    place: int | None = None
    answer: str | None = None


class Taught(NamedTuple):
    """A tested dream of a prompt, with the rules that the prompt showed, and those that it left out."""

    rules: tuple[str, ...]
    withheld: tuple[str, ...]
    passed: bool


def put_calls(store: Store, calls: Iterable[StoredCall]) -> list[int]:
    """Store requests, and return the ids of their rows. Raises ``StoreError``."""
    with store.writing() as db:
        return [insert(db, "dream_calls", _columns(one)) for one in calls]


def put_answer(store: Store, call_id: int, call: StoredCall) -> None:
    """Bring the row of a request up to date. Raises ``StoreError``."""
    values = _columns(call)
    names = ", ".join(f"{name} = :{name}" for name in values)
    with store.writing() as db:
        db.execute(f"UPDATE dream_calls SET {names} WHERE id = :id", values | {"id": call_id})


def interrupt(store: Store, run_id: int) -> int:
    """Mark requests of a killed run that were in flight: how many. They count as paid for."""
    with store.writing() as db:
        return db.execute(
            "UPDATE dream_calls SET outcome = ?, problem = ? WHERE run_id = ? AND outcome = ?",
            [INTERRUPTED, "the run ended before the answer came", run_id, IN_FLIGHT],
        ).rowcount


def run_calls(store: Store, run_id: int) -> list[Row]:
    """The requests of a generation run, in the order in which they were sent. Raises ``StoreError``."""
    with store.reading() as db:
        rows = list(db.query("SELECT * FROM dream_calls WHERE run_id = ? ORDER BY id", [run_id]))
    for row in rows:
        for name in ("rules", "withheld"):
            row[name] = tuple(json.loads(row[name] or "[]"))
    return rows


def each_taught(store: Store) -> Iterator[Taught]:
    """The tested dreams of prompts, in id order.

    They are read one at a time: no other transaction may begin before the last. Raises ``StoreError``.
    """
    key = store.dream_procedures.key
    read = lru_cache(maxsize=1_000)(lambda text: tuple(json.loads(text or "[]")))
    with store.reading() as db:
        for rules, withheld, passed in db.execute(
            "SELECT rules, withheld, test_outcome = ? FROM dream_origins"
            f" JOIN dream_calls c ON c.id = call_id JOIN dream_procedures ON {key} = dream_id"
            " WHERE dream_procedures.status = ? AND test_outcome IN (?, ?) ORDER BY dream_id",
            [Outcome.SUCCESS, Status.TESTED, Outcome.SUCCESS, Outcome.FAILURE],
        ):
            yield Taught(rules=read(rules), withheld=read(withheld), passed=bool(passed))


def _columns(one: StoredCall) -> Row:
    return {
        "run_id": one.run,
        "purpose": one.purpose,
        "procedure_id": one.procedure,
        "dream_type": one.dream_type,
        "asked": storable(one.asked),
        "model": storable(one.model),
        "prompt": one.prompt,
        "rules": json.dumps(one.rules),
        "withheld": json.dumps(one.withheld),
        "outcome": one.outcome,
        "problem": storable(one.problem) or None,
        "input_tokens": one.input_tokens,
        "output_tokens": one.output_tokens,
        "cost": one.cost,
        "started_at": one.started_at,
        "seconds": one.seconds,
        "place": one.place,
        "answer": storable(one.answer),
    }
