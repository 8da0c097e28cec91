"""Asks questions within a budget: several at a time, again where that may help, then the next model.

Invariants: a request is sent only if the budget has room for the most that it can cost; an answer lists each
request that was sent for it, whatever became of it; ``ask`` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from ..closing import Closing
from .budget import Budget, BudgetSpent
from .exchange import LONGEST_ANSWER, CallError, CallOutcome, Client, Question, Reply

ATTEMPTS = 4
"""Requests to one model for one question."""
FIRST_WAIT = 0.5
"""Seconds before the second request, if the server does not say; each further wait is twice as long."""
LONGEST_WAIT = 60.0
"""Maximum seconds of a server's ``Retry-After``. Above, the request goes to the next model."""
_AGAIN = (CallOutcome.RATE_LIMITED, CallOutcome.UNAVAILABLE)
"""Outcomes that another request may improve. One that timed out may have been charged for: not sent again."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One request that was sent. ``model`` is what the server says it is, else the name it was ``asked``
    for by.

    ``prompt`` is a digest of the prompt. ``cost`` is in USD, ``None`` if it is not known: of a request
    without an answer that may have been charged for, it is the most that it can cost. ``seconds`` is the
    time from the request to the answer. ``problem`` says in words what went wrong.
    """

    asked: str
    model: str
    prompt: str
    outcome: CallOutcome
    started_at: int
    seconds: float
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """What became of a question. ``value`` is what the reader made of the answer, if it was readable.

    ``requests`` are in the order in which they were sent; the last one brought the outcome. ``problem``
    says in words why there is no value, or not all of it.
    """

    outcome: CallOutcome
    model: str
    value: T | None = None
    problem: str = ""
    requests: tuple[CallRecord, ...] = ()


class CallLog(Protocol):
    """Hears of each request of one question, so that a killed run can continue.

    Both methods are called on the thread of the event loop, and may not take long.
    """

    def sending(self, asked: str, prompt: str, worst: Decimal | None, started_at: int) -> None:
        """The model ``asked`` is sent the next request, which costs ``worst`` USD at most.

        ``prompt`` is a digest of it, ``started_at`` epoch seconds.
        """

    def came(self, record: CallRecord, reply: Reply | None) -> None:
        """That request is over; ``reply`` is the answer, if one came."""


def prompt_digest(question: Question) -> str:
    """A short name for a prompt: equal prompts have equal ones."""
    text = "\0".join((question.system, question.text))
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


