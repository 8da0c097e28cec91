"""A model as a writer of dreams in a generation run, so that a killed run pays for nothing twice.

Invariants: a request is a row of the store before it is sent, and its answer is in that row before anything
is made of it; a prompt whose answer is there, or may have been paid for, is not sent again; a private
procedure is in no prompt; a key that an answer repeats is taken out of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..llm.asking import CallRecord, Calls
from ..llm.budget import Budget, BudgetSpent
from ..llm.exchange import CallOutcome, Question, Reply
from ..llm.keys import redacted
from ..llm.prompts import CONTRACT_WORDS, Rule
from ..llm.reader import Written, functions
from ..llm.writing import Assignment, Delivery, begin, prompts_for, question, read_functions
from ..models import DEFAULT_CONTRACTS, Contract, DreamType, Lesson
from ..store.database import Store
from ..store.requests import IN_FLIGHT, INTERRUPTED, StoredCall, put_answer, put_calls
from .briefing import Briefing
from .drafts import Draft, Subject
from .subjects import function_of

CONTROL_PROMPTS = 5
"""One prompt in so many carries no rules."""
_WITH_ANSWER = (CallOutcome.ANSWERED.value, CallOutcome.TRUNCATED.value)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a model needs to write in a run: the open ``calls``, ``tokens`` of an answer, the values that no
    text may hold, and the lessons. ``private`` are ids of procedures; ``seed`` fixes which prompts carry no
    rules."""

    calls: Calls
    path: Path
    run_id: int
    tokens: int
    seed: int
    briefing: Briefing
    secrets: tuple[str, ...] = ()
    private: frozenset[int] = frozenset()
    others: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pending:
    """A prompt on its way, or what came of it before the run was killed."""

    dream_type: str
    log: _Log | None
    future: Future[Delivery]
    call: int | None = None


class ModelAuthor:
    """Asks the models for dreams. ``earlier`` are the rows of the requests that the run has sent before."""

    kind = "model"

    def __init__(self, setup: Setup, earlier: Iterable[Row] = ()) -> None:
        self._setup = setup
        self._pending: dict[int, list[_Pending]] = {}
        self._earlier: dict[tuple[int, str, int], list[Row]] = {}
        for row in earlier:
            key = row["procedure_id"], row["dream_type"], row["place"]
            self._earlier.setdefault(key, []).append(row)
        self.problems: list[str] = []
        """What went wrong, in words, once for each prompt."""

    def use_run(self, run_id: int) -> None:
        """Store the requests from now on in this generation run."""
        self._setup = replace(self._setup, run_id=run_id)

    def asks(self, subject: Subject, counts: Mapping[str, int]) -> Iterator[Question]:
        """The prompts for so many dreams of a procedure by type."""
        for dream_type, count in sorted(counts.items()):
            for place, number in enumerate(prompts_for(count)):
                rules = self._setup.briefing.rules(subject.id, dream_type)
                yield prompt(self._setup, subject, dream_type, place, number, rules)

    def worst_cost(self, asked: Question) -> Decimal | None:
        """The most that one request for a prompt can cost, in USD; ``None`` if no price is known."""
        costs = [client.worst_cost(asked) for client in self._setup.calls.clients]
        known = [cost for cost in costs if cost is not None]
        return max(known) if len(known) == len(costs) else None

    def may_write(self, subject: Subject) -> bool:
        """Whether the procedure is not private, and has a function to vary."""
        return subject.id not in self._setup.private and function_of(subject) is not None

    def begin(self, subject: Subject, counts: Mapping[str, int]) -> None:
        """Send the prompts for so many dreams by type, but those that were sent before."""
        pending = self._pending.setdefault(subject.id, [])
        for dream_type, count in sorted(counts.items()):
            for place, number in enumerate(prompts_for(count)):
                before = self._earlier.get((subject.id, dream_type, place), [])
                if (known := _answered(before)) is not None:
                    pending.append(_known(known, dream_type))
                elif not any(map(_may_be_paid, before)):
                    pending.append(self._send(subject, dream_type, place, number))

    def collect(self, subject: Subject) -> list[Draft]:
        """The drafts of a procedure, once all of its answers are there."""
        drafts = []
        entry_point = function_of(subject) or ""
        for one in self._pending.pop(subject.id, ()):
            try:
                delivery = one.future.result()
            except BudgetSpent as spent:
                self.problems.append(f"the budget is used up: {spent}")
                continue
            if delivery.problem:
                self.problems.append(f"{delivery.outcome}: {delivery.problem}")
            call = one.log.call if one.log is not None else one.call
            drafts += [
                Draft(
                    code=written.code,
                    entry_point=entry_point,
                    dream_type=one.dream_type,
                    reasoning=written.reasoning,
                    writer=f"model:{delivery.model}",
                    contract=contract_of(one.dream_type),
                    parents=(subject.id,),
                    call=call,
                )
                for written in delivery.functions
            ]
        return drafts

    def _send(self, subject: Subject, dream_type: str, place: int, count: int) -> _Pending:
        setup = self._setup
        rules = setup.briefing.rules(subject.id, dream_type)
        control = bool(rules) and is_control(setup.seed, subject.id, dream_type, place)
        asked = prompt(setup, subject, dream_type, place, count, () if control else rules)
        ids = tuple(lesson.pattern for lesson in rules)
        log = _Log(
            setup.path,
            setup.secrets,
            StoredCall(
                purpose="write",
                asked="",
                model="",
                prompt="",
                outcome=IN_FLIGHT,
                started_at=0,
                seconds=0.0,
                run=setup.run_id,
                procedure=subject.id,
                dream_type=dream_type,
                rules=() if control else ids,
                withheld=ids if control else (),
                place=place,
            ),
        )
        future = begin(setup.calls, asked, count, read=_reader(setup.secrets), log=log)
        return _Pending(dream_type, log, future)


