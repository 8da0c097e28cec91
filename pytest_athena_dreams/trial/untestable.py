"""Why a dream can't be tested here, which is never its own failure, and what opens it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..judge.categories import category_of
from ..judge.render import render
from ..judge.verdict import judge_load
from ..models import Category, Observation, ObservationKind, Procedure, Reason
from ..source.syntax import line_of

REMEDIES = {
    Reason.MISSING_PACKAGE: "install it where pytest runs, or let the jail import it from a folder by "
    "--athena-allow-read=FOLDER",
    Reason.NO_ENTRY_POINT: "name the function or Class.method as the procedure's entry_point",
    Reason.NOT_LOADED: "fix the procedure",
    Reason.REFUSED: "let it read by --athena-allow-read=PATH or --athena-allow-env=NAME; commands, the "
    "network and files that are written can't be tested yet",
    Reason.NO_INPUT: "give inputs that it accepts by annotations, a docstring example or "
    "pytest_athena_dreams_strategy",
    Reason.TOO_SLOW: "give it more time by --athena-timeout=SECONDS",
    Reason.BY_TYPE_ONLY: "have it return plain data, or choose the contract 'compatible'",
}
"""What a user may do, by reason."""
_REASONS = {
    Category.DEPENDENCY: Reason.MISSING_PACKAGE,
    Category.BLOCKED: Reason.REFUSED,
    Category.TIMEOUT: Reason.TOO_SLOW,
}
VALUE_LENGTH = 80
"""Characters of a value that the text shows."""
_COUNTED_RESULTS = 3
"""Kinds of result that the text counts."""


class Untestable(Exception):
    """A procedure can't be run, or on no input that could be made.

    ``text`` names the procedure, what it needed, and what opens it.
    """

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


def not_loaded(procedure: Procedure, failure: Observation) -> Untestable:
    """The procedure does not load."""
    raised = failure.raised
    reason = _REASONS.get(category_of(failure) or Category.UNKNOWN, Reason.NOT_LOADED)
    if raised is not None and raised.stage == "entry":
        reason = Reason.NO_ENTRY_POINT
    why = judge_load(failure).groups[0].finding.explanation.summary
    return Untestable(
        reason, f"{_named(procedure)} can't be run: {why}{_where(procedure, failure)}; {REMEDIES[reason]}"
    )


def no_strategy(procedure: Procedure | None, why: str) -> Untestable:
    """No inputs can be drawn, for the reason ``why``."""
    who = f"{_named(procedure)}: " if procedure else ""
    return Untestable(Reason.NO_INPUT, f"{who}{why}; give one by the hook pytest_athena_dreams_strategy")


def never_returned(procedure: Procedure, tried: int, seen: Sequence[Observation]) -> Untestable:
    """The procedure returned on none of the ``tried`` inputs, of which it ran on those that were ``seen``."""
    categories = Counter(map(_category, seen))
    most = categories.most_common(1)[0][0] if categories else None
    reason = _REASONS.get(most or Category.UNKNOWN, Reason.NO_INPUT)
    counts = Counter(_result(one) for one in seen)
    did = (
        ", ".join(f"{what} on {count}" for what, count in counts.most_common(_COUNTED_RESULTS))
        or "it ran on none"
    )
    last = next((one for one in reversed(seen) if _category(one) is most), None)
    detail = ""
    if last is not None and last.raised is not None and last.raised.message and most is not Category.BLOCKED:
        detail = f" (last: {last.raised.message})"
    where = _where(procedure, last) if last is not None else ""
    text = f"{_named(procedure)} returned on none of {tried} inputs: {did}{detail}{where}; {REMEDIES[reason]}"
    return Untestable(reason, text)


def compared_by_type(procedure: Procedure, example: Observation, inputs: int) -> Untestable:
    """Nothing but the types of the procedure's values could be compared on any of ``inputs``."""
    why = f"returns {render(example.value, limit=VALUE_LENGTH)}, of which only the type is known"
    text = f"{_named(procedure)} {why}: values were compared by type only on {inputs} of {inputs} inputs"
    return Untestable(Reason.BY_TYPE_ONLY, f"{text}; {REMEDIES[Reason.BY_TYPE_ONLY]}")


def _category(seen: Observation) -> Category | None:
    return Category.BLOCKED if seen.refused else category_of(seen)


def _named(procedure: Procedure) -> str:
    return f"procedure {procedure.name!r} (id {procedure.id})"


def _result(seen: Observation) -> str:
    if seen.refused:
        return f"the jail refused {seen.refused[0]}"
    if seen.raised is not None and seen.raised.path and category_of(seen) is Category.BLOCKED:
        return f"the jail refused open {seen.raised.path}"
    if seen.raised is not None:
        return f"it raised {seen.raised.type}"
    if seen.kind is ObservationKind.TIMED_OUT:
        return "it ran out of time"
    return f"it {seen.kind.value.replace('_', ' ')}"


def _where(procedure: Procedure, seen: Observation) -> str:
    """The line of the procedure that raised, with its text."""
    line = seen.raised.line if seen.raised else None
    text = line_of(procedure.code, line) if line else ""
    return f", at line {line}: {text}" if text else ""
