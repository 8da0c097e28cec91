"""What to tell the generator about a pattern: a rule in plain words, with an example from the evidence.

Invariants: pure; every pattern gets a rule, from the most special that fits to its category's; a rule names
what to do, so that it can stand in a prompt as it is; an example is code and a call that were
seen, never made up.
"""

from __future__ import annotations

import difflib
import textwrap
from dataclasses import dataclass

from ..models import Category, Fault
from .rules import BY_CATEGORY, BY_CONTEXT, BY_EXCEPTION, FENCES, NO_INPUT

LINES = 6
"""Lines of an example on each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One failure as evidence: the dream's lines, the procedure's in their place, and the call."""

    dream_id: int
    wrong: str
    right: str
    call: str | None
    expected: str
    got: str


def rule(category: Category, exception: str | None, message: str, context: str) -> str:
    """What the generator should do, in plain words."""
    if category is Category.SYNTAX and "markdown fence" in message:
        return FENCES
    if message == "no input accepted":
        return NO_INPUT
    if context in ("its own raise", "its own assertion") or (exception is None and context):
        for part, text in BY_CONTEXT:
            if part in context and category in (Category.LOGIC, Category.RUNTIME, Category.TYPE):
                return text
    short = (exception or "").rpartition(".")[2]
    return BY_EXCEPTION.get(short) or BY_CATEGORY[category]


def example(dream_id: int, fault: Fault, code: str, procedure: str | None) -> Example:
    """The lines that matter of a dream and its procedure, and the call that shows the difference."""
    wrong, right = _lines(code, procedure or "", fault.line)
    return Example(
        dream_id=dream_id,
        wrong=wrong,
        right=right,
        call=fault.call,
        expected=fault.expected,
        got=fault.got or fault.summary,
    )


def _lines(code: str, procedure: str, line: int | None) -> tuple[str, str]:
    """The changed lines nearest to ``line``, or the first ones; the line itself where nothing changed."""
    after, before = code.splitlines(), procedure.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    hunks = [op for op in matcher.get_opcodes() if op[0] != "equal"] if before else []
    if hunks:
        wanted = line or 0
        _, a1, a2, b1, b2 = min(hunks, key=lambda op: abs(op[3] + 1 - wanted) if line else op[3])
        return _cut(after[b1:b2]), _cut(before[a1:a2])
    if line is not None and 1 <= line <= len(after):
        return after[line - 1].strip(), ""
    return _cut(after), ""


def _cut(lines: list[str]) -> str:
    kept = lines[:LINES]
    return textwrap.dedent("\n".join([*kept, "…"] if len(lines) > LINES else kept))
