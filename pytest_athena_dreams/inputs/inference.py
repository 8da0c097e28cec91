"""Types for parameters without an annotation: evidence first, then what the procedure accepts.

Evidence is the default, the docstring, its examples, and what the source does with the parameter, but never
its name. The evidence ranks a fixed list of shapes. The caller then tries the best ones on the procedure.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..signatures import ClassSpec, ParameterKind, Signature, TypeSpec
from .arguments import VARIADIC, Arguments
from .pathlike import certain_shape
from .recipes import Recipe
from .scalars import literal_value

COMBINATIONS = 64
"""Maximum combinations of shapes that the caller may try on a procedure."""


def _spec(kind: str, *args: TypeSpec) -> TypeSpec:
    return TypeSpec(kind=kind, args=args)


INT, STR, FLOAT, BOOL = map(_spec, ("int", "str", "float", "bool"))
SHAPES: tuple[TypeSpec, ...] = (
    INT,
    STR,
    _spec("list", INT),
    _spec("list", STR),
    FLOAT,
    _spec("list", _spec("list", INT)),
    _spec("list", _spec("tuple", INT, INT)),
    _spec("tuple...", INT),
    _spec("dict", STR, INT),
    _spec("list", _spec("tuple", STR, INT)),
    _spec("list", FLOAT),
    _spec("list", _spec("list", STR)),
    _spec("set", INT),
    _spec("tuple...", STR),
    _spec("tuple", INT, INT),
    _spec("tuple", INT, INT, INT),
    _spec("dict", STR, _spec("list", INT)),
    _spec("dict", STR, _spec("tuple", INT, INT)),
    _spec("dict", STR, STR),
    _spec("list", _spec("tuple", INT, INT, INT)),
    _spec("list", _spec("dict", STR, INT)),
    _spec("dict", INT, INT),
    BOOL,
    _spec("bytes"),
    _spec("callable", INT),
)
"""What an unannotated parameter may be, the most usual first."""

_TYPES_BY_KIND: dict[str, type] = {
    "int": int, "str": str, "float": float, "bool": bool, "bytes": bytes, "list": list, "tuple...": tuple,
    "tuple": tuple, "dict": dict, "set": set,
}  # fmt: skip
_NUMBERS = frozenset({"int", "float", "bool"})
_ITERABLE = frozenset({"list", "str", "tuple...", "tuple", "dict", "set", "bytes"})
_INDEXED = frozenset({"list", "str", "tuple...", "tuple", "dict", "bytes"})
_TAKES = {
    "range": {"int"}, "chr": {"int"}, "bin": {"int"}, "hex": {"int"}, "oct": {"int"}, "ord": {"str"},
    "len": _ITERABLE, "sorted": _ITERABLE, "reversed": {"list", "str", "tuple..."}, "set": _ITERABLE,
    "list": _ITERABLE, "tuple": _ITERABLE, "enumerate": _ITERABLE, "zip": _ITERABLE, "map": _ITERABLE,
    "filter": _ITERABLE, "any": _ITERABLE, "all": _ITERABLE, "Counter": _ITERABLE, "combinations": _ITERABLE,
    "permutations": _ITERABLE, "sum": {"list", "tuple...", "set"}, "min": _ITERABLE, "max": _ITERABLE,
    "dict": {"dict", "list"}, "abs": _NUMBERS, "round": _NUMBERS, "pow": _NUMBERS, "sqrt": _NUMBERS,
    "floor": _NUMBERS, "ceil": _NUMBERS, "isnan": {"float"},
    "isinf": {"float"}, "isfinite": {"float"}, "factorial": {"int"}, "gcd": {"int"}, "log": _NUMBERS,
    "sin": _NUMBERS, "cos": _NUMBERS, "tan": _NUMBERS, "join": {"list", "tuple..."},
    "search": {"str"}, "match": {"str"}, "findall": {"str"}, "sub": {"str"}, "finditer": {"str"},
    "heapify": {"list"}, "heappush": {"list"}, "heappop": {"list"}, "bisect_left": {"list"},
    "bisect_right": {"list"}, "bisect": {"list"},
}  # fmt: skip


def support(spec: TypeSpec, fact: str) -> int:
    """The weight of one fact for one shape: 1 for it, -2 against it, 0 if it says nothing."""
    word, _, detail = fact.partition(":")
    kind = spec.kind
    if fact == "item:compared:word" and kind == "str":
        return -2  # a character is no word
    if word in ("item", "key", "value"):
        part = _part(spec, word)
        return support(part, detail) if part else -2
    if word == "unpacked":
        if kind == "tuple":
            return 1 if len(spec.args) == int(detail) else -2
        return 0 if kind in ("list", "tuple...") else -2
    if word == "method":
        return 1 if kind in _TYPES_BY_KIND and hasattr(_TYPES_BY_KIND[kind], detail) else -2
    if word == "passed":
        return 0 if detail not in _TAKES else 1 if kind in _TAKES[detail] else -2
    if word in ("isinstance", "compared"):
        name = {"tuple": "tuple...", "word": "str"}.get(detail, detail)
        alike = kind == name or (word == "compared" and {kind, name} <= _NUMBERS)
        return 1 if alike else -2 if name in _TYPES_BY_KIND else 0
    if word == "indexed":
        return (3 if kind == "dict" else -2) if detail == "str" else 1 if kind in _INDEXED - {"dict"} else -2
    groups = {"iterated": _ITERABLE, "contains": _ITERABLE, "index": {"int"}, "arithmetic": _NUMBERS}
    groups |= {"added": {"str"}, "called": {"callable"}}
    if word == "arithmetic" and kind in ("list", "str", "tuple..."):
        return 0  # "+" and "*" mean something there too
    return 1 if kind in groups.get(word, ()) else -2


def _part(spec: TypeSpec, word: str) -> TypeSpec | None:
    """The type of a shape's items, keys or values, as ``word`` says; ``None`` if it has no such part."""
    if spec.kind == "str" and word == "item":
        return STR
    if spec.kind == "dict":
        return spec.args[0] if word == "key" else spec.args[1]
    return spec.args[0] if word == "item" and spec.args and spec.kind != "callable" else None


