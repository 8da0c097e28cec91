"""Sequences of calls on one object, as Hypothesis' stateful tests have them: which methods, with what.

Calls of a sequence have to meet: the same key again, a time a little later. So their arguments are small, and
some are those of an earlier call. At the end the object's visible attributes are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from ..signatures import Signature
from .draws import Draw, drawn_by, one, whole
from .recipes import Recipe
from .scalars import Strategy

THEN_CALLS = "then_calls"
"""The parameter for the calls, as ``sandbox.jail.sequences`` names it."""
LONGEST_SEQUENCE = 12
"""Calls after the construction, at most."""
LEAST_CALLS = (1, 4, 8)
"""Calls after the construction, at least: each for a third of the sequences."""
FEW_KEYS = 3
"""Different texts in half of the sequences, at most: the same keys come again."""
STEP = "step"
"""The maker of a recipe for a call, or for reading an attribute: its reference is the name."""


def calls_methods(signature: Signature) -> bool:
    """Whether an object is made and its methods are called."""
    return any(p.type is not None and p.type.kind == "calls" for p in signature.parameters)


def sequences(steps: Sequence[Strategy], read: Sequence[str]) -> Strategy:
    """Lists of steps, each drawn from one of ``steps``; then those that read attributes."""
    at_end = [Recipe(STEP, name) for name in read]

    step = st.one_of(list(steps))
    drawn = {least: st.lists(step, min_size=least, max_size=LONGEST_SEQUENCE) for least in LEAST_CALLS}

    def draw_steps(draw: Draw) -> list[Recipe]:
        least = one(draw, LEAST_CALLS)
        found: list[Recipe] = draw(drawn[least])
        texts = list(dict.fromkeys(arg for step in found for arg in step.args if type(arg) is str))
        if len(texts) > 2 and whole(draw, 0, 1):
            few = texts[: whole(draw, 2, FEW_KEYS)]
            found = [
                replace(step, args=tuple(one(draw, few) if type(arg) is str else arg for arg in step.args))
                for step in found
            ]
        return found + at_end

    return drawn_by(draw_steps)


def lines(made: str, steps: Sequence[Recipe]) -> str:
    """A sequence as Python, on one line; ``made`` is the construction."""
    return "; ".join([f"it = {made}", *map(_line, steps)])


def _line(step: Recipe) -> str:
    text = repr(step)
    return f"it{step.reference}" if step.reference.startswith(".") else f"it.{text}"
