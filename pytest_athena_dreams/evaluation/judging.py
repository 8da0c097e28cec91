"""A model as the judge: batches of dreams in random order, and their scores.

Invariants: the order of dreams does not depend on their ids, because a model scores what comes first
otherwise; the same seed gives the same batches.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass

from ..llm.asking import Answer, Calls
from ..llm.budget import BudgetSpent
from ..llm.exchange import Question, Reply
from ..llm.prompts import CONTRACT_WORDS, KIND_WORDS, Family, Judged, judge_prompt
from ..models import DEFAULT_CONTRACTS, Contract, DreamType
from .scores import Reading, read_scores

PER_BATCH = 8
"""Dreams of one prompt: more, and models begin to give them all the same score."""
JUDGE_SYSTEM = (
    "You judge code before it is tested. You are honest about what you don't know. You answer with JSON."
)
JUDGE_SCHEMA = {
    "type": "object",
    "properties": {
        "scores": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "dream": {"type": "string"},
                    "reasoning": {"type": "string"},
                    "viability": {"type": "number"},
                },
                "required": ["dream", "reasoning", "viability"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["scores"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A dream that waits for a score, as a judge sees it. ``base`` and ``entry_point`` are its
    procedure's."""

    id: int
    code: str
    dream_type: str
    contract: str | None
    base: str
    entry_point: str
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One batch: its dreams, the answer, and the scores that could be read from it."""

    dreams: tuple[int, ...]
    answer: Answer[Reading]

    @property
    def missing(self) -> tuple[int, ...]:
        """Dreams of the batch without a score."""
        scored = {one.dream for one in self.answer.value.scores} if self.answer.value else set()
        return tuple(dream for dream in self.dreams if dream not in scored)


def batches(candidates: Sequence[Candidate], *, seed: int, size: int = PER_BATCH) -> list[list[Candidate]]:
    """The candidates in random order, in batches; dreams of one procedure stay together where they can."""
    chance = random.Random(seed)
    families: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda one: one.id):
        families.setdefault(candidate.base, []).append(candidate)
    groups = list(families.values())
    chance.shuffle(groups)
    ordered: list[Candidate] = []
    for group in groups:
        chance.shuffle(group)
        ordered += group
    found = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    for batch in found:
        chance.shuffle(batch)
    return found


def question(batch: Sequence[Candidate], *, rate: float, tokens: int) -> Question:
    """The question to a judge about a batch."""
    return Question(
        system=JUDGE_SYSTEM,
        text=prompt_for(batch, rate=rate),
        name="scores",
        schema=JUDGE_SCHEMA,
        tokens=tokens,
    )


def prompt_for(batch: Sequence[Candidate], *, rate: float) -> str:
    """The text of that question, which can be given to any chat as well."""
    families: dict[str, list[Candidate]] = {}
    for candidate in batch:
        families.setdefault(candidate.base, []).append(candidate)
    return judge_prompt(
        [
            Family(
                entry_point=found[0].entry_point,
                code=base,
                dreams=tuple(
                    Judged(id=one.id, code=one.code, kind=_kind(one.dream_type), contract=_contract(one))
                    for one in found
                ),
            )
            for base, found in families.items()
        ],
        rate=rate,
    )


def judge(
    calls: Calls, groups: Sequence[Sequence[Candidate]], *, rate: float, tokens: int
) -> Iterator[Session | BudgetSpent]:
    """Have the batches judged, several at a time, and give each as it arrives, so that it can be stored.

    A batch that the budget has no room for is a ``BudgetSpent``.
    """
    begun: dict[Future[Answer[Reading]], Sequence[Candidate]] = {}
    for group in groups:
        names = [one.id for one in group]
        labels = {one.label: one.id for one in group if one.label}

        def read(reply: Reply, names: list[int] = names, labels: dict[str, int] = labels) -> Reading | None:
            reading = read_scores(reply.text, names, labels)
            return reading if reading.scores else None

        begun[calls.begin(question(group, rate=rate, tokens=tokens), read)] = group
    for future in as_completed(begun):
        error = future.exception()
        if isinstance(error, BudgetSpent):
            yield error
        else:
            yield Session(dreams=tuple(one.id for one in begun[future]), answer=future.result())


def _kind(dream_type: str) -> str:
    return KIND_WORDS[DreamType(dream_type)] if dream_type in tuple(DreamType) else "other"


def _contract(candidate: Candidate) -> str:
    if candidate.contract in tuple(Contract):
        return CONTRACT_WORDS[Contract(candidate.contract)]
    if candidate.dream_type in tuple(DreamType):
        return CONTRACT_WORDS[DEFAULT_CONTRACTS[DreamType(candidate.dream_type)]]
    return CONTRACT_WORDS[Contract.FREE]
