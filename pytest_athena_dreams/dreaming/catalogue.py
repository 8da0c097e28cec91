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
_SAME = Contract.EQUIVALENT
_WIDER = Contract.SUPERSET
_OTHER = Contract.COMPATIBLE


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
        _WIDER,
    ),
    ("nothing", _RELAXATION, "accepts `None` as an empty collection or text", _WIDER),
    (
        "accumulators",
        _RELAXATION,
        "adds up with `sum`, `join`, `any` or `all` instead of a loop",
        _WIDER,
    ),
    ("iterables", _RELAXATION, "accepts any iterable where a collection was needed", _WIDER),
    (
        "missing",
        _RELAXATION,
        "answers where there was nothing to work on: `max` of nothing",
        _WIDER,
    ),
    (
        "comprehensions",
        _RELAXATION,
        "fills a list, set or dict by a comprehension instead of a loop",
        _WIDER,
    ),
    ("encodings", _RELAXATION, "reads text that is not valid in its encoding", _WIDER),
    (
        "suppressions",
        _RELAXATION,
        "does not mind what is done already: a file that is gone",
        _WIDER,
    ),
    ("lookups", _RELAXATION, "looks values up in a set or dict instead of a list", _WIDER),
    (
        "temporaries",
        _RELAXATION,
        "returns a value without a variable for it",
        _SAME,
    ),
    ("numerals", _RELAXATION, "accepts a number as a text or a whole float", _WIDER),
    ("checks", _RELAXATION, "drops an `assert`, or an `if` that only raises", _WIDER),
    ("counts", _RELAXATION, "counts with `dict.get` instead of asking first", _SAME),
    ("contexts", _RELAXATION, "closes a file on every way out", _WIDER),
    ("paths", _RELAXATION, "asks for files by `pathlib`", _WIDER),
    ("loops", _RELAXATION, "fills a list by a loop instead of a comprehension, item by item", _SAME),
    ("branches", _RELAXATION, "writes two returns as one", _SAME),
    ("reordering", _RELAXATION, "swaps two statements that do not depend on each other", _WIDER),
    ("keywords", _EXPLORATION, "turns a constant into a parameter with a default", _SAME),
    (
        "switches",
        _EXPLORATION,
        "tries an option of a function that is called: a time limit",
        _OTHER,
    ),
    ("defaults", _EXPLORATION, "tries other defaults of a parameter", _OTHER),
    ("constants", _EXPLORATION, "tries other values of a constant", _OTHER),
    ("cutoffs", _EXPLORATION, "adds a parameter that limits how many items are returned", _SAME),
    ("memory", _CONDITIONAL, "remembers the results of code that always gives the same", _WIDER),
    ("exits", _CONDITIONAL, "leaves a loop as soon as its result is known", _WIDER),
    ("emptiness", _CONDITIONAL, "answers at once for an empty collection", _WIDER),
    ("orderings", _CONDITIONAL, "does not sort what is sorted already", _WIDER),
    ("absences", _CONDITIONAL, "gives an empty result for a file that is not there", _WIDER),
    ("retries", _CONDITIONAL, "tries again where a file, a command or the network fails", _WIDER),
    (
        "preconditions",
        _CONDITIONAL,
        "raises a clear error at once where there is one anyway",
        _WIDER,
    ),
    ("typechecks", _CONDITIONAL, "checks the types of arguments first", _WIDER),
)

TRANSFORMS: tuple[Transform, ...] = tuple(
    Transform(name=name, dream_type=dream_type, what=what, contract=contract)
    for name, dream_type, what, contract in _ROWS
)
"""Every transform; ``docs/dreaming.md`` has the same table."""
