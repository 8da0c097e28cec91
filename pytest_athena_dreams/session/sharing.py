"""Verdicts that serve several dreams of one run: those with the same code but for what can't matter.

Invariant: a verdict is shared between dreams of one procedure, contract and entry point only, whose code is
sure to behave alike; the text of a shared failure holds for both.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from ..models import Contract, Dream, Fault, Verdict
from ..source.alike import lines_of, outline, twin_key
from .packed import pack, unpack

PROCEDURES = 4
"""Procedures whose verdicts are kept: their dreams come one after another."""
_TELL_NAMES = frozenset({"NameError", "UnboundLocalError"})
"""Exceptions whose message names a local."""

_Family = dict[int, list[bytes]]
"""Dreams with their verdicts, packed, by the hash of the outline of their code."""


class Twins:
    """The verdicts of the last few procedures."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str | None], _Family] = OrderedDict()

    def verdict(self, dream: Dream) -> Verdict | None:
        """The verdict of a twin as that of ``dream``, if one was kept."""
        for packed in self._family(dream).get(hash(outline(dream.code)), ()):
            twin, verdict = unpack(packed, tuple[Dream, Verdict], dream.procedure)
            if _alike(twin, dream):
                figures = replace(verdict.figures, elapsed=0.0, cpu=0.0)
                own = replace(verdict, dream_id=dream.id, figures=figures, taken_from=twin.id)
                if twin.code == dream.code:
                    return own
                faults = _moved(verdict.faults, twin.code, dream.code)
                figures = replace(figures, lines_reached=None, lines_total=None)
                return replace(own, faults=faults, figures=figures)
        return None

    def keep(self, dream: Dream, verdict: Verdict) -> None:
        """Keep the verdict of a dream that was run, for its twins to come."""
        if not any(fault.exception in _TELL_NAMES for fault in verdict.faults):
            packed = pack((replace(dream, procedure=None), verdict), dream.procedure)
            self._family(dream).setdefault(hash(outline(dream.code)), []).append(packed)

    def _family(self, dream: Dream) -> _Family:
        base = dream.procedure
        name = (base.name, base.code, base.entry_point) if base else (dream.procedure_name, "", None)
        family = self._kept.setdefault(name, {})
        self._kept.move_to_end(name)
        if len(self._kept) > PROCEDURES:
            self._kept.popitem(last=False)
        return family


def _alike(twin: Dream, dream: Dream) -> bool:
    """Whether one verdict serves both, which are of one procedure."""
    if (twin.contract, twin.entry_point) != (dream.contract, dream.entry_point):
        return False
    # A dream without a procedure draws its inputs by its own text.
    free = dream.procedure is None or dream.contract is Contract.FREE
    return twin.code == dream.code or (not free and twin_key(twin.code) == twin_key(dream.code))


def _moved(faults: tuple[Fault, ...], code: str, twin: str) -> tuple[Fault, ...]:
    """Faults of ``code`` with the lines that they have in its twin."""
    if not any(fault.line for fault in faults):
        return faults
    lines = lines_of(code, twin)
    return tuple(replace(fault, line=lines.get(fault.line) if fault.line else None) for fault in faults)
