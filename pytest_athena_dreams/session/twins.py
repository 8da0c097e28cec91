"""Verdicts that serve several dreams of one run: those with the same code but for what can't matter.

Invariant: a verdict is shared between dreams of one procedure, contract and entry point only, whose code is
sure to behave alike; the text of a shared failure holds for both.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache

from ..learn.twins import lines_of, twin_key
from ..models import Contract, Dream, Verdict

PROCEDURES = 4
"""Procedures whose verdicts are kept: their dreams come one after another."""
_TELL_NAMES = frozenset({"NameError", "UnboundLocalError"})
"""Exceptions whose message names a local."""

_Procedure = tuple[str, str, str | None]
_Key = tuple[str, Contract | None, str | None]


class Twins:
    """The verdicts of the last few procedures, by what their dreams share."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Procedure, dict[_Key, tuple[Dream, Verdict]]] = OrderedDict()

    def verdict(self, dream: Dream) -> Verdict | None:
        """The verdict of a twin as that of ``dream``, if one was kept."""
        found = self._family(dream).get(_key(dream))
        if found is None:
            return None
        twin, verdict = found
        faults = verdict.faults
        if twin.code != dream.code and any(fault.line for fault in faults):
            lines = lines_of(twin.code, dream.code)
            faults = tuple(replace(f, line=lines.get(f.line) if f.line else None) for f in faults)
        return replace(verdict, dream_id=dream.id, faults=faults, elapsed=0.0, cpu=0.0, taken_from=twin.id)

    def keep(self, dream: Dream, verdict: Verdict) -> None:
        """Keep the verdict of a dream that was run, for its twins to come."""
        if not any(fault.exception in _TELL_NAMES for fault in verdict.faults):
            self._family(dream)[_key(dream)] = dream, verdict

    def _family(self, dream: Dream) -> dict[_Key, tuple[Dream, Verdict]]:
        base = dream.procedure
        name = (base.name, base.code, base.entry_point) if base else (dream.procedure_name, "", None)
        family = self._kept.setdefault(name, {})
        self._kept.move_to_end(name)
        if len(self._kept) > PROCEDURES:
            self._kept.popitem(last=False)
        return family


@lru_cache(maxsize=1)  # asked before a dream is run, and again after
def _key(dream: Dream) -> _Key:
    # A dream without a procedure draws its inputs by its own text.
    free = dream.procedure is None or dream.contract is Contract.FREE
    return dream.code if free else twin_key(dream.code), dream.contract, dream.entry_point
