"""The strategy of a whole call: which parameters get an argument, and how."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ..models import Canonical
from ..signatures import Clues, Parameter, ParameterKind, Signature
from .agreement import agreeing
from .arguments import VARIADIC, Arguments
from .draws import Draw, drawn_by, one, whole
from .graphs import count_nodes, without_cycles
from .membership import within_others
from .narrowing import Narrowing, narrow, narrow_width
from .relations import chance, related
from .scalars import Strategy, Width
from .steps import calls_methods
from .strategies import NO_CLUES, Strategies, UnmetAnnotation
from .weights import weighted

AGREEING = 2
"""One call in this many has parts of one argument planted into another."""
AS_EARLIER = 4
"""One argument in this many is that of an earlier parameter of the same type, if there is one."""
REFERENCES = 6
"""Maximum references between the objects of a call."""
TINY_IN_SEQUENCES = 3
"""Values of the arguments of most calls on one object: few, so that these calls meet."""
CYCLES = 3
"""One call in this many may have cycles, as far as its classes allow them: many procedures hang on these."""


def calls(
    signature: Signature,
    literals: Sequence[Canonical],
    width: Width,
    narrowings: Sequence[Narrowing] = (),
    given: Mapping[str, Strategy] | None = None,
    clues: Clues = NO_CLUES,
) -> st.SearchStrategy[Arguments]:
    """Calls of ``signature``; parameters with a default are left out at times.

    ``given`` are strategies by parameter that the user chose. Raises ``UnmetAnnotation`` for a required
    parameter without a strategy.
    """
    checks = {fact.rpartition(":")[2] for facts in signature.usage.values() for fact in facts}
    width = replace(
        width,
        nan=clues.nan or not checks.isdisjoint(("isnan", "isfinite", "isinf")),
        tiny=TINY_IN_SEQUENCES if calls_methods(signature) else width.tiny,
    )
    strategies = Strategies(literals, signature.classes, narrow_width(width, narrowings), clues)
    drawn_from: list[tuple[Parameter, Strategy]] = []
    for p in signature.parameters:
        if given and p.name in given:
            drawn_from.append((p, given[p.name]))
            continue
        try:
            drawn_from.append((p, strategies.parameter(p)))
        except UnmetAnnotation:
            if not p.has_default and p.kind not in VARIADIC:
                raise
    strategy = _composite(
        drawn_from,
        recursive=strategies.instances.recursive,
        fixed=frozenset(given or ()),
        separators=[text for clue in clues.parameters.values() for text in clue.separators],
        width=narrow_width(width, narrowings),
    )
    if narrowings:
        return strategy.map(lambda arguments: narrow(arguments, signature, narrowings))
    return strategy


def _composite(
    parameters: Sequence[tuple[Parameter, Strategy]],
    *,
    recursive: bool,
    fixed: Collection[str],
    separators: Sequence[str],
    width: Width,
) -> st.SearchStrategy[Arguments]:

    types = {p.name: p.type for p, _ in parameters}
    names = set(types)
    keys = [key for key in ("a", "b", "key", "other") if key not in names][:3] or ["another"]

    def draw_call(draw: Draw) -> Arguments:
        drawn: dict[str, Any] = {}
        seen: list[tuple[Parameter, Any]] = []
        for p, strategy in parameters:
            if p.kind is ParameterKind.VAR_POSITIONAL:
                drawn[p.name] = draw(st.lists(strategy, max_size=3))
            elif p.kind is ParameterKind.VAR_KEYWORD:
                drawn[p.name] = draw(st.dictionaries(st.sampled_from(keys), strategy, max_size=2))
            elif not p.has_default or draw(st.booleans()):
                drawn[p.name] = _like_earlier(draw, p, strategy, seen)
                seen.append((p, drawn[p.name]))
        for p, value in seen:
            often = chance(value, p.type) if p.name not in fixed else 0
            if often and whole(draw, 1, often) == often:
                drawn[p.name] = related(draw, value)
        free = {p.name: drawn[p.name] for p, _ in seen if p.name not in fixed}
        if len(free) > 1:
            free = within_others(draw, free, types, width)
            drawn |= free
        if len(free) > 1 and whole(draw, 1, AGREEING) == AGREEING:
            drawn |= agreeing(draw, free, types, separators, width)
        positional, keyword = _passed([p for p, _ in parameters], drawn)
        count = count_nodes((positional, keyword)) if recursive else 0
        if count < 2:
            return Arguments(tuple(positional), keyword)
        wiring = tuple(draw(_wirings(count)))
        if whole(draw, 0, CYCLES - 1):
            wiring = without_cycles((positional, keyword), wiring)
        return Arguments(tuple(positional), keyword, wiring)

    return drawn_by(draw_call)


def _passed(parameters: Sequence[Parameter], drawn: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments: by position as long as no positional parameter was left out."""
    positional: list[Any] = []
    keyword: dict[str, Any] = {}
    complete = True
    for p in parameters:
        if p.kind is ParameterKind.VAR_POSITIONAL:
            positional += drawn[p.name] if complete else []
        elif p.kind is ParameterKind.VAR_KEYWORD:
            keyword |= drawn[p.name]
        elif p.name not in drawn:
            complete = complete and p.kind is ParameterKind.KEYWORD_ONLY
        elif complete and p.kind is not ParameterKind.KEYWORD_ONLY:
            positional.append(drawn[p.name])
        elif p.kind is not ParameterKind.POSITIONAL_ONLY:
            keyword[p.name] = drawn[p.name]
    return positional, keyword


@cache
def _wirings(nodes: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    """References between the objects of a call, each from a later one to an earlier one."""
    pairs = st.integers(1, nodes - 1).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1)))
    some = st.lists(pairs, min_size=1, max_size=min(REFERENCES, nodes - 1))
    return weighted((3, some), (1, st.builds(list)))


def _like_earlier(draw: Draw, p: Parameter, strategy: Strategy, seen: Sequence[tuple[Parameter, Any]]) -> Any:
    """A value of the parameter's own strategy or, at times, that of an earlier one of the same type."""
    alike = [value for q, value in seen if q.type == p.type and q.type is not None]
    return one(draw, alike) if alike and whole(draw, 1, AS_EARLIER) == AS_EARLIER else draw(strategy)
