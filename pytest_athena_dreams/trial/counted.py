"""How many effects of the procedure a pass compared, by kind."""

from __future__ import annotations

from collections import Counter

from ..judge.asked import Order
from ..judge.leavings import Compared
from ..judge.output import text_of
from ..models import Contract
from .case import Case

_EFFECTS = {
    "file": "file",
    "command": "command",
    "http": "request",
    "mail": "mail",
    "variable": "variable",
    "wait": "wait",
    "output": "output",
}
"""What the text calls the kinds of effects, in this order."""


def effects_compared(case: Case) -> str | None:
    """The effects that were compared, as ``12 files, 3 commands``, summed over the examples of ``case``.

    Files are those that calls left changed, and requests those that do more than read. ``None`` if the
    procedure has no world.
    """
    oracle, reference = case.oracle, case.reference
    if reference is None or not reference.source.acts:
        return None
    found: Counter[str] = Counter()
    for example in case.examples:
        expected = example.expected
        if expected is None:
            continue
        if oracle.files is not Compared.NOTHING:
            found["file"] += len(expected.files or {})
        if oracle.requests is not Order.NOTHING:
            found.update(request.kind for request in expected.requests if not request.reads)
        if oracle.slept and oracle.contract is Contract.EQUIVALENT:
            found["wait"] += expected.slept > 0
        found["output"] += sum(bool(text_of(expected.printed, stream)) for stream in oracle.streams)
    said = [_counted(found[kind], noun) for kind, noun in _EFFECTS.items() if found[kind]]
    return ", ".join(said) or "none"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