def rank(facts: Sequence[str], examples: Sequence[Any]) -> list[tuple[int, TypeSpec]]:
    """(evidence, shape) pairs for one parameter, the best first; shapes that examples have lead."""
    shown = [shape for value in examples if (shape := shape_of(value)) is not None]
    if shown:
        return [(len(facts) + 5, shape) for shape in dict.fromkeys(shown)]
    ranked = [(sum(support(shape, fact) for fact in facts), shape) for shape in SHAPES]
    return sorted(ranked, key=lambda pair: -pair[0])


def shape_of(value: Any) -> TypeSpec | None:
    """The shape of an example value: containers by their items, mixed ones as a union."""
    kind = type(value).__name__
    if kind in ("int", "str", "float", "bool", "bytes"):
        return _spec(kind)
    if kind == "tuple" and value:
        inner = [shape_of(item) for item in value]
        known = [shape for shape in inner if shape is not None]
        return (
            _spec("tuple", *known)
            if len(known) == len(value) <= 4 and len(set(known)) > 1
            else _of_items("tuple...", value)
        )
    if kind in ("list", "tuple", "set", "frozenset"):
        return _of_items("tuple..." if kind == "tuple" else kind, value)
    if kind == "dict":
        keys, values = _of_items("list", value.keys()), _of_items("list", value.values())
        return _spec("dict", keys.args[0], values.args[0])
    return None


def _of_items(kind: str, items: Any) -> TypeSpec:
    shapes = [shape for shape in dict.fromkeys(map(shape_of, items)) if shape is not None]
    if not shapes:
        return _spec(kind, INT)
    return _spec(kind, shapes[0] if len(shapes) == 1 else TypeSpec(kind="union", args=tuple(shapes)))


