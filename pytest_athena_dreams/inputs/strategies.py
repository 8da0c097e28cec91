"""Hypothesis strategies from described types and from the literals of the source.

Nothing is drawn by a rule on a parameter's name. Small values come often, because they meet (equal
items, a number that is an index) and because procedures that loop on a number end; literals and their
neighbours come often, because that is where branches lie.
"""

from __future__ import annotations

import string
from collections.abc import Hashable, Sequence
from typing import Any

from hypothesis import strategies as st

from ..models import Canonical, Parameter, ParameterKind, Signature, TypeSpec
from .arguments import Arguments

SIZE = 8
"""Items in a drawn container at most; larger ones are edge cases."""
_PLAIN = string.ascii_letters + string.digits + " _-.,"

Strategy = st.SearchStrategy[Any]


class UnmetAnnotation(Exception):
    """No strategy for a parameter's annotation; the text says which and why."""


def arguments_strategy(
    signature: Signature, literals: Sequence[Canonical], *, wide: bool
) -> st.SearchStrategy[Arguments]:
    """Calls of ``signature``: two in three small throughout, the third of any size if ``wide``.

    A call is small or not as a whole: one huge number among eight would make most lists huge.
    Raises ``UnmetAnnotation`` for a required parameter that nothing can be drawn for.
    """
    small = Strategies(literals, wide=False).arguments(signature)
    return st.one_of(small, small, Strategies(literals, wide=True).arguments(signature)) if wide else small


def literal_value(value: Canonical) -> Any:
    """The Python value of a canonical scalar; ``None`` for ``None`` and for what is no scalar."""
    if not isinstance(value, list):
        return value
    match value:
        case ["int", str(text)]:
            return int(text, 16)
        case ["float", str(text)]:
            return float(text)
        case ["str", str(text)]:
            return bytes.fromhex(text).decode("utf-8", "surrogatepass")
        case ["bytes", str(text)]:
            return bytes.fromhex(text)
    return None


