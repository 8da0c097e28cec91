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
_EQUIVALENT = Contract.EQUIVALENT
_SUPERSET = Contract.SUPERSET
_COMPATIBLE = Contract.COMPATIBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """A mechanical writer. ``what`` is one line for people, ``contract`` what its drafts aim at."""

    name: str
    dream_type: DreamType
    what: str
    contract: Contract


_ROWS = (
    (
        "indices",
        _RELAXATION,
        "goes through items instead of indices, which any iterable allows",
        _SUPERSET,
    ),
    ("nothing", _RELAXATION, "accepts `None` as an empty collection or text", _SUPERSET),
    (
        "accumulators",
        _RELAXATION,
        "adds up with `sum`, `join`, `any` or `all` instead of a loop",
        _SUPERSET,
    ),
    ("iterables", _RELAXATION, "accepts any iterable where a collection was needed", _SUPERSET),
    (
        "missing",
        _RELAXATION,
        "answers where there was nothing to work on: `max` of nothing",
        _SUPERSET,
    ),
    (
        "comprehensions",
        _RELAXATION,
        "fills a list, set or dict by a comprehension instead of a loop",
        _SUPERSET,
    ),
    ("encodings", _RELAXATION, "reads text that is not valid in its encoding", _SUPERSET),
    (
        "suppressions",
        _RELAXATION,
        "does not mind what is done already: a file that is gone",
        _SUPERSET,
    ),
    ("lookups", _RELAXATION, "looks values up in a set or dict instead of a list", _SUPERSET),
    (
        "temporaries",
        _RELAXATION,
        "returns a value without a variable for it",
        _EQUIVALENT,
    ),
    ("numerals", _RELAXATION, "accepts a number as a text or a whole float", _SUPERSET),
    ("checks", _RELAXATION, "drops an `assert`, or an `if` that only raises", _SUPERSET),
    ("counts", _RELAXATION, "counts with `dict.get` instead of asking first", _EQUIVALENT),
    ("contexts", _RELAXATION, "closes a file on every way out", _SUPERSET),
    ("paths", _RELAXATION, "asks for files by `pathlib`", _SUPERSET),
    ("loops", _RELAXATION, "fills a list by a loop instead of a comprehension, item by item", _EQUIVALENT),
    ("branches", _RELAXATION, "writes two returns as one", _EQUIVALENT),
    ("reordering", _RELAXATION, "swaps two statements that do not depend on each other", _SUPERSET),
    ("keywords", _EXPLORATION, "turns a constant into a parameter with a default", _EQUIVALENT),
    (
        "switches",
        _EXPLORATION,
        "tries an option of a function that is called: a time limit",
        _COMPATIBLE,
    ),
    ("defaults", _EXPLORATION, "tries other defaults of a parameter", _COMPATIBLE),
    ("constants", _EXPLORATION, "tries other values of a constant", _COMPATIBLE),
    ("cutoffs", _EXPLORATION, "adds a parameter that limits how many items are returned", _EQUIVALENT),
    ("memory", _CONDITIONAL, "remembers the results of code that always gives the same", _SUPERSET),
    ("exits", _CONDITIONAL, "leaves a loop as soon as its result is known", _SUPERSET),
    ("emptiness", _CONDITIONAL, "answers at once for an empty collection", _SUPERSET),
    ("orderings", _CONDITIONAL, "does not sort what is sorted already", _SUPERSET),
    ("singletons", _CONDITIONAL, "does not search or sort a collection of one item", _SUPERSET),
    ("absences", _CONDITIONAL, "gives an empty result for a file that is not there", _SUPERSET),
    ("retries", _CONDITIONAL, "tries again where a file, a command or the network fails", _SUPERSET),
    (
        "preconditions",
        _CONDITIONAL,
        "raises a clear error at once where there is one anyway",
        _SUPERSET,
    ),
    ("typechecks", _CONDITIONAL, "checks the types of arguments first", _SUPERSET),
    (
        "delegations",
        _SYNTHESIS,
        "lets a procedure of another project that gives the same results do it",
        _SUPERSET,
    ),
    ("parts", _SYNTHESIS, "lets a procedure of another project compute a part", _SUPERSET),
    ("compositions", _SYNTHESIS, "joins two procedures that fit by what they take and return", Contract.FREE),
)

TRANSFORMS: tuple[Transform, ...] = tuple(
    Transform(name=name, dream_type=dream_type, what=what, contract=contract)
    for name, dream_type, what, contract in _ROWS
)
"""Every transform; ``docs/dreaming.md`` has the same table."""