def with_types(signature: Signature, types: Mapping[str, TypeSpec]) -> Signature:
    """``signature`` with ``types``, as a docstring states them, where nothing is annotated."""
    open_ = {p.name for p in signature.parameters if p.type is None}
    return _typed(signature, {name: spec for name, spec in types.items() if name in open_})


def example_values(signature: Signature, examples: Sequence[Arguments]) -> dict[str, list[Any]]:
    """Values that parameters take in example calls, by parameter."""
    found: dict[str, list[Any]] = {}
    names = {p.name for p in signature.parameters if p.kind is not ParameterKind.VAR_POSITIONAL}
    for call in examples:
        for name, value in call.by_name(signature).items():
            if name in names:
                found.setdefault(name, []).append(value)
    return found


def combinations(signature: Signature, examples: Mapping[str, Sequence[Any]]) -> list[tuple[int, Signature]]:
    """Signatures with all parameters typed, each with its evidence, the best first, ``COMBINATIONS`` at most.

    ``examples`` are values that parameters are known to take, by parameter; a default is one as well.
    """
    open_ = [p for p in signature.parameters if p.type is None and p.kind not in VARIADIC]
    if not open_:
        return [(0, signature)]
    columns = []
    for p in open_:
        default = literal_value(p.default) if p.has_default else None
        known = [*examples.get(p.name, ()), *([default] if default is not None else [])]
        facts = signature.usage.get(p.name, ())
        certain = certain_shape(facts)
        columns.append([(len(facts) + 5, certain)] if certain else rank(facts, known))
    width = max(2, int(COMBINATIONS ** (1 / len(columns))))
    names = [p.name for p in open_]
    found = []
    for score, places in best_rows([column[:width] for column in columns]):
        shapes = (column[place][1] for column, place in zip(columns, places, strict=True))
        found.append((score, _typed(signature, dict(zip(names, shapes, strict=True)))))
    return found


def best_rows(columns: Sequence[Sequence[tuple[int, TypeSpec]]]) -> list[tuple[int, tuple[int, ...]]]:
    """The rows of one (evidence, shape) pair a column with the most evidence, as places in the columns.

    Only the best beginnings are kept from column to column: there are 2^n rows of n parameters.
    """
    rows: list[tuple[int, tuple[int, ...]]] = [(0, ())]
    for column in columns:
        longer = (
            (less - evidence, (*places, place))
            for less, places in rows
            for place, (evidence, _) in enumerate(column)
        )
        rows = heapq.nsmallest(COMBINATIONS, longer)
    return [(-less, places) for less, places in rows]


def _typed(signature: Signature, types: Mapping[str, TypeSpec]) -> Signature:
    parameters = tuple(replace(p, type=types.get(p.name, p.type)) for p in signature.parameters)
    return replace(signature, parameters=parameters)


_TYPICAL: dict[str, list[Any]] = {
    "int": [5, 2, 7, 1],
    "str": ["hello", "abca", "A1 b", "12"],
    "float": [2.5, 1.0, 7.25, 0.5],
    "bool": [True, False, True, False],
    "bytes": [b"hello", b"abca", b"A1 b", b"12"],
}


def typical(spec: TypeSpec) -> list[Any]:
    """Four usual values of a shape, to try a procedure with. Other kinds get integers."""
    if spec.kind in _TYPICAL:
        return _TYPICAL[spec.kind]
    columns = [typical(arg) for arg in spec.args]
    try:
        return _composed(spec.kind, columns)
    except (TypeError, ValueError):  # no shape of ours: other arguments, or items that can't be hashed
        return _TYPICAL["int"]


