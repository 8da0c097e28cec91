"""A model as a writer of dreams.

Invariants: what comes back is whole functions with reasons, or a counted outcome without any; an answer is
data and is not judged here, because the prefilter does that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from typing import TypeVar

from .asking import Answer, CallRecord, Calls
from .budget import BudgetSpent
from .exchange import CallOutcome, Question, Reply
from .prompts import Failed, Rule, write_prompt
from .reader import Written, functions

T = TypeVar("T")

PER_PROMPT = 3
"""Dreams that one prompt asks for: more than that, and small models repeat themselves or are cut off."""
SYSTEM = "You write variants of Python functions. You answer with JSON alone."
SCHEMA = {
    "type": "object",
    "properties": {
        "dreams": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"reasoning": {"type": "string"}, "code": {"type": "string"}},
                "required": ["reasoning", "code"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["dreams"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What to write: ``count`` dreams of one type of one procedure.

    ``contract`` is in words. ``rules`` and ``failures`` are what the caller wants the prompt to show, the
    most important first; ``others`` are sources of other procedures. ``entry_point`` names the function.
    """

    code: str
    entry_point: str
    dream_type: str
    contract: str
    count: int
    rules: tuple[Rule, ...] = ()
    failures: tuple[Failed, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one prompt brought: functions, or none and a ``problem``; and the requests that were sent for
    it."""

    outcome: CallOutcome
    model: str
    functions: tuple[Written, ...]
    requests: tuple[CallRecord, ...]
    problem: str = ""


def write(
    calls: Calls, assignment: Assignment, *, tokens: int, done: Callable[[Delivery], None] = lambda d: None
) -> list[Delivery]:
    """Have ``assignment`` written, a prompt for each ``PER_PROMPT`` dreams, at the same time.

    ``done`` is called with each delivery as it arrives, so that it can be stored; they are returned in that
    order. Raises ``BudgetSpent`` if the budget has no room for any prompt; if it ends later, the rest is
    left out.
    """
    deliveries: list[Delivery] = []
    spent: BudgetSpent | None = None
    for future in as_completed([calls.begin(one, read_functions) for one in questions(assignment, tokens)]):
        error = future.exception()
        if isinstance(error, BudgetSpent):
            spent = error
            continue
        deliveries.append(_delivery(future.result(), assignment.count))
        done(deliveries[-1])
    if spent is not None and not deliveries:
        raise spent
    return deliveries


def questions(assignment: Assignment, tokens: int) -> list[Question]:
    """The prompts for ``assignment``, each for ``PER_PROMPT`` dreams at most and with an answer of
    ``tokens``.

    The prompts after the first show other failures first, so that they don't all ask for the same.
    """
    found: list[Question] = []
    left = assignment.count
    while left > 0:
        count = min(left, PER_PROMPT)
        text = write_prompt(
            code=assignment.code,
            entry_point=assignment.entry_point,
            dream_type=assignment.dream_type,
            contract=assignment.contract,
            count=count,
            rules=assignment.rules,
            failures=_turned(assignment.failures, len(found)),
            others=_turned(assignment.others, len(found)),
        )
        if found:
            text += f"\nThis is request {len(found) + 1} for this function: leave the obvious variants out.\n"
        found.append(Question(system=SYSTEM, text=text, name="dreams", schema=SCHEMA, tokens=tokens))
        left -= count
    return found


def read_functions(reply: Reply) -> tuple[Written, ...] | None:
    """The functions in an answer; ``None`` if there is none."""
    return functions(reply.text, cut=reply.outcome is CallOutcome.TRUNCATED) or None


def _turned(items: Sequence[T], by: int) -> tuple[T, ...]:
    by = by % len(items) if items else 0
    return (*items[by:], *items[:by])


def _delivery(answer: Answer[tuple[Written, ...]], count: int) -> Delivery:
    return Delivery(
        outcome=answer.outcome,
        model=answer.model,
        functions=(answer.value or ())[: max(count, PER_PROMPT)],
        requests=answer.requests,
        problem=answer.problem,
    )