class Calls(Closing):
    """The models of one run, the first one first, on an event loop in a thread of its own.

    ``budget`` is shared by all questions. ``on_wait`` is called with the seconds of each wait before another
    request, on that thread.
    """

    def __init__(
        self,
        clients: Sequence[Client],
        budget: Budget,
        *,
        concurrency: int = 4,
        on_wait: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self.budget = budget
        self.clients = list(clients)
        self._failed: set[str] = set()
        self._on_wait = on_wait
        self._loop = asyncio.new_event_loop()
        self._places = asyncio.Semaphore(concurrency)
        self._settled = asyncio.Condition()
        self._pending: set[Future[Any]] = set()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="athena-dreams-models", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Cancel unfinished requests, and close the connections."""
        for future in list(self._pending):
            future.cancel()
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        others = asyncio.all_tasks(self._loop) - {asyncio.current_task(self._loop)}
        await asyncio.gather(*others, return_exceptions=True)
        for client in self.clients:
            await client.close()

    def ask(self, question: Question, read: Callable[[Reply], T | None]) -> Answer[T]:
        """Ask ``question`` and wait for the answer, which ``read`` makes a value of, or ``None``.

        Raises ``BudgetSpent`` if the budget has no room for the first request.
        """
        return self.begin(question, read).result()

    def begin(
        self, question: Question, read: Callable[[Reply], T | None], *, log: CallLog | None = None
    ) -> Future[Answer[T]]:
        """As :meth:`ask`, without waiting; ``read`` is called on another thread. ``log`` hears of each
        request."""
        future = asyncio.run_coroutine_threadsafe(self._ask(question, read, log), self._loop)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        return future

    async def _ask(
        self, question: Question, read: Callable[[Reply], T | None], log: CallLog | None
    ) -> Answer[T]:
        sent: list[CallRecord] = []
        last: Answer[T] | None = None
        async with self._places:
            for client in self.clients:
                if client.name in self._failed:
                    continue
                try:
                    last = await self._of(client, question, read, sent, log)
                except BudgetSpent:
                    if last is None and not sent:
                        raise
                    break
                if last.value is not None:
                    break
        if last is None:
            if sent:  # the budget ended between two requests to the first model
                return Answer(
                    outcome=sent[-1].outcome,
                    model=sent[-1].model,
                    problem=sent[-1].problem,
                    requests=tuple(sent),
                )
            names = ", ".join(client.name for client in self.clients)
            return Answer(
                outcome=CallOutcome.REJECTED, model=names, problem=f"no model can be asked any more: {names}"
            )
        return replace(last, requests=tuple(sent))

    async def _of(
        self,
        client: Client,
        question: Question,
        read: Callable[[Reply], T | None],
        sent: list[CallRecord],
        log: CallLog | None,
    ) -> Answer[T]:
        """The answer of one model, after ``ATTEMPTS`` requests at most. Raises ``BudgetSpent``."""
        wait = FIRST_WAIT
        for attempt in range(1, ATTEMPTS + 1):
            reply, failure, record = await self._request(client, question, log)
            outcome, value, problem = _result(reply, failure, read)
            record = replace(record, outcome=outcome, problem=problem)
            if log is not None:
                log.came(record, reply)
            sent.append(record)
            answer = Answer(outcome=outcome, model=record.model, value=value, problem=problem)
            if failure is None or outcome not in _AGAIN:
                if failure is not None and failure.final:
                    self._failed.add(client.name)
                return answer
            pause = wait * random.uniform(0.8, 1.2) if failure.retry_after is None else failure.retry_after
            if attempt == ATTEMPTS or pause > LONGEST_WAIT:
                return answer
            self._on_wait(pause)
            await asyncio.sleep(pause)
            wait *= 2
        raise AssertionError("the last attempt returns")

    async def _request(
        self, client: Client, question: Question, log: CallLog | None
    ) -> tuple[Reply | None, CallError | None, CallRecord]:
        """One request within the budget: its result and its record. Raises ``BudgetSpent``."""
        worst = client.worst_cost(question)
        await self._reserve(worst)
        started, begun = int(time.time()), time.monotonic()
        reply: Reply | None = None
        failure: CallError | None = None
        cost: Decimal | None = None  # if the request is cancelled, it may have been paid for
        try:
            if log is not None:
                log.sending(client.name, prompt_digest(question), worst, started)
            reply = await client.ask(question)
            cost = reply.cost
        except CallError as error:
            failure = error
            cost = None if error.billed else Decimal(0)
        finally:
            self.budget.settle(worst, cost)
            async with self._settled:
                self._settled.notify_all()
        return (
            reply,
            failure,
            CallRecord(
                asked=client.name,
                model=reply.model if reply else client.name,
                prompt=prompt_digest(question),
                outcome=failure.outcome if failure else CallOutcome.ANSWERED,
                started_at=started,
                seconds=time.monotonic() - begun,
                input_tokens=reply.input_tokens if reply else None,
                output_tokens=reply.output_tokens if reply else None,
                cost=worst if cost is None else cost,
            ),
        )

    async def _reserve(self, worst: Decimal | None) -> None:
        """Take room in the budget, once what others don't use of theirs is free. Raises ``BudgetSpent``."""
        async with self._settled:
            while True:
                try:
                    return self.budget.reserve(worst)
                except BudgetSpent:
                    if not self.budget.may_free():
                        raise
                await self._settled.wait()


def _result(
    reply: Reply | None, failure: CallError | None, read: Callable[[Reply], T | None]
) -> tuple[CallOutcome, T | None, str]:
    """The outcome of a request, what was read from its answer, and what is wrong with it."""
    if reply is None:
        assert failure is not None
        return failure.outcome, None, str(failure)
    if reply.outcome is CallOutcome.REFUSED:
        return reply.outcome, None, "the model declined to answer"
    if len(reply.text) > LONGEST_ANSWER:
        return CallOutcome.UNREADABLE, None, f"the answer has {len(reply.text):,} characters"
    value = read(reply)
    if reply.outcome is CallOutcome.TRUNCATED:
        return reply.outcome, value, "the answer was cut off at the limit of tokens"
    if value is None:
        return CallOutcome.UNREADABLE, None, "nothing in the answer could be used"
    return CallOutcome.ANSWERED, value, ""
