"""The pool: the argument sets that a procedure and all its dreams are run on.

The same ``PoolSpec`` gives the same pool in any process.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument, Unsatisfiable

from ..drawable import Shape
from ..models import Canonical
from ..signatures import Clues, Signature
from .arguments import Arguments, is_plain
from .calls import calls
from .countable import Countable
from .drawing import Choices, Spent, draw, way
from .edges import edge_arguments
from .followups import Compiling, following
from .instances import UnmetAnnotation
from .landscape import leads_somewhere, surrounded, texts_by_name
from .narrowing import Narrowing, narrow, sample
from .scalars import Strategy, Width, literal_value
from .steps import calls_methods
from .strategies import NO_CLUES
from .texts import reads_text
from .weights import weighted

REPEATS = 3
"""One extra draw for this many: Hypothesis draws some inputs twice."""
BY_KEYWORD = 8
"""One drawn input in this many passes by keyword all that it can."""
TINY_VALUES = 6
"""Different values that most parts of a tiny input have."""
TINY_SHARE = 1
"""Drawn inputs with few small values, for each other small one."""
EDGE_SHARE = 4
"""At most one input in this many is an edge case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec:
    """All that a pool depends on.

    ``signature`` has all its parameters typed; ``size`` is the most inputs, fewer where
    the types have no more values; ``edges`` are groups of edge cases, ``examples`` calls that come first,
    ``given`` the user's own strategies by parameter, ``clues`` what the source suggests for texts,
    ``compiling`` calls with patterns of their own, ``candidates`` how many inputs to draw and choose from,
    ``shape`` is what to draw the worlds of the calls from, and ``notes`` say how all this was chosen.
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
    clues: Clues = NO_CLUES
    compiling: tuple[Compiling, ...] = ()
    candidates: int = 0
    shape: Shape | None = None

    def strategy(self) -> st.SearchStrategy[Arguments]:
        """Calls, most of them small throughout, many of these tiny; with narrowings, five in six narrowed.

        A call is small or not as a whole: one huge number among eight would make most lists huge. A tiny one
        has few parts of few values, so they meet.
        Raises ``UnmetAnnotation`` where a required parameter has no strategy.
        """
        small, wide, tiny = Width(wide=False), Width(wide=True), Width(wide=False, tiny=TINY_VALUES)
        choices = [(1, self._calls(small, self.narrowings)), (TINY_SHARE, self._calls(tiny, self.narrowings))]
        if self.wide:
            choices.append((1, self._calls(wide, self.narrowings)))
        if self.narrowings:
            choices = [(5, weighted(*choices)), (1, self._calls(small, ()))]
        if self.compiling:
            choices = [(1, weighted(*choices)), (1, following(self.signature, self.compiling, self._words()))]
        strategy = weighted(*choices)
        if self.shape is None:
            return strategy
        return surrounded(strategy, self.signature, self.shape, self.countable(self.shape))

    def countable(self, shape: Shape) -> Countable:
        """What makes calls countable in worlds of ``shape``."""
        return Countable.of(self.signature, self.literals, shape)

    def _calls(self, width: Width, narrowings: Sequence[Narrowing]) -> st.SearchStrategy[Arguments]:
        return calls(self.signature, self.literals, width, narrowings, self.given, self.clues)

    def _words(self) -> list[str]:
        """The texts that the source compares with, and its literals that are one word."""
        compared = [word for clue in self.clues.parameters.values() for word in clue.words]
        literals = [
            text for text in map(literal_value, self.literals) if type(text) is str and text.isalnum()
        ]
        return list(dict.fromkeys([*compared, *literals]))

    def conforms(self, arguments: Arguments) -> bool:
        """Whether no narrowing changes ``arguments``."""
        return all(sample(arguments, self.signature, n) == arguments for n in self.narrowings)

    @property
    def demanding(self) -> bool:
        """Whether the code reads text or is called in sequences: it takes more inputs to find its paths."""
        return reads_text(self.signature, self.clues) or calls_methods(self.signature)

    @property
    def draws(self) -> int:
        """Maximum examples that Hypothesis draws."""
        return self.drawn + self.drawn // REPEATS

    @property
    def drawn(self) -> int:
        """How many inputs are drawn; a pool keeps ``size`` of them."""
        return max(self.size, self.candidates)


@dataclass(frozen=True)
class Pool:
    """Distinct inputs in a fixed order: by payload, what they read as.

    ``choices`` are those behind the inputs that were drawn, in the order in which they were. ``shortened``
    says why there are fewer than there should be, if that is so. ``fixed`` are the payloads of examples and
    edge cases, which were not drawn.
    """

    spec: PoolSpec
    inputs: dict[bytes, Arguments]
    choices: dict[bytes, Choices] = field(default_factory=dict)
    shortened: str = ""
    fixed: tuple[bytes, ...] = ()

    def __len__(self) -> int:
        return len(self.inputs)

    def only(self, payloads: Iterable[bytes]) -> Pool:
        """The pool with these of its inputs, in their order."""
        return self.of({payload: self.inputs[payload] for payload in payloads})

    def joined(self, other: Pool) -> Pool:
        """The pool with the inputs of another one of the same spec after its own."""
        choices = {**self.choices, **other.choices}
        return replace(self, inputs={**self.inputs, **other.inputs}, choices=choices)

    def of(self, inputs: dict[bytes, Arguments]) -> Pool:
        """The pool with other inputs."""
        choices = {payload: found for payload, found in self.choices.items() if payload in inputs}
        return replace(self, inputs=inputs, choices=choices)

    def by_keyword(self, payload: bytes) -> bool:
        """Whether an input passes by keyword all that it can."""
        arguments = self.inputs[payload]
        return arguments == arguments.by_keyword(self.spec.signature)

    def sources(self) -> dict[str, int]:
        """How many inputs come from where."""
        variants = [p for p in self.inputs if p not in self.choices and p not in self.fixed]
        examples = {arguments.payload() for arguments in self.spec.examples}
        varied = len(variants) if self.choices else 0
        fixed = [payload for payload in self.fixed if payload in self.inputs]
        first = sum(payload in examples for payload in fixed)
        return {
            "examples of the docstring": first,
            "edge cases": len(fixed) - first,
            "drawn": len(self.inputs) - len(fixed) - varied,
            "variants on new paths": varied,
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """How the pool was chosen and drawn."""
        return (*self.spec.notes, *way().notes, *([self.shortened] if self.shortened else []))

    @cached_property
    def plain(self) -> bool:
        """Whether all arguments are plain values, see :func:`is_plain`."""
        return all(is_plain((*x.args, *x.kwargs.values())) for x in self.inputs.values())


class _Full(Exception):
    """The pool has all its inputs."""


def draw_pool(spec: PoolSpec) -> Pool:
    """Draw the inputs of ``spec``: examples and edge cases first.

    Raises ``UnmetAnnotation`` where a required parameter has no strategy, and where no input can be made.
    """
    shortened = ""
    fixed: tuple[bytes, ...] = ()
    inputs: dict[bytes, Arguments] = {}
    choices: dict[bytes, Choices] = {}

    def keep(arguments: Arguments) -> bytes:
        if len(inputs) == spec.drawn:
            raise _Full
        payload = arguments.payload()
        inputs.setdefault(payload, arguments)
        return payload

    def keep_drawn(arguments: Arguments, behind: Choices | None) -> None:
        by_keyword = len(inputs) % BY_KEYWORD == BY_KEYWORD - 1
        payload = keep(arguments.by_keyword(spec.signature) if by_keyword else arguments)
        if behind is not None:
            choices.setdefault(payload, behind)

    with contextlib.suppress(_Full):
        for arguments in (*spec.examples, *_edges(spec)):
            keep(arguments)
        fixed = tuple(inputs)
        try:
            draw(
                spec.strategy(),
                keep_drawn,
                examples=spec.draws,
                seed=spec.seed,
                seeded=bool(spec.given),
                share=spec.drawn / spec.size,
            )
        except (Spent, Unsatisfiable, InvalidArgument) as exc:
            if spec.given and isinstance(exc, InvalidArgument):
                raise  # the user's own strategy
            why = "inputs of its types are too large" if isinstance(exc, Spent) else str(exc)
            if not inputs:
                raise UnmetAnnotation(why) from None
            shortened = f"{len(inputs)} inputs instead of {spec.size}: {why}"
    with contextlib.suppress(_Full):
        if len(inputs) < BY_KEYWORD:
            for arguments in [x for x in inputs.values() if x.args][:1]:
                keep(arguments.by_keyword(spec.signature))
    if spec.narrowings:  # what is within them first: the rest may hang
        inputs = dict(sorted(inputs.items(), key=lambda item: not spec.conforms(item[1])))
    return Pool(spec, inputs, choices, shortened, fixed)


def _edges(spec: PoolSpec) -> list[Arguments]:
    """Edge cases as they are and, where the pool is narrowed, narrowed too."""
    if not spec.edges:
        return []
    limit = max(1, spec.size // EDGE_SHARE)
    plain = edge_arguments(spec.signature, spec.edges, limit)
    if spec.shape is not None:
        countable = spec.countable(spec.shape)
        plain = [
            replace(countable.call(arguments), world=spec.shape.given)
            for arguments in plain
            if leads_somewhere(texts_by_name(arguments, spec.signature), spec.shape)
        ]
    if not spec.narrowings:
        return plain
    return [x for a in plain for x in (narrow(a, spec.signature, spec.narrowings), a)][:limit]


def derive_seed(seed: int, *parts: str | None) -> int:
    """A 64-bit seed from the run's seed and what it is for: the same in every process."""
    text = "\0".join([str(seed), *(part or "" for part in parts)])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()[:8])
