"""Whether a dream that passed is better than its procedure: it answers more inputs, or is faster or shorter.

Invariants: pure; a dream that failed or was not tested is never better, and neither is one whose values were
not compared: a constant is short and fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..models import Contract
from ..source.normalise import nodes, parse

FASTER = 1.25
"""How many times faster than its procedure a dream must be. Of 90 dreams with one more check than their
procedures, none was measured above 1.14 on a busy machine."""
SHORTER = 0.9
"""Maximum size of a shorter dream, as a share of its procedure's."""
MIN_SHORTER = 3
"""Minimum nodes of syntax that a shorter dream saves: in a small function a tenth is less than a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """In what a dream is better. ``widened`` is a share of inputs, ``speed`` a factor, ``size`` a share of
    the procedure's syntax; each is ``None`` if it is no gain."""

    widened: float | None = None
    speed: float | None = None
    size: float | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.widened, self.speed, self.size))


def gain(row: Mapping[str, Any]) -> Gain:
    """What a dream gains on its procedure.

    ``row`` has ``passed``, ``contract``, ``code`` and ``base``, the procedure's code; and as the test
    measured them ``effectiveness`` (times faster), ``widened`` and ``diverged``, ``None`` if it did not.
    """
    procedure, code, speed = row["base"], row["code"] or "", row["effectiveness"]
    if not row["passed"] or procedure is None or row["contract"] == Contract.FREE or row["diverged"]:
        return Gain()
    own, base = size(code), size(procedure)
    saved = own is not None and base is not None and own <= SHORTER * base and base - own >= MIN_SHORTER
    return Gain(
        widened=row["widened"] or None,
        speed=speed if speed is not None and speed >= FASTER else None,
        size=own / base if saved and own is not None and base else None,
    )


def size(code: str) -> int | None:
    """The nodes of the syntax of ``code``, without docstrings; ``None`` if it can't be parsed."""
    tree = parse(code)
    return None if tree is None else len(nodes(tree))