class Strategies:
    """Builds strategies for one signature: literals and width are the same for all its parameters.

    ``wide`` adds numbers of any size and text of any character.
    """

    def __init__(self, literals: Sequence[Canonical], *, wide: bool) -> None:
        self.wide = wide
        values = [literal_value(literal) for literal in literals]
        self.ints = _near([v for v in values if type(v) is int])
        self.floats = [v for v in values if type(v) is float]
        self.texts = [v for v in values if type(v) is str]
        self.bytestrings = [v for v in values if type(v) is bytes]

    def arguments(self, signature: Signature) -> st.SearchStrategy[Arguments]:
        """Calls of ``signature``; parameters with a default are left out at times.

        Raises ``UnmetAnnotation`` for a required parameter that nothing can be drawn for.
        """
        strategies = {p.name: self._parameter(p) for p in signature.parameters}
        usable = [p for p in signature.parameters if strategies[p.name] is not None]

        @st.composite
        def draw_arguments(draw: st.DrawFn) -> Arguments:
            positional: list[Any] = []
            keyword: dict[str, Any] = {}
            drawn: list[tuple[Parameter, Any]] = []
            open_ended = True  # positional parameters can go on while none was left out
            for p in usable:
                strategy = strategies[p.name]
                assert strategy is not None
                if p.has_default and not draw(st.booleans()):
                    open_ended = open_ended and p.kind is ParameterKind.KEYWORD_ONLY
                    continue
                if p.kind is ParameterKind.VAR_POSITIONAL:
                    if open_ended:
                        positional += draw(st.lists(strategy, max_size=3))
                    continue
                if p.kind is ParameterKind.VAR_KEYWORD:
                    keyword |= draw(st.dictionaries(st.sampled_from(["a", "b", "key"]), strategy, max_size=2))
                    continue
                value = draw(self._like_earlier(p, strategy, drawn))
                drawn.append((p, value))
                if p.kind is ParameterKind.KEYWORD_ONLY:
                    keyword[p.name] = value
                elif open_ended:
                    positional.append(value)
                elif p.kind is ParameterKind.POSITIONAL_OR_KEYWORD:
                    keyword[p.name] = value
            return Arguments(tuple(positional), keyword)

        return draw_arguments()

    def _like_earlier(self, p: Parameter, strategy: Strategy, drawn: list[tuple[Parameter, Any]]) -> Strategy:
        """The parameter's own strategy or, at times, the value of an earlier one of the same type."""
        alike = [value for q, value in drawn if q.type == p.type]
        return st.one_of(strategy, strategy, strategy, st.sampled_from(alike)) if alike else strategy

    def _parameter(self, p: Parameter) -> Strategy | None:
        try:
            strategy = self.of(p.type or TypeSpec(kind="any"))
        except UnmetAnnotation as exc:
            if p.has_default or p.kind in (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD):
                return None
            raise UnmetAnnotation(f"no strategy for parameter {p.name!r}: {exc}") from None
        default = literal_value(p.default) if p.has_default else None
        if default is not None and (p.type is None or fits_scalar(default, p.type)):
            return st.one_of(strategy, st.just(default))
        return strategy

    def of(self, spec: TypeSpec) -> Strategy:
        """The strategy of one type. Raises ``UnmetAnnotation`` where there is none."""
        match spec.kind:
            case "any":
                return self._anything()
            case "none":
                return st.none()
            case "bool":
                return st.booleans()
            case "int":
                return self._ints()
            case "float":
                return self._floats()
            case "complex":
                return st.builds(complex, self._floats(), self._floats())
            case "str":
                return self._text()
            case "bytes" | "bytearray":
                strategy = _with(st.binary(max_size=SIZE), self.bytestrings)
                return strategy.map(bytearray) if spec.kind == "bytearray" else strategy
            case "list":
                return st.lists(self.of(spec.args[0]), max_size=SIZE)
            case "set" | "frozenset":
                items = st.sets(self._hashable(spec.args[0]), max_size=SIZE)
                return items.map(frozenset) if spec.kind == "frozenset" else items
            case "dict":
                return st.dictionaries(self._hashable(spec.args[0]), self.of(spec.args[1]), max_size=SIZE)
            case "tuple":
                return st.tuples(*map(self.of, spec.args))
            case "tuple...":
                return st.lists(self.of(spec.args[0]), max_size=SIZE).map(tuple)
            case "union":
                return st.one_of(*map(self.of, spec.args))
            case "literal":
                return st.sampled_from([literal_value(value) for value in spec.values])
        raise UnmetAnnotation(spec.text or spec.kind)

    def _ints(self) -> Strategy:
        small, medium = st.integers(-8, 24), st.integers(-1_000, 1_000)
        choices = [small, small, small, medium]
        if self.wide:
            choices.append(st.integers())
        return _with(st.one_of(choices), self.ints)

    def _floats(self) -> Strategy:
        small = st.floats(-100, 100).map(lambda x: round(x, 2))
        choices = [small, small, st.integers(-8, 24).map(float)]
        if self.wide:
            choices.append(st.floats(allow_nan=False, allow_infinity=False))
        return _with(st.one_of(choices), [*self.floats, *map(float, _modest(self.ints))])

    def _text(self) -> Strategy:
        words = st.text(_PLAIN, max_size=2 * SIZE)
        choices = [
            words,
            words,
            st.text(string.ascii_lowercase, max_size=SIZE),
            st.text("ab ", max_size=SIZE),
        ]
        if self.wide:
            choices.append(st.text(max_size=SIZE))
        if self.texts:
            known = st.sampled_from(self.texts)
            choices += [known, st.tuples(words, known, words).map("".join)]
        return st.one_of(choices)

    def _anything(self) -> Strategy:
        scalars = [self._ints(), self._text(), self._floats(), st.booleans(), st.none()]
        numbers, texts = self._ints(), self._text()
        lists = [st.lists(numbers, max_size=SIZE), st.lists(texts, max_size=SIZE)]
        return st.one_of(*scalars, *lists, st.dictionaries(texts, numbers, max_size=SIZE))

    def _hashable(self, spec: TypeSpec) -> Strategy:
        return self.of(spec).filter(_is_hashable)


def fits_scalar(value: Any, spec: TypeSpec) -> bool:
    """Whether a default value may be drawn for ``spec``; only builtin scalars are looked at."""
    if spec.kind == "union":
        return any(fits_scalar(value, arg) for arg in spec.args)
    return spec.kind in ("any", type(value).__name__)


def _with(strategy: Strategy, known: Sequence[Any]) -> Strategy:
    return st.one_of(strategy, strategy, st.sampled_from(known)) if known else strategy


def _near(ints: Sequence[int]) -> list[int]:
    """Each number and its neighbours, in order, each once."""
    return list(dict.fromkeys(n for i in ints for n in (i, i - 1, i + 1)))


def _modest(ints: Sequence[int]) -> list[int]:
    return [i for i in ints if abs(i) < 2**53]


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return isinstance(value, Hashable)
