"""What a function's parameters are for: their kind, by annotation, default or use, what happens to them.

Invariants: pure; a kind is a guess where nothing is annotated, ``Kind.UNKNOWN`` where nothing hints at it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a parameter holds."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    STR = "str"
    LIST = "list"
    TUPLE = "tuple"
    SET = "set"
    DICT = "dict"
    ITEMS = "items"
    """A collection of some kind."""
    UNKNOWN = "unknown"


COLLECTIONS = frozenset({Kind.LIST, Kind.TUPLE, Kind.SET, Kind.DICT, Kind.ITEMS})
HASHABLE = frozenset({"int", "float", "bool", "str", "bytes", "complex", "None"})
"""Annotations of plain values that can be keys."""
_ANNOTATED = {
    "int": Kind.INT,
    "float": Kind.FLOAT,
    "bool": Kind.BOOL,
    "str": Kind.STR,
    "list": Kind.LIST,
    "List": Kind.LIST,
    "Sequence": Kind.LIST,
    "tuple": Kind.TUPLE,
    "Tuple": Kind.TUPLE,
    "set": Kind.SET,
    "Set": Kind.SET,
    "frozenset": Kind.SET,
    "dict": Kind.DICT,
    "Dict": Kind.DICT,
    "Mapping": Kind.DICT,
}
_METHODS_OF = {
    Kind.STR: {
        *(
            "capitalize",
            "casefold",
            "encode",
            "endswith",
            "format",
            "isalpha",
            "isdigit",
            "islower",
            "isupper",
        ),
        *("join", "ljust", "lower", "lstrip", "partition", "replace", "rstrip", "split", "splitlines"),
        *("startswith", "strip", "swapcase", "title", "translate", "upper", "zfill"),
    },
    Kind.DICT: {"get", "items", "keys", "setdefault", "update", "values"},
    Kind.LIST: {"append", "extend", "insert", "remove", "reverse", "sort"},
}
MUTATING = frozenset(
    {
        *("add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse"),
        *("setdefault", "sort", "update", "appendleft", "popleft"),
    }
)
"""Methods of builtin collections that change them in place."""
_NUMBER_OPERATORS = ast.Sub | ast.Div | ast.FloorDiv | ast.Pow | ast.BitAnd | ast.RShift
_ITERATED_BY = frozenset(
    {
        *("all", "any", "enumerate", "filter", "frozenset", "len", "list", "map", "max", "min", "reversed"),
        *("set", "sorted", "sum", "tuple", "zip", "Counter"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A named parameter. ``annotation`` is its source; ``tested``: whether the code tests its truth."""

    name: str
    kind: Kind
    annotation: str | None
    has_default: bool
    indexed: bool
    iterated: bool
    mutated: bool
    rebound: bool
    tested: bool
    returned: bool

    @property
    def is_collection(self) -> bool:
        """Whether it holds other values."""
        return self.kind in COLLECTIONS


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[Parameter]:
    """The named parameters of a function in order, without the ``self`` or ``cls`` of a method."""
    positional = [*function.args.posonlyargs, *function.args.args]
    found = []
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(function.args.defaults))
    defaults += function.args.defaults
    nodes = list(_use(function))
    for arg, default in [
        *zip(positional, defaults, strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]:
        if arg.arg not in ("self", "cls"):
            found.append(_parameter(arg, default, nodes))
    return found


def _use(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    for statement in function.body:
        yield from ast.walk(statement)


def _parameter(arg: ast.arg, default: ast.expr | None, nodes: list[ast.AST]) -> Parameter:
    name, found = arg.arg, set[str]()
    methods: set[str] = set()
    for node in nodes:
        found.update(_roles(node, name, methods))
    annotation = ast.unparse(arg.annotation) if arg.annotation else None
    return Parameter(
        name=name,
        kind=_annotated(arg.annotation) if arg.annotation else _guess(default, found, methods),
        annotation=annotation,
        has_default=default is not None,
        indexed="indexed" in found,
        iterated="iterated" in found,
        mutated="mutated" in found,
        rebound="rebound" in found,
        tested="tested" in found or "None" in (annotation or "") or "Optional" in (annotation or ""),
        returned="returned" in found,
    )


def _is(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _roles(node: ast.AST, name: str, methods: set[str]) -> Iterator[str]:
    """What a node does with the variable ``name``."""
    match node:
        case ast.Subscript(value=value, ctx=ctx) if _is(value, name):
            yield "indexed" if isinstance(ctx, ast.Load) else "mutated"
        case ast.Attribute(value=value, attr=method) if _is(value, name):
            methods.add(method)
            if method in MUTATING:
                yield "mutated"
        case ast.Name(id=own, ctx=ast.Store() | ast.Del()) if own == name:
            yield "rebound"
        case ast.For(iter=source) | ast.comprehension(iter=source) if _is(source, name):
            yield "iterated"
        case ast.Call(func=ast.Name(id="range"), args=args) if any(_is(arg, name) for arg in args):
            yield "counted"
        case ast.Call(func=function, args=args) if any(_is(arg, name) for arg in args):
            called = getattr(function, "id", getattr(function, "attr", ""))
            if called in _ITERATED_BY:
                yield "iterated"
            elif called in ("int", "chr", "abs", "round", "sqrt", "pow", "floor", "ceil", "bin"):
                yield "number"
        case ast.BinOp(left=left, op=op, right=right) if _is(left, name) or _is(right, name):
            remainder = isinstance(op, ast.Mod) and _is(left, name) and not isinstance(right, ast.Tuple)
            if remainder or isinstance(op, _NUMBER_OPERATORS):
                yield "number"
        case ast.Compare(left=left, ops=ops, comparators=[*sides]) if any(
            _is(x, name) for x in (left, *sides)
        ):
            if any(isinstance(op, ast.Is | ast.IsNot) for op in ops):
                yield "tested"
            elif any(isinstance(op, ast.In | ast.NotIn) for op in ops) and any(_is(x, name) for x in sides):
                yield "iterated"
            elif any(isinstance(x, ast.Constant) and isinstance(x.value, int) for x in (left, *sides)):
                yield "number"
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if _looked_at(test, name):
            yield "tested"
        case ast.Return(value=value) if _is(value, name):
            yield "returned"


def _looked_at(test: ast.expr, name: str) -> bool:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _looked_at(inner, name)
        case ast.BoolOp(values=values):
            return any(_looked_at(value, name) for value in values)
    return _is(test, name)


def _annotated(annotation: ast.expr) -> Kind:
    match annotation:
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return _annotated(inner)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _annotated(left)
        case ast.Subscript(value=base):
            return _annotated(base)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _ANNOTATED.get(name, Kind.UNKNOWN)
    return Kind.UNKNOWN


def _guess(default: ast.expr | None, found: set[str], methods: set[str]) -> Kind:
    if isinstance(default, ast.Constant) and default.value is not None:
        return _ANNOTATED.get(type(default.value).__name__, Kind.UNKNOWN)
    for kind, known in _METHODS_OF.items():
        if methods & known:
            return kind
    if "counted" in found:
        return Kind.INT
    if "iterated" in found or "indexed" in found:
        return Kind.ITEMS
    return Kind.FLOAT if "number" in found else Kind.UNKNOWN


def is_hashable(annotation: str | None) -> bool:
    """Whether an annotation admits values only that can be keys."""
    if annotation is None:
        return False
    words = annotation.replace("tuple", " ").replace("Tuple", " ").replace("Optional", " ")
    for mark in "[],|.":
        words = words.replace(mark, " ")
    return all(word in HASHABLE for word in words.split()) and bool(words.split())
