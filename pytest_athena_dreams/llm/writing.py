"""A model as a writer of dreams.

Invariants: what comes back is whole functions with reasons, or a counted outcome without any; an answer is
data and is not judged here, because the prefilter does that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from .asking import Answer, CallLog, CallRecord, Calls
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
    """What one prompt asks for: ``count`` dreams of one type of one procedure.

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


def begin(
    calls: Calls,
    asked: Question,
    count: int,
    *,
    read: Callable[[Reply], tuple[Written, ...] | None] | None = None,
    log: CallLog | None = None,
) -> Future[Delivery]:
    """Send a prompt for ``count`` dreams, without waiting. ``log`` hears of each request.

    The future raises ``BudgetSpent`` if the budget has no room for the prompt.
    """
    found: Future[Delivery] = Future()

    def deliver(answered: Future[Answer[tuple[Written, ...]]]) -> None:
        if answered.cancelled():
            found.cancel()
        elif (error := answered.exception()) is not None:
            found.set_exception(error)
        else:
            found.set_result(_delivery(answered.result(), count))

    calls.begin(asked, read or read_functions, log=log).add_done_callback(deliver)
    return found


def prompts_for(count: int) -> list[int]:
    """How many dreams each prompt asks for, if ``count`` are wanted."""
    return [min(PER_PROMPT, count - start) for start in range(0, count, PER_PROMPT)]


def question(assignment: Assignment, place: int, tokens: int) -> Question:
    """The prompt number ``place`` (from 0) of an assignment, with an answer of ``tokens``.

    ``count`` is what this prompt asks for. The prompts after the first show other failures first, so that
    they don't all ask for the same.
    """
    text = write_prompt(
        code=assignment.code,
        entry_point=assignment.entry_point,
        dream_type=assignment.dream_type,
        contract=assignment.contract,
        count=assignment.count,
        rules=assignment.rules,
        failures=_turned(assignment.failures, place),
        others=_turned(assignment.others, place),
    )
    if place:
        text += f"\nThis is request {place + 1} for this function: leave the obvious variants out.\n"
    return Question(system=SYSTEM, text=text, name="dreams", schema=SCHEMA, tokens=tokens)


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
