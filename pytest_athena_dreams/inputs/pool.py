"""The pool: the argument sets that a procedure and all its dreams are run on.

The same signature, literals, seed and settings give the same pool in any process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as with_seed
from hypothesis.strategies import SearchStrategy

from ..models import Canonical, Signature
from .arguments import Arguments
from .edges import edge_arguments
from .strategies import arguments_strategy

EDGE_SHARE = 4
"""At most one input in this many is an edge case."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Distinct inputs in a fixed order, with the payloads that travel; drawn ones follow the edge cases."""

    inputs: tuple[Arguments, ...]
    payloads: tuple[bytes, ...]

    def __len__(self) -> int:
        return len(self.inputs)


def derive_seed(seed: int, *parts: str | None) -> int:
    """A 64-bit seed from the run's seed and what it is for: the same in every process."""
    text = "\0".join([str(seed), *(part or "" for part in parts)])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()[:8])


def draw_pool(
    signature: Signature, literals: Sequence[Canonical], *, wide: bool, size: int, seed: int
) -> Pool:
    """Draw ``size`` inputs at most (fewer where the types have no more values).

    Raises ``UnmetAnnotation`` where a required parameter has no strategy.
    """
    strategy = arguments_strategy(signature, literals, wide=wide)
    distinct: dict[bytes, Arguments] = {}
    for arguments in edge_arguments(signature, max(1, size // EDGE_SHARE)):
        distinct.setdefault(arguments.payload(), arguments)

    def keep(arguments: Arguments) -> None:
        if len(distinct) < size:
            distinct.setdefault(arguments.payload(), arguments)

    if signature.parameters:
        run(strategy, keep, size=size, seed=seed, phases=[Phase.generate])
    return Pool(inputs=tuple(distinct.values()), payloads=tuple(distinct))


def run(
    strategy: SearchStrategy[Arguments],
    test: Callable[[Arguments], None],
    *,
    size: int,
    seed: int,
    phases: Sequence[Phase],
) -> None:
    """Let Hypothesis call ``test`` with what it draws; nothing is printed, stored or timed."""
    quiet = settings(
        max_examples=size,
        phases=list(phases),
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )

    def body(arguments: Arguments) -> None:
        test(arguments)

    with_seed(seed)(quiet(given(strategy)(body)))()
