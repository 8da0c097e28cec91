"""The mechanical transforms: their names, types and contracts, without the code that needs libcst.

Invariants: a transform is the module of its name in ``transforms``, with a function ``variants``; the ones
that most often improve a procedure come first within each type.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Contract, DreamType

_RELAXATION = DreamType.CONSTRAINT_RELAXATION
_EXPLORATION = DreamType.PARAMETER_EXPLORATION
_CONDITIONAL = DreamType.CONDITIONAL_VARIANT
_SYNTHESIS = DreamType.CROSS_PROJECT_SYNTHESIS


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """A mechanical writer. ``what`` is one line for people, ``contract`` what its drafts aim at."""

    name: str
    dream_type: DreamType
    what: str
    contract: Contract


TRANSFORMS: tuple[Transform, ...] = (
    Transform(
        name="iterables",
        dream_type=_RELAXATION,
        what="accepts any iterable where a collection was needed",
        contract=Contract.SUPERSET,
    ),
)
"""Every transform; ``docs/dreaming.md`` has the same table."""
