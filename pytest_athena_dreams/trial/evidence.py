"""Evidence for a pass: the share of the procedure's mutants that its inputs detect.

It never changes a verdict. Time limits are a backstop: mutants beyond them are left out of the figure.
"""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakKeyDictionary

from ..models import Contract
from .detection import Mutants
from .lab import Lab
from .observing import PROCEDURE_SHARE, procedure_timeout
from .reference import Reference


class Evidence:
    """Measures evidence, once for each procedure and contract of one worker."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._cached: WeakKeyDictionary[Reference, dict[Contract, float | None]] = WeakKeyDictionary()

    def of(self, reference: Reference, contract: Contract) -> float | None:
        """The share of mutants that the reference's pool detects; ``None`` if it has no mutants.

        A mutant is detected by the first accepted input on which it breaks ``contract``, hangs or dies.
        """
        cached = self._cached.setdefault(reference, {})
        if contract not in cached:
            cached[contract] = detected_share(self._lab, reference, contract)
        return cached[contract]


def detected_share(lab: Lab, reference: Reference, contract: Contract) -> float | None:
    """The share of a procedure's mutants that its pool detects, see :meth:`Evidence.of`."""
    oracle = reference.variation.left_out(replace(lab.oracle(contract), returns=reference.signature.returns))
    expected = reference.expected
    order = sorted(reference.pool.inputs, key=len)  # large inputs take long
    accepted = {p: expected[p] for p in order if p in expected and oracle.accepts(expected[p])}
    source = replace(reference.source, entry_point=reference.signature.name)
    detected: list[bool] = []
    with Mutants(
        lab.jails.main,
        source,
        oracle,
        timeout=procedure_timeout(lab),
        seconds=lab.settings.dream_timeout / PROCEDURE_SHARE,
    ) as mutants:
        for _ in mutants:
            by = mutants.detected_by(accepted)
            if by is None:
                break
            detected.append(by is not False)
    return sum(detected) / len(detected) if accepted and detected else None
