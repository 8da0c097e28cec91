"""Repairs from proposal to proof: proposed in a process of their own, tested in the jail, kept if they pass.

Invariants: a repair that is given has passed the same test as a dream, on the same settings; the process that
parses untrusted source may die, and costs the dream at hand its repair and no other.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import PlanError
from ..models import Dream, Fault, Outcome, Verdict
from ..rewriting.process import Lost, ask
from ..store.lessons import put_repair
from ..store.records import Recorded
from .task import Proposal, Task

if TYPE_CHECKING:
    from ..store.database import Store
    from ..trial.engine import Engine

PROPOSING = "pytest_athena_dreams.repair.propose"
"""The module that the process imports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A proposal that passed; ``accepted`` is the number of inputs that it passed on."""

    dream_id: int
    kind: str
    why: str
    before: str
    code: str
    accepted: int

    def diff(self) -> str:
        """A unified diff from the dream's code to the repaired one."""
        return unified(self.before, self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untested:
    """A dream with proposals that could not be tested, and why."""

    dream_id: int
    why: str


def unified(before: str, after: str) -> str:
    """A unified diff with three lines of context, without file names."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "dream", "repaired", lineterm="")
    return "\n".join(lines)


def failed(store: Store, ids: Sequence[int] | None = None) -> list[tuple[Dream, Fault]]:
    """The dreams that failed when they were last tested, and have not changed since, with what failed."""
    found = []
    for dream in store.dreams(status="tested", outcome=Outcome.FAILURE, ids=ids):
        history = store.details(str(dream.id)).history
        fault = _fault(history[-1]) if history else None
        if fault is not None:
            found.append((dream, fault))
    return found


def _fault(recorded: Recorded) -> Fault | None:
    details = recorded.result.details
    faults = msgspec.json.decode(details, type=tuple[Fault, ...]) if details else ()
    return faults[0] if faults else None


def find_repairs(engine: Engine, dreams: Sequence[tuple[Dream, Fault]]) -> Iterator[Repair | Untested]:
    """The first repair of each dream that passes the dream's own test in the jail.

    A dream that can't be tested yields ``Untested``; the others continue. Raises ``SandboxError`` without a
    jail.
    """
    for (dream, _), proposals in zip(dreams, proposed(dreams), strict=True):
        for proposal in proposals:
            verdict = tested(engine, dream, proposal.code)
            if isinstance(verdict, Untested):
                yield verdict
                break
            if verdict.outcome is Outcome.SUCCESS:
                yield Repair(
                    dream_id=dream.id,
                    kind=proposal.kind,
                    why=proposal.why,
                    before=dream.code,
                    code=proposal.code,
                    accepted=verdict.accepted,
                )
                break


def tested(engine: Engine, dream: Dream, code: str) -> Verdict | Untested:
    """The verdict on ``dream`` with other code, or the reason why it can't be tested."""
    try:
        verdict = engine.test(replace(dream, code=code))
    except PlanError as error:
        return Untested(dream_id=dream.id, why=str(error))
    if verdict.outcome is Outcome.UNTESTABLE:
        return Untested(dream_id=dream.id, why=verdict.text)
    return verdict


def store_repair(store: Store, repair: Repair, *, seed: int) -> None:
    """Write a repair that passed to the store. Raises ``StoreError``."""
    row: dict[str, Any] = {
        "dream_id": repair.dream_id,
        "kind": repair.kind,
        "why": repair.why,
        "before": repair.before,
        "code": repair.code,
        "inputs_accepted": repair.accepted,
        "seed": seed,
    }
    put_repair(store, row)


def proposed(dreams: Sequence[tuple[Dream, Fault]]) -> list[list[Proposal]]:
    """The proposals for each dream, in order; empty for one whose source crashed the process."""
    answers = ask(PROPOSING, [msgspec.json.encode(_task(dream, fault)) for dream, fault in dreams])
    return [
        [] if isinstance(line, Lost) else msgspec.json.decode(line, type=list[Proposal]) for line in answers
    ]


def _task(dream: Dream, fault: Fault) -> Task:
    base = dream.procedure
    return Task(
        code=_clean(dream.code),
        procedure=_clean(base.code) if base else None,
        entry=(base.entry_point if base else None) or dream.entry_point,
        category=fault.category,
        summary=_clean(fault.summary),
        call=_clean(fault.call) if fault.call else None,
        expected=_clean(fault.expected),
    )


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
