"""The pool: the argument sets that a procedure and all its dreams are run on.

The same ``PoolSpec`` gives the same pool in any process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as with_seed

from ..models import Canonical, Signature
from .arguments import Arguments
from .edges import edge_arguments
from .strategies import arguments_strategy

EDGE_SHARE = 4
"""At most one input in this many is an edge case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec:
    """All that a pool depends on; ``size`` is the most inputs, fewer where the types have no more values."""

    signature: Signature
    literals: tuple[Canonical, ...]
    wide: bool
    size: int
    seed: int

    def run(self, test: Callable[[Arguments], None], phases: Sequence[Phase]) -> None:
        """Let Hypothesis call ``test`` with what it draws; nothing is printed, stored or timed.

        Raises ``UnmetAnnotation`` where a required parameter has no strategy.
        """
        quiet = settings(
            max_examples=self.size,
            phases=list(phases),
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        strategy = arguments_strategy(self.signature, self.literals, wide=self.wide)

        def body(arguments: Arguments) -> None:
            test(arguments)

        with_seed(self.seed)(quiet(given(strategy)(body)))()


@dataclass(frozen=True, slots=True)
class Pool:
    """Distinct inputs in a fixed order: by payload, what they read as."""

    spec: PoolSpec
    inputs: dict[bytes, Arguments]

    def __len__(self) -> int:
        return len(self.inputs)


def draw_pool(spec: PoolSpec, *, edges: bool) -> Pool:
    """Draw the inputs of ``spec``, the fixed edge cases first if ``edges``.

    Raises ``UnmetAnnotation`` where a required parameter has no strategy.
    """
    inputs: dict[bytes, Arguments] = {}
    if edges:
        for arguments in edge_arguments(spec.signature, max(1, spec.size // EDGE_SHARE)):
            inputs.setdefault(arguments.payload(), arguments)

    def keep(arguments: Arguments) -> None:
        if len(inputs) < spec.size:
            inputs.setdefault(arguments.payload(), arguments)

    spec.run(keep, [Phase.generate])
    return Pool(spec, inputs)


def derive_seed(seed: int, *parts: str | None) -> int:
    """A 64-bit seed from the run's seed and what it is for: the same in every process."""
    text = "\0".join([str(seed), *(part or "" for part in parts)])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()[:8])
