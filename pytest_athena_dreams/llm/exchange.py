"""A question to a model and what came back: plain frozen data, and the one method that a client has.

Invariants: no I/O; a key or another secret is in none of these; costs are exact USD, durations float seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

LONGEST_ANSWER = 400_000
"""Characters of an answer beyond which it is unreadable: a hundred times what a long function needs."""


class CallOutcome(StrEnum):
    """What one request to a model came to."""

    ANSWERED = "answered"
    TRUNCATED = "truncated"
    """The answer was cut off at the limit of tokens."""
    REFUSED = "refused"
    """The model, or its provider's filter, declined to answer."""
    UNREADABLE = "unreadable"
    """An answer came, but nothing in it could be used."""
    RATE_LIMITED = "rate_limited"
    TIMED_OUT = "timed_out"
    UNAVAILABLE = "unavailable"
    """The server failed, or the connection did."""
    REJECTED = "rejected"
    """The server does not take this request: asking again would not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One prompt. ``schema`` is the JSON schema of the answer, ``tokens`` the most that the answer may have.

    ``name`` names the schema, in letters and underscores.
    """

    system: str
    text: str
    name: str
    schema: Mapping[str, Any]
    tokens: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer of ``model``, which is what the server says it is.

    ``outcome`` is ``ANSWERED``, ``TRUNCATED`` or ``REFUSED``. ``cost`` is in USD; ``None``, like tokens that
    are ``None``, says that the server did not report it.
    """

    text: str
    model: str
    outcome: CallOutcome = CallOutcome.ANSWERED
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None


class CallError(Exception):
    """A request that brought no answer: a fault of a server or of the way to it, never of a dream.

    ``outcome`` is one of the last four. ``retry_after`` is what the server asked to wait, in seconds. With
    ``billed`` the request may have been charged for. ``final`` says that no request to this model can
    succeed: its key is wrong, its credit is used up, or the server does not know it.
    """

    def __init__(
        self,
        text: str,
        outcome: CallOutcome,
        *,
        retry_after: float | None = None,
        billed: bool = False,
        final: bool = False,
    ) -> None:
        super().__init__(text)
        self.outcome = outcome
        self.retry_after = retry_after
        self.billed = billed
        self.final = final


class Client(Protocol):
    """One model. ``name`` is what the user calls it."""

    name: str

    async def ask(self, question: Question) -> Reply:
        """The answer to ``question``. Raises ``CallError``."""

    def worst_cost(self, question: Question) -> Decimal | None:
        """The most that ``question`` can cost, in USD; ``None`` if the price is not known."""

    async def close(self) -> None:
        """Close its connections."""
