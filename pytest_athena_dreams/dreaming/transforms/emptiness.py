"""Answers at once for an empty collection, with what the loop over it would give."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..parameters import parameters
from ..statements import assignment, small
from ..target import Target, Variant

_RESULTS = {
    "sum": "0", "sorted": "[]", "list": "[]", "len": "0", "any": "False", "all": "True", "tuple": "()",
    "set": "set()", "dict": "{}",
}  # fmt: skip
"""What builtins give for an empty collection."""
_SAME_LENGTH = ("enumerate", "reversed", "sorted", "set")
_INITIAL = (
    m.Integer() | m.Float() | m.SimpleString() | m.Name("True") | m.Name("False") | m.Name("None")
    | m.List(elements=[]) | m.Dict(elements=[]) | m.Call(func=m.Name("set"), args=[])
)  # fmt: skip


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each collection whose emptiness decides the result."""
    body = _body(target.function)
    for parameter in parameters(target.node):
        if parameter.tested or parameter.rebound or parameter.mutated:
            continue
        if not (parameter.is_collection or parameter.kind == "str"):
            continue
        result = _result(target, body, parameter.name)
        if result is not None:
            yield target.opened(
                f"if not {parameter.name}:\n    return {result}\n",
                f"line {target.node.lineno}: an empty `{parameter.name}` gives {result} at once",
            )


def _body(function: cst.FunctionDef) -> list[cst.BaseStatement]:
    if not isinstance(function.body, cst.IndentedBlock):
        return []
    start = 1 if function.get_docstring() is not None else 0
    return list(function.body.body[start:])


def _result(target: Target, body: list[cst.BaseStatement], name: str) -> str | None:
    """What the function returns if the collection ``name`` is empty; ``None`` if that can't be read off."""
    known: dict[str, str] = {}
    for statement in body:
        found = assignment(statement)
        if found is not None:
            text = _value(target, found[1], name, known)
            if text is None:
                return None
            known[found[0]] = text
        elif isinstance(statement, cst.For) and statement.orelse is None:
            if not _is_over(statement.iter, name):
                return None
        else:
            returned = small(statement)
            if isinstance(returned, cst.Return) and returned.value is not None:
                return _value(target, returned.value, name, known)
            return None
    return None


def _value(target: Target, node: cst.BaseExpression, name: str, known: dict[str, str]) -> str | None:
    if m.matches(node, _INITIAL):
        return target.module.code_for_node(node)
    match node:
        case cst.Name(value=variable):
            return known.get(variable)
        case cst.ListComp(for_in=clause) if _is_over(clause.iter, name):
            return "[]"
        case cst.SetComp(for_in=clause) if _is_over(clause.iter, name):
            return "set()"
        case cst.DictComp(for_in=clause) if _is_over(clause.iter, name):
            return "{}"
        case cst.Call(func=cst.Name(value=function), args=[cst.Arg(value=given), *rest]):
            keys = all(arg.keyword and arg.keyword.value in ("key", "reverse") for arg in rest)
            if function in _RESULTS and keys and _is_empty(given, name):
                return _RESULTS[function]
        case cst.Call(
            func=cst.Attribute(value=cst.SimpleString(), attr=cst.Name(value="join")),
            args=[cst.Arg(value=given)],
        ) if _is_empty(given, name):
            return '""'
    return None


def _is_empty(node: cst.BaseExpression, name: str) -> bool:
    match node:
        case cst.GeneratorExp(for_in=clause) | cst.ListComp(for_in=clause):
            return _is_over(clause.iter, name)
        case cst.Call(func=cst.Name(value="filter" | "map"), args=[_, cst.Arg(value=items)]):
            return _is_over(items, name)
    return _is_over(node, name)


def _is_over(node: cst.BaseExpression, name: str) -> bool:
    """Whether a loop over ``node`` has no round if ``name`` is empty."""
    match node:
        case cst.Name(value=own):
            return own == name
        case cst.Call(
            func=cst.Name(value="enumerate" | "reversed" | "sorted" | "set"), args=[cst.Arg(value=inner)]
        ):
            return _is_over(inner, name)
        case cst.Call(func=cst.Name(value="range"), args=[cst.Arg(value=length)]):
            return m.matches(length, m.Call(func=m.Name("len"), args=[m.Arg(m.Name(name))]))
        case cst.Call(func=cst.Name(value="zip"), args=args):
            return any(_is_over(arg.value, name) for arg in args)
        case cst.Call(
            func=cst.Attribute(value=inner, attr=cst.Name(value="items" | "keys" | "values")), args=[]
        ):
            return _is_over(inner, name)
    return False
