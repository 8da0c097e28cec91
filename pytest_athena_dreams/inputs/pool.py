"""The pool: the argument sets that a procedure and all its dreams are run on.

The same ``PoolSpec`` gives the same pool in any process.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st

from ..models import Canonical, Signature
from .arguments import Arguments
from .calls import calls
from .edges import edge_arguments
from .mined import nothing_mined
from .narrowing import Narrowing, narrow, sample
from .scalars import Strategy, Width
from .weights import weighted

REPEATS = 3
"""One draw in this many more is made, for those that Hypothesis makes twice."""
EDGE_SHARE = 4
"""At most one input in this many is an edge case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec:
    """All that a pool depends on.

    ``signature`` has all its parameters typed; ``size`` is the most inputs, fewer where
    the types have no more values; ``edges`` are groups of edge cases, ``examples`` calls that come first,
    ``given`` the user's own strategies by parameter, ``notes`` say in words how all this was arrived at.
    """

    signature: Signature
    literals: tuple[Canonical, ...]
    size: int
    seed: int
    wide: bool = True
    narrowings: tuple[Narrowing, ...] = ()
    edges: frozenset[str] = frozenset()
    examples: tuple[Arguments, ...] = ()
    given: Mapping[str, Strategy] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def strategy(self) -> st.SearchStrategy[Arguments]:
        """Calls, half of them small throughout; with narrowings, two in three narrowed.

        A call is small or not as a whole: one huge number among eight would make most lists huge.
        Raises ``UnmetAnnotation`` where a required parameter has no strategy.
        """
        signature, literals, given = self.signature, self.literals, self.given
        small = calls(signature, literals, Width(wide=False), self.narrowings, given)
        choices = [(1, small)]
        if self.wide:
            choices.append((1, calls(signature, literals, Width(wide=True), self.narrowings, given)))
        if self.narrowings:
            choices = [(2, weighted(*choices)), (1, calls(signature, literals, Width(wide=False), (), given))]
        return weighted(*choices)

    def conforms(self, arguments: Arguments) -> bool:
        """Whether all narrowings leave ``arguments`` as they are."""
        return all(sample(arguments, self.signature, n) == arguments for n in self.narrowings)

    def run(self, test: Callable[[Arguments], None], phases: Sequence[Phase]) -> None:
        """Let Hypothesis call ``test`` with what it draws; nothing is printed, stored or timed.

        Raises ``UnmetAnnotation`` where a required parameter has no strategy.
        """
        quiet = settings(
            max_examples=self.size + self.size // REPEATS,
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

        with nothing_mined():
            with_seed(self.seed)(quiet(given(self.strategy())(body)))()


@dataclass(frozen=True, slots=True)
class Pool:
    """Distinct inputs in a fixed order: by payload, what they read as."""

    spec: PoolSpec
    inputs: dict[bytes, Arguments]

    def __len__(self) -> int:
        return len(self.inputs)


class _Full(BaseException):
    """The pool has all its inputs. No ``Exception``, which Hypothesis would take for a failing test."""


def draw_pool(spec: PoolSpec) -> Pool:
    """Draw the inputs of ``spec``: examples and edge cases first.

    Raises ``UnmetAnnotation`` where a required parameter has no strategy.
    """
    inputs: dict[bytes, Arguments] = {}

    def keep(arguments: Arguments) -> None:
        if len(inputs) == spec.size:
            raise _Full
        inputs.setdefault(arguments.payload(), arguments)

    with contextlib.suppress(_Full):
        for arguments in (*spec.examples, *_edges(spec)):
            keep(arguments)
        spec.run(keep, [Phase.generate])
    if spec.narrowings:  # what is within them first: the rest may hang
        inputs = dict(sorted(inputs.items(), key=lambda item: not spec.conforms(item[1])))
    return Pool(spec, inputs)


def _edges(spec: PoolSpec) -> list[Arguments]:
    """Edge cases as they are and, where the pool is narrowed, narrowed too."""
    if not spec.edges:
        return []
    limit = max(1, spec.size // EDGE_SHARE)
    plain = edge_arguments(spec.signature, spec.edges, limit)
    if not spec.narrowings:
        return plain
    return [x for a in plain for x in (narrow(a, spec.signature, spec.narrowings), a)][:limit]


def derive_seed(seed: int, *parts: str | None) -> int:
    """A 64-bit seed from the run's seed and what it is for: the same in every process."""
    text = "\0".join([str(seed), *(part or "" for part in parts)])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()[:8])
