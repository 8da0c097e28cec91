"""Shares verdicts between dreams of one run whose code behaves alike.

Invariant: a dream gets the verdict that it would get alone. Only dreams of the same procedure, contract and
entry point share a verdict, and only if its text and lines hold for both.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from ..models import Contract, Dream, Fault, Verdict
from ..source.alike import behaviour_key, lines_of
from .packed import pack, unpack

FAMILIES = 4
"""Procedures whose verdicts stay in memory: the dreams of one run one after another."""
_UNSHARED = frozenset({"NameError", "UnboundLocalError", "SyntaxError", "IndentationError"})
"""Exceptions whose message names a local or a line, so that it does not hold for other code."""

_Key = tuple[Contract | None, str | None, str]
"""A dream's contract, its entry point, and a key for its code."""


class SharedVerdicts:
    """The verdicts on the dreams of the last few procedures.

    With ``messages``, verdicts depend on exception messages, which may name locals: then only identical code
    shares a verdict.
    """

    def __init__(self, *, messages: bool = False) -> None:
        self._messages = messages
        self._families: OrderedDict[tuple[str, str, str | None], dict[_Key, bytes]] = OrderedDict()

    def verdict(self, dream: Dream) -> Verdict | None:
        """The verdict for ``dream`` from an earlier dream that behaves alike; ``None`` if there is none."""
        packed = self._family(dream).get(self._key(dream))
        if packed is None:
            return None
        twin, verdict = unpack(packed, tuple[Dream, Verdict], dream.procedure)
        figures = replace(verdict.figures, elapsed=0.0, cpu=0.0)
        own = replace(verdict, dream_id=dream.id, figures=figures, taken_from=twin.id)
        if twin.code == dream.code:
            return own
        faults = _moved(verdict.faults, twin.code, dream.code)
        if faults is None:
            return None
        figures = replace(figures, lines_reached=None, lines_total=None)
        return replace(own, faults=faults, figures=figures)

    def add(self, dream: Dream, verdict: Verdict) -> None:
        """Store the verdict on a dream that was run, for later dreams."""
        if not any(fault.exception in _UNSHARED for fault in verdict.faults):
            packed = pack((replace(dream, procedure=None), verdict), dream.procedure)
            self._family(dream).setdefault(self._key(dream), packed)

    def _key(self, dream: Dream) -> _Key:
        # The inputs of a dream that is not compared with a procedure depend on its own text.
        exact = self._messages or dream.procedure is None or dream.contract is Contract.FREE
        return dream.contract, dream.entry_point, dream.code if exact else behaviour_key(dream.code)

    def _family(self, dream: Dream) -> dict[_Key, bytes]:
        base = dream.procedure
        name = (base.name, base.code, base.entry_point) if base else (dream.procedure_name, "", None)
        family = self._families.setdefault(name, {})
        self._families.move_to_end(name)
        if len(self._families) > FAMILIES:
            self._families.popitem(last=False)
        return family


def _moved(faults: tuple[Fault, ...], code: str, twin: str) -> tuple[Fault, ...] | None:
    """Faults of ``code`` with the corresponding lines in ``twin``.

    ``None`` if the lines do not correspond one to one: lines decide which findings are one fault.
    """
    lines = lines_of(code, twin) if faults else {}
    if lines is None or not all(fault.line in lines for fault in faults if fault.line):
        return None
    return tuple(replace(fault, line=lines[fault.line] if fault.line else None) for fault in faults)
