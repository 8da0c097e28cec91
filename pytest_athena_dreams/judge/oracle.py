"""What one input shows: the contract held, or a finding against it.

The procedure's observation defines the domain. ``free`` has no procedure: there the dream's own
declared exceptions reject the input.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..models import Category, Contract, Observation, ObservationKind, TypeSpec
from .annotations import fits
from .categories import category_of
from .equality import TOLERANCE, difference, type_of
from .render import render

_GUARDS = frozenset({"ValueError", "TypeError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One input on which the contract is broken; ``expected`` and ``got`` are words for people."""

    category: Category
    summary: str
    expected: str
    got: str
    line: int | None = None
    exception: str | None = None

    @property
    def key(self) -> tuple[Category, str | None, int | None]:
        """Findings of one key are one fault: category, exception type and source line."""
        return self.category, self.exception, self.line


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """Decides single inputs for one dream: its contract and what its annotations promise."""

    contract: Contract
    returns: TypeSpec | None = None
    declares: Collection[str] = ()
    tolerance: float = TOLERANCE

    def accepts(self, expected: Observation) -> bool:
        """Whether the procedure's observation puts an input inside the domain."""
        if expected.kind is ObservationKind.RETURNED:
            return True
        return self.contract is Contract.EQUIVALENT and expected.kind is ObservationKind.RAISED

    def rejects(self, got: Observation) -> bool:
        """Whether a ``free`` dream declined an input by an exception that it declares."""
        if self.contract is not Contract.FREE or got.raised is None:
            return False
        return any(name in self.declares for name in got.raised.bases)

    def check(self, expected: Observation | None, got: Observation) -> Finding | None:
        """Hold one accepted input's observation against the procedure's (``None`` under ``free``)."""
        if expected is not None and expected.kind is ObservationKind.RAISED:
            return self._same_exception(expected, got)
        category = category_of(got)
        if category is not None:
            return _finding(category, _summary(got), _wanted(expected), got)
        if expected is None:
            found = None
        elif self.contract is Contract.COMPATIBLE or not expected.steady:
            found = self._same_type(expected, got)
        else:
            found = self._same_value(expected, got)
        return found or self._annotated(expected, got)

    def diverges(self, expected: Observation, got: Observation) -> bool:
        """Whether two returned values differ, whatever the contract says of that."""
        return difference(expected.value, got.value, tolerance=self.tolerance) is not None

    def repeats(self, first: Observation, second: Observation) -> bool:
        """Whether two observations of the same call agree."""
        if first.kind is not second.kind or category_of(first) is not category_of(second):
            return False
        return first.kind is not ObservationKind.RETURNED or not self.diverges(first, second)

    def flaky(self, expected: Observation | None, first: Observation, second: Observation) -> Finding:
        """The finding that the same input gave ``first`` and then ``second``."""
        wanted = _words(expected) if expected else "the same result each time"
        text = "the same input gave different results"
        return _finding(Category.FLAKY, text, wanted, first, f"{_words(first)}, then {_words(second)}")

    def _same_exception(self, expected: Observation, got: Observation) -> Finding | None:
        wanted = _words(expected)
        assert expected.raised is not None
        if got.kind is ObservationKind.RETURNED:
            return _finding(Category.LOGIC, f"swallowed {expected.raised.type}", wanted, got)
        if got.raised is None:
            return _finding(category_of(got) or Category.UNKNOWN, _summary(got), wanted, got)
        if got.raised.bases == expected.raised.bases:
            return None
        return _finding(Category.LOGIC, f"raised {got.raised.type}, not {expected.raised.type}", wanted, got)

    def _same_value(self, expected: Observation, got: Observation) -> Finding | None:
        found = difference(expected.value, got.value, tolerance=self.tolerance)
        if found is not None:
            where = f" at {found.path}: {found.got}, not {found.expected}" if found.path else ""
            return _finding(Category.LOGIC, f"returned another value{where}", _words(expected), got)
        return self._same_arguments(expected, got)

    def _same_arguments(self, expected: Observation, got: Observation) -> Finding | None:
        if expected.changed is None and got.changed is None:
            return None
        if expected.changed is None:
            text = "changed an argument in place that the procedure leaves alone"
            return _finding(Category.LOGIC, text, "left its arguments alone", got, _changed(got))
        if got.changed is None:
            text = "left an argument alone that the procedure changes in place"
            return _finding(Category.LOGIC, text, _changed(expected), got, "left its arguments alone")
        if difference(expected.changed, got.changed, tolerance=self.tolerance) is None:
            return None
        text = "changed an argument in place in another way"
        return _finding(Category.LOGIC, text, _changed(expected), got, _changed(got))

    def _same_type(self, expected: Observation, got: Observation) -> Finding | None:
        wanted, actual = type_of(expected.value), type_of(got.value)
        if wanted != actual:
            text = f"returned {actual}, not {wanted}"
            return _finding(Category.LOGIC, text, _words(expected), got)
        if expected.changed is None and got.changed is not None:
            return self._same_arguments(expected, got)
        return None

    def _annotated(self, expected: Observation | None, got: Observation) -> Finding | None:
        if self.contract not in (Contract.FREE, Contract.COMPATIBLE) or self.returns is None:
            return None
        if fits(got.value, self.returns) or (expected and not fits(expected.value, self.returns)):
            return None
        text = f"returned {type_of(got.value)}, which does not fit its annotation"
        return _finding(Category.VALIDATION, text, _wanted(expected), got)


def _finding(category: Category, summary: str, wanted: str, got: Observation, words: str = "") -> Finding:
    raised = got.raised
    return Finding(
        category=category,
        summary=summary,
        expected=wanted,
        got=words or _words(got),
        line=raised.line if raised else None,
        exception=raised.type if raised else None,
    )


def _summary(got: Observation) -> str:
    if got.raised is not None:
        message = f": {got.raised.message}" if got.raised.message else ""
        return f"{got.raised.type}{message}"
    return got.detail or got.kind.value.replace("_", " ")


def _wanted(expected: Observation | None) -> str:
    return _words(expected) if expected else "a result"


def _words(observation: Observation) -> str:
    if observation.kind is ObservationKind.RETURNED:
        return f"returned {render(observation.value)}"
    if observation.raised is not None:
        return f"raised {_summary(observation)}"
    return _summary(observation)


def _changed(observation: Observation) -> str:
    positional, keyword = observation.changed
    return f"left its arguments as {render(positional)}{render(keyword) if keyword != ['dict', []] else ''}"
