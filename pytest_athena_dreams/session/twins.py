"""Verdicts that serve several dreams of one run: those with the same code but for what can't matter.

Invariant: a verdict is shared between dreams of one procedure, contract and entry point only, whose code is
sure to behave alike; the text of a shared failure holds for both.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from ..learn.twins import lines_of, outline, twin_key
from ..models import Contract, Dream, Fault, Verdict

PROCEDURES = 4
"""Procedures whose verdicts are kept: their dreams come one after another."""
_TELL_NAMES = frozenset({"NameError", "UnboundLocalError"})
"""Exceptions whose message names a local."""

_Family = dict[str, list[tuple[Dream, Verdict]]]


class Twins:
    """The verdicts of the last few procedures, by the outline of the code."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str | None], _Family] = OrderedDict()

    def verdict(self, dream: Dream) -> Verdict | None:
        """The verdict of a twin as that of ``dream``, if one was kept."""
        for twin, verdict in self._family(dream).get(outline(dream.code), ()):
            if _alike(twin, dream):
                own = replace(verdict, dream_id=dream.id, elapsed=0.0, cpu=0.0, taken_from=twin.id)
                if twin.code == dream.code:
                    return own
                faults = _moved(verdict.faults, twin.code, dream.code)
                return replace(own, faults=faults, lines_reached=None, lines_total=None)
        return None

    def keep(self, dream: Dream, verdict: Verdict) -> None:
        """Keep the verdict of a dream that was run, for its twins to come."""
        if not any(fault.exception in _TELL_NAMES for fault in verdict.faults):
            self._family(dream).setdefault(outline(dream.code), []).append((dream, verdict))

    def _family(self, dream: Dream) -> _Family:
        base = dream.procedure
        name = (base.name, base.code, base.entry_point) if base else (dream.procedure_name, "", None)
        family = self._kept.setdefault(name, {})
        self._kept.move_to_end(name)
        if len(self._kept) > PROCEDURES:
            self._kept.popitem(last=False)
        return family


def _alike(a: Dream, b: Dream) -> bool:
    if (a.contract, a.entry_point) != (b.contract, b.entry_point):
        return False
    # A dream without a procedure draws its inputs by its own text.
    free = a.procedure is None or a.contract is Contract.FREE
    return a.code == b.code or (not free and twin_key(a.code) == twin_key(b.code))


def _moved(faults: tuple[Fault, ...], code: str, twin: str) -> tuple[Fault, ...]:
    """Faults of ``code`` with the lines that they have in its twin."""
    if not any(fault.line for fault in faults):
        return faults
    lines = lines_of(code, twin)
    return tuple(replace(fault, line=lines.get(fault.line) if fault.line else None) for fault in faults)