class _Log:
    """Keeps the rows of one prompt's requests. ``call`` is the last row.

    The store is opened for each row, because the requests run on a thread of their own.
    """

    def __init__(self, path: Path, secrets: tuple[str, ...], call: StoredCall) -> None:
        self.call: int | None = None
        self._path = path
        self._secrets = secrets
        self._row = call

    def sending(self, asked: str, prompt: str, worst: Decimal | None, started_at: int) -> None:
        row = replace(
            self._row,
            asked=asked,
            model=asked,
            prompt=prompt,
            started_at=started_at,
            cost=None if worst is None else float(worst),
        )
        with Store.open(self._path) as store:
            (self.call,) = put_calls(store, [row])

    def came(self, record: CallRecord, reply: Reply | None) -> None:
        assert self.call is not None
        row = replace(
            self._row,
            asked=record.asked,
            model=record.model,
            prompt=record.prompt,
            outcome=record.outcome.value,
            started_at=record.started_at,
            seconds=record.seconds,
            input_tokens=record.input_tokens,
            output_tokens=record.output_tokens,
            cost=None if record.cost is None else float(record.cost),
            problem=redacted(record.problem, self._secrets),
            answer=None if reply is None else redacted(reply.text, self._secrets),
        )
        with Store.open(self._path) as store:
            put_answer(store, self.call, row)


def prompt(
    setup: Setup, subject: Subject, dream_type: str, place: int, count: int, rules: Sequence[Lesson]
) -> Question:
    """What a model is asked: the prompt number ``place`` for dreams of one procedure and type."""
    return question(
        Assignment(
            code=subject.code,
            entry_point=function_of(subject) or "",
            dream_type=dream_type,
            contract=CONTRACT_WORDS[contract_of(dream_type)],
            count=count,
            rules=tuple(Rule(text=one.text, wrong=one.wrong, right=one.right) for one in rules),
            failures=setup.briefing.failures(subject.id, dream_type),
            others=_others(setup, subject) if dream_type == DreamType.CROSS_PROJECT_SYNTHESIS else (),
        ),
        place,
        setup.tokens,
    )


def contract_of(dream_type: str) -> Contract:
    """The contract that models are asked to keep.

    A synthesis has a procedure to be compared with, so it can be held to more than its type's ``free``.
    """
    kind = DreamType(dream_type)
    return Contract.SUPERSET if kind is DreamType.CROSS_PROJECT_SYNTHESIS else DEFAULT_CONTRACTS[kind]


def planned_prompts(
    author: ModelAuthor, subjects: Iterable[Subject], counts: Mapping[int, Mapping[str, int]]
) -> tuple[int, Decimal | None]:
    """How many prompts are planned, and the most that they cost in USD if each is sent once."""
    costs = [
        author.worst_cost(asked)
        for subject in subjects
        for asked in author.asks(subject, counts.get(subject.id, {}))
    ]
    known = [cost for cost in costs if cost is not None]
    return len(costs), sum(known, Decimal(0)) if len(known) == len(costs) else None


def is_control(seed: int, procedure: int, dream_type: str, place: int) -> bool:
    """Whether a prompt carries no rules: one in ``CONTROL_PROMPTS``, always the same for a seed."""
    text = f"{seed}:{procedure}:{dream_type}:{place}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % CONTROL_PROMPTS == 0


def spent_before(rows: Iterable[Row], budget: Budget) -> None:
    """Book the requests that a run sent before it was killed; what may have been paid for counts in full."""
    for row in rows:
        budget.made += 1
        budget.spent += Decimal(str(row["cost"] or 0))


def _others(setup: Setup, subject: Subject) -> tuple[str, ...]:
    """Sources of other procedures, of other projects first, in an order that the seed fixes."""
    usable = [one for one in setup.others if one.id not in (subject.id, *setup.private)]
    usable.sort(
        key=lambda one: (
            one.project == subject.project,
            hashlib.sha256(f"{setup.seed}:{subject.id}:{one.id}".encode()).digest(),
        )
    )
    return tuple(one.code for one in usable)


def _reader(secrets: Collection[str]) -> Callable[[Reply], tuple[Written, ...] | None]:
    return lambda reply: read_functions(replace(reply, text=redacted(reply.text, secrets)))


def _answered(rows: Iterable[Row]) -> Row | None:
    """The row with an answer that came before the run was killed."""
    return next((row for row in rows if row["outcome"] in _WITH_ANSWER and row["answer"]), None)


def _may_be_paid(row: Row) -> bool:
    """Whether a request without a usable answer may have cost something."""
    if row["outcome"] == INTERRUPTED:
        return row["cost"] is None or row["cost"] > 0
    return bool(row["cost"]) or row["outcome"] in (CallOutcome.REFUSED, CallOutcome.UNREADABLE, *_WITH_ANSWER)


def _known(row: Row, dream_type: str) -> _Pending:
    """A prompt that was answered in an earlier part of the run."""
    outcome = CallOutcome(row["outcome"])
    found: Future[Delivery] = Future()
    found.set_result(
        Delivery(
            outcome=outcome,
            model=row["model"],
            functions=functions(row["answer"], cut=outcome is CallOutcome.TRUNCATED),
            requests=(),
            problem=row["problem"] or "",
        )
    )
    return _Pending(dream_type, None, found, row["id"])
