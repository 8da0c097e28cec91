"""Small faults of the kinds that people really commit, for ``mutants``: most inputs do not show them.

A pattern takes too little or too much, an option is ignored, ``None`` and an empty value are confused, one of
several types is forgotten, a method is mistaken for its sibling. The kinds come from fixes of one function
each in the histories of libraries.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

Slip = tuple[str, Callable[[], None]]
"""The kind of a slip, and how to make it."""
Put = Callable[[Any], None]
"""Puts a node in another's place."""
_Node = TypeVar("_Node", bound=ast.AST)

CASE_METHODS = frozenset({"lower", "upper", "casefold", "title", "capitalize", "swapcase"})
"""Methods without which texts are compared or shown in another case."""
_SIBLINGS = {
    "strip": "rstrip",
    "lstrip": "strip",
    "rstrip": "strip",
    "find": "rfind",
    "rfind": "find",
    "index": "rindex",
    "partition": "rpartition",
    "rpartition": "partition",
    "rsplit": "split",
    "search": "match",
    "match": "search",
    "fullmatch": "match",
    "isdigit": "isdecimal",
    "startswith": "__contains__",
    "endswith": "__contains__",
    "removeprefix": "lstrip",
    "removesuffix": "rstrip",
    "union": "intersection",
    "popleft": "pop",
    "appendleft": "append",
    "extendleft": "extend",
}
"""Methods that do nearly the same."""
_STANDARD_KEYWORDS = frozenset(
    {
        *("key", "reverse", "default", "start", "flags", "maxsplit", "count", "indent", "sort_keys"),
        *("keepends", "ensure_ascii", "strict", "fillvalue", "initial", "separators"),
    }
)
"""Keywords of the standard library without which a call still works."""
_RE_FUNCTIONS = frozenset(
    {"compile", "match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
)
_PATTERN_CHANGES = (
    (r"(?<!\\)\\s[*?]", ""),
    (r"^\^|^\\A", ""),
    (r"(?<!\\)\$$|\\Z$", ""),
    (r"(?<!\\)\\b", ""),
    (r"(?<=[\w\])])\*(?![?+])", "+"),
    (r"(?<=[\w\])])\+(?![?+])", ""),
    (r"(?<=[\w\])])\?(?![?+])", ""),
    (r"(?<=[*+}])\?", ""),
    (r"(?<!\\)\\d", "[1-9]"),
)
"""What is replaced in a pattern, once, by what: optional blanks, anchors, quantifiers, laziness, a zero."""


def slips(node: Any, put: Put) -> Iterator[Slip]:
    """The slips that can be made at one node; ``put`` puts another in its place."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=[first, second]) if _is_plain(first):
            yield "fallback", _put(put, ast.IfExp(_is_none(first, negated=True), first, second), node)
        case ast.UnaryOp(op=ast.Not(), operand=operand) if _is_plain(operand):
            yield "truth", _put(put, _is_none(operand), node)
        case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(None)]):
            falsy = ast.UnaryOp(ast.Not(), left)
            yield (
                "truth",
                _put(put, falsy if isinstance(op, ast.Is) else ast.UnaryOp(ast.Not(), falsy), node),
            )
        case ast.If(test=test) | ast.IfExp(test=test) if _is_plain(test):
            yield "truth", _put(partial(setattr, node, "test"), _is_none(test, negated=True), node)
        case ast.Call():
            yield from _of_call(node, put)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _ignored(node)
        case ast.ExceptHandler(type=ast.Tuple(elts=[*kinds, _])) if kinds:
            yield "type", partial(setattr, node.type, "elts", kinds)


def _of_call(node: ast.Call, put: Put) -> Iterator[Slip]:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "isinstance" and isinstance(node.args[-1], ast.Tuple) and len(node.args[-1].elts) > 1:
        kinds = node.args[-1]
        for left_out in (0, len(kinds.elts) - 1):
            rest = [kind for place, kind in enumerate(kinds.elts) if place != left_out]
            yield "type", partial(setattr, kinds, "elts", rest)
    for keyword in node.keywords:
        if keyword.arg in _STANDARD_KEYWORDS:
            others = [one for one in node.keywords if one is not keyword]
            yield "option", partial(setattr, node, "keywords", others)
    if not isinstance(function, ast.Attribute):
        return
    if name in ("sub", "subn") and len(node.args) > 1:
        is_module = isinstance(function.value, ast.Name) and function.value.id == "re"
        if len(node.args) > (1 + is_module):
            yield "call", partial(put, node.args[1 + is_module])
    if name in _RE_FUNCTIONS and isinstance(function.value, ast.Name) and function.value.id == "re":
        yield from _of_pattern(node, flags_at=1 if name == "compile" else 3 if name.startswith("sub") else 2)
    elif name == "split" and not node.args and not node.keywords:
        yield "method", partial(setattr, node, "args", [at(node, ast.Constant(" "))])
    elif name in ("get", "pop") and len(node.args) == 2:
        yield "option", partial(setattr, node, "args", [node.args[0], at(node, ast.Constant(None))])
    elif name in _SIBLINGS:
        yield "method", partial(setattr, function, "attr", _SIBLINGS[name])


def _of_pattern(node: ast.Call, flags_at: int) -> Iterator[Slip]:
    """Other patterns in a call of ``re``, and the call without its flags."""
    if len(node.args) > flags_at:
        yield "option", partial(setattr, node, "args", node.args[:flags_at])
    for part in ast.walk(node.args[0]) if node.args else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            for change, other in _PATTERN_CHANGES:
                new = re.sub(change, other, part.value, count=1)
                if new != part.value and (not isinstance(node.args[0], ast.Constant) or _compiles(new)):
                    yield "pattern", partial(setattr, part, "value", new)


def _ignored(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Slip]:
    """The function with an option ignored: it is set to its default at the start."""
    given = node.args
    with_default = [*given.posonlyargs, *given.args][-len(given.defaults) or None :] if given.defaults else []
    pairs = [
        *zip(with_default, given.defaults, strict=True),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if isinstance(default, ast.Constant):
            again = ast.Assign([ast.Name(argument.arg, ast.Store())], ast.Constant(default.value))
            start = 1 if ast.get_docstring(node) is not None else 0
            yield "ignored", partial(node.body.insert, start, at(node.body[0], again))


def _is_plain(node: ast.AST) -> bool:
    """Whether an expression may be evaluated twice."""
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and _is_plain(node.value))


def _is_none(node: ast.expr, *, negated: bool = False) -> ast.expr:
    return ast.Compare(node, [ast.IsNot() if negated else ast.Is()], [ast.Constant(None)])


def _put(put: Put, new: ast.expr, old: ast.AST) -> Callable[[], None]:
    return partial(put, at(old, new))


def at(old: ast.AST, new: _Node) -> _Node:
    """``new``, with all its parts, at the place of ``old`` in the source."""
    return ast.fix_missing_locations(ast.copy_location(new, old))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, ValueError, OverflowError, RecursionError):
        return False
    return True
