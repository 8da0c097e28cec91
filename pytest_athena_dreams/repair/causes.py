"""Finds the change that makes a dream fail: the one that makes it pass when only this change is put back.

Invariant: every cause was tested like a dream, with the same settings. A dream with a single change needs no
test: putting it back gives the procedure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..models import Dream, Fault, Outcome
from ..source.changes import excerpt, likeliest, list_changes, put_back
from ..store.lessons import put_cause
from .proof import Untested, tested

if TYPE_CHECKING:
    from ..store.database import Store
    from ..trial.engine import Engine

TRIED = 8
"""Maximum changes of one dream to test: a dream with more is a rewrite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedCause:
    """A dream's lines, and the procedure's that make it pass; ``code`` is the dream's whole code."""

    __test__ = False

    dream_id: int
    code: str
    wrong: str
    right: str


def find_causes(engine: Engine, dreams: Sequence[tuple[Dream, Fault]]) -> Iterator[TestedCause | Untested]:
    """The cause of each dream that has one among several changes. Raises ``SandboxError``."""
    for dream, fault in dreams:
        procedure = dream.procedure.code if dream.procedure else ""
        changes = list(list_changes(procedure, dream.code)) if procedure else []
        if not 1 < len(changes) <= TRIED:
            continue
        first = likeliest(changes, fault.line)
        for change in sorted(changes, key=lambda each: each is not first):
            verdict = tested(engine, dream, put_back(procedure, dream.code, change))
            if isinstance(verdict, Untested):
                yield verdict
                break
            if verdict.outcome is Outcome.SUCCESS:
                yield TestedCause(
                    dream_id=dream.id,
                    code=dream.code,
                    wrong=excerpt(dream.code, change.wrong, change.line),
                    right=excerpt(procedure, change.right, change.right_line),
                )
                break


def store_cause(store: Store, cause: TestedCause, *, seed: int) -> None:
    """Write a cause to the store, for the report. Raises ``StoreError``."""
    put_cause(
        store,
        {
            "dream_id": cause.dream_id,
            "code": cause.code,
            "wrong": cause.wrong,
            "right": cause.right,
            "seed": seed,
        },
    )