def _composed(kind: str, columns: list[list[Any]]) -> list[Any]:
    if kind == "callable":
        (returned,) = columns
        return [Recipe("callable", "", ([value],)) for value in returned]
    if kind == "tuple":
        return list(zip(*columns, strict=True)) if columns else [()] * 4
    if kind == "dict":
        keys, values = columns
        return [dict(zip(keys[: n + 1], values, strict=False)) for n in range(4)]
    if kind == "union":
        return [column[n] for n, column in enumerate([*columns * 4][:4])]
    make: Any = {"tuple...": tuple, "set": set}.get(kind, list)
    (items,) = columns
    return [make(items[:3]), make(items[1:]), make([items[0], items[0], items[2]]), make(items[:3])]


def trials(signature: Signature) -> list[Arguments]:
    """Four usual calls of a signature whose parameters are all typed; defaults are left out."""
    required = [p for p in signature.parameters if not p.has_default and p.kind not in VARIADIC]
    columns = [typical(p.type or INT) for p in required]
    rows = [[column[(n + k) % 4] for k, column in enumerate(columns)] for n in range(4)]
    positional = [k for k, p in enumerate(required) if p.kind is not ParameterKind.KEYWORD_ONLY]
    named = [(k, p.name) for k, p in enumerate(required) if p.kind is ParameterKind.KEYWORD_ONLY]
    return [Arguments(tuple(row[k] for k in positional), {name: row[k] for k, name in named}) for row in rows]


_ONE_SHOT_FACTS = frozenset(
    {
        f"passed:{name}"
        for name in ("iter", "next", "islice", "chain", "tee", "takewhile", "dropwhile", "groupby")
    }
)
_ONE_SHOT_WORDS = re.compile(r"\b(iterables?|iterators?|generators?|streams?|lazy|lazily)\b", re.IGNORECASE)


def one_shot(signature: Signature, names: Sequence[str]) -> tuple[Signature, list[Arguments]] | None:
    """``signature`` with iterables for lists where the code or docstring speaks of them, and trials of that.

    ``names`` are the parameters whose types were found. In the trials such arguments are iterators.
    """
    spoken = bool(_ONE_SHOT_WORDS.search(signature.doc))
    types = {
        p.name: replace(p.type, kind="iterable")
        for p in signature.parameters
        if p.name in names
        and p.type is not None
        and p.type.kind in ("list", "tuple...", "set")
        and (spoken or _ONE_SHOT_FACTS.intersection(signature.usage.get(p.name, ())))
    }
    if not types:
        return None
    calls = []
    for call in trials(signature):
        given = call.by_name(signature)
        once = {name: Recipe("iterator", "", (list(given[name]),)) for name in types if name in given}
        calls.append(call.replaced(signature, once))
    return _typed(signature, types), calls


_PLAIN_SHAPES = frozenset({"str", "int", "float", "bool"})


def structured(
    signature: Signature, names: Sequence[str], types: Mapping[str, TypeSpec], classes: tuple[ClassSpec, ...]
) -> Signature | None:
    """``signature`` with the ``types`` that its source's structure shows, where they say more than a guess.

    ``names`` are the parameters without an annotation; those of any type count as well. ``None`` if nothing
    changes.
    """
    found = {
        p.name: types[p.name]
        for p in signature.parameters
        if p.name in types
        and (p.name in names or (p.type is not None and p.type.kind == "any"))
        and not certain_shape(signature.usage.get(p.name, ()))
    }
    if all(map(_is_plain, found.values())):
        return None
    return replace(_typed(signature, found), classes=(*signature.classes, *classes))


def _is_plain(spec: TypeSpec) -> bool:
    """Whether a shape may as well be another: a text for a list of texts, a number for a text."""
    if spec.kind == "union":
        return all(arg.kind in (*_PLAIN_SHAPES, "none") for arg in spec.args)
    return spec.kind in _PLAIN_SHAPES or (spec.kind == "list" and spec.args[0].kind == "str")


def choose(scored: Sequence[tuple[int, float, Signature]]) -> Signature:
    """Of (evidence, share accepted, signature), the one to draw from: well accepted, then best evidenced."""
    best = max(share for _, share, _ in scored)
    good = [row for row in scored if row[1] >= 0.5 * best]
    return max(good, key=lambda row: row[0])[2]
