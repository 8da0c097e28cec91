"""Suggestions for the generator: a rule for each pattern, with an example from the evidence.

Invariants: pure; every pattern gets the most specific rule that fits, at least that of its category; a rule
says what to do and can go into a prompt unchanged; an example is real code and a real call, and its code is
never blank, a comment or a docstring.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Category, Fault
from ..source.changes import excerpt, likeliest, list_changes, statement_at
from .rules import BY_CATEGORY, BY_CONTEXT, BY_EFFECT, BY_EXCEPTION, FENCES, NO_INPUT

_EFFECT_STARTS = (
    "also ran",
    "also sent",
    "did not run",
    "did not send",
    *(part for part, _ in BY_EFFECT[3:]),
)
"""How messages about what a dream did in its world begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Lines of a dream, and the lines of its procedure that make it pass when only they are put back."""

    wrong: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One failure as evidence: the dream's lines, the procedure's in their place, and the call.

    ``proven``: putting back only the procedure's lines makes the dream pass, because nothing else differs or
    because that was tested. ``world`` is what surrounded the call, a line each.
    """

    dream_id: int
    wrong: str
    right: str
    proven: bool
    call: str | None
    expected: str
    got: str
    world: tuple[str, ...]


def rule(category: Category, exception: str | None, message: str, context: str) -> str:
    """The text of the rule for a pattern."""
    if category is Category.SYNTAX and "markdown fence" in message:
        return FENCES
    if message == "no input accepted":
        return NO_INPUT
    if category is Category.LOGIC and message.startswith(_EFFECT_STARTS):
        return next(text for part, text in BY_EFFECT if part in message)
    if context in ("its own raise", "its own assertion") or (exception is None and context):
        for part, text in BY_CONTEXT:
            if part in context and category in (Category.LOGIC, Category.RUNTIME, Category.TYPE):
                return text
    short = (exception or "").rpartition(".")[2]
    return BY_EXCEPTION.get(short) or BY_CATEGORY[category]


def example(
    dream_id: int, fault: Fault, code: str, procedure: str | None, cause: Cause | None = None
) -> Example | None:
    """The relevant lines of a dream and its procedure, and the call that shows the difference.

    ``cause`` was found by a test. Without it, the only change is shown, or otherwise the likeliest one.
    ``None`` if the dream has no code to show.
    """
    wrong, right, proven = (cause.wrong, cause.right, True) if cause else _lines(fault, code, procedure)
    if not wrong:
        return None
    return Example(
        dream_id=dream_id,
        wrong=wrong,
        right=right,
        proven=proven,
        call=fault.call,
        expected=fault.expected,
        got=fault.got or fault.summary,
        world=fault.world,
    )


def _lines(fault: Fault, code: str, procedure: str | None) -> tuple[str, str, bool]:
    changes = list_changes(procedure, code) if procedure is not None else ()
    change = likeliest(changes, fault.line)
    if change is not None and procedure is not None:
        wrong = excerpt(code, change.wrong, change.line)
        return wrong, excerpt(procedure, change.right, change.right_line), len(changes) == 1
    here = excerpt(code, statement_at(code, fault.line)) if fault.line is not None else ""
    return here or excerpt(code), "", False
