"""Puts small faults into a source, one at a time: good inputs detect most of them.

The idea is that of R. DeMillo, R. Lipton and F. Sayward, "Hints on Test Data Selection" (IEEE Computer 11:4,
1978); the changes are those that mutmut, cosmic-ray and PIT make, as far as they fit any code.

Invariants: the same source and number give the same mutant; only code that the entry point can reach, judging
by names, is changed; annotations, messages of exceptions and ``print`` calls stay, because they are not
compared.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .slips import CASE_METHODS, Put, at, slips

MUTANTS = 20
"""Maximum mutants of one source."""

_SWAPPED_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_UNCOMPARED = frozenset(
    {"annotation", "bases", "ctx", "decorator_list", "format_spec", "msg", "returns", "type_params"}
)
"""Fields of a node that are never changed."""
_IRREPLACEABLE = frozenset({"enumerate", "len", "range", "super", "zip"})
"""Functions whose call is not replaced by its argument: every input would detect that."""
_OPEN_MODES = {"w": "a", "a": "w", "wb": "ab", "ab": "wb", "x": "w", "xb": "wb"}
"""Modes of ``open``, and what they are changed to."""
_COMMAND_CALLS = frozenset({"run", "call", "check_call", "check_output", "Popen"})
"""Functions of ``subprocess`` that take the words of a command."""
_ACTING_MODULES = frozenset(
    {"os", "shutil", "subprocess", "urllib", "http", "requests", "httpx", "aiohttp", "smtplib"}
)
"""Modules with which code acts: there, the order of two calls may count although no value shows it."""
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

Place = tuple[Any, Put]
"""A node, and how to put another in its place."""


@dataclass(frozen=True, slots=True)
class Point:
    """One change that can be made: what kind it is, on which line, and how to make it."""

    kind: str
    line: int
    change: Callable[[], None]


def mutate(tree: ast.Module, name: str | None, number: int, *, output: bool = False) -> None:
    """Make mutant ``number``, counted from 0, of the entry point ``name``, or of a script.

    With ``output``, what is printed is changed as well. Raises ``IndexError`` where there are not so many.
    """
    chosen(points(tree, name, output=output))[number].change()


def chosen(found: list[Point]) -> list[Point]:
    """At most ``MUTANTS`` of the points, spread over kinds first and then over lines."""
    picked: list[Point] = []
    kinds: Counter[str] = Counter()
    left = list(found)
    while left and len(picked) < MUTANTS:
        best = min(left, key=lambda point: (kinds[point.kind], -_distance(point, picked)))
        left.remove(best)
        picked.append(best)
        kinds[best.kind] += 1
    return picked


def _distance(point: Point, others: list[Point]) -> int:
    return min((abs(point.line - other.line) for other in others), default=0)


def points(tree: ast.Module, name: str | None, *, output: bool = False) -> list[Point]:
    """All changes that can be made, in the order of the source."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import))
    modules = {(alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names}
    given = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    acts = not _ACTING_MODULES.isdisjoint({*modules, *(name.partition(".")[0] for name in given)})
    stack = [place for _, place in _units(tree.body)] if name is None else _reached(tree, name)
    found: list[Point] = []
    while stack:
        node, put = stack.pop()
        found += _changes(node, put, modules)
        found += _other_effects(node)
        found += _other_orders(node) if acts else ()
        if output or not _prints(node):
            stack += _below(node)
    return sorted(found, key=lambda point: point.line)


def _reached(tree: ast.Module, name: str) -> list[Place]:
    """The definitions and assignments of a module that ``name`` leads to, following the names in them."""
    units: dict[str, list[Place]] = {}
    for word, place in _units(tree.body):
        units.setdefault(word, []).append(place)
    wanted, reached = name.split("."), list[Place]()
    while wanted:
        places = units.pop(wanted.pop(), [])
        reached += places
        for node in (node for part, _ in places for node in ast.walk(part)):
            if isinstance(node, ast.Name):
                wanted.append(node.id)
            elif isinstance(node, ast.Attribute):
                wanted.append(node.attr)
    return reached


def _units(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, Place]]:
    """Statements by the name that they define; a class's special methods count under its own name."""
    for number, statement in enumerate(body):
        name = owner
        if isinstance(statement, ast.ClassDef) and not owner:
            yield from _units(statement.body, statement.name)
            continue
        if isinstance(statement, _Definition) and not (owner and statement.name.startswith("__")):
            name = statement.name
        elif isinstance(statement, ast.Assign) and not owner and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
        elif isinstance(statement, ast.AnnAssign) and not owner and isinstance(statement.target, ast.Name):
            name = statement.target.id
        yield name, (statement, _setter(body, number))


def _below(node: ast.AST) -> list[Place]:
    """The nodes below one, the last first."""
    if isinstance(node, ast.Raise):
        return []
    while isinstance(node, ast.Expr | ast.Await):  # dropped as a whole, or changed inside
        node = node.value
    if isinstance(node, ast.Constant):
        return []
    below: list[Place] = []
    for field, value in ast.iter_fields(node):
        if field in _UNCOMPARED:
            continue
        if isinstance(value, list):
            below += [(item, _setter(value, i)) for i, item in enumerate(value) if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            below.append((value, _setter(node, field)))
    return below[::-1]


def _setter(owner: Any, place: str | int) -> Put:
    if isinstance(place, int):
        return lambda node: owner.__setitem__(place, node)
    return lambda node: setattr(owner, place, node)


def _prints(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
    return False


def _changes(node: Any, put: Put, modules: set[str]) -> Iterator[Point]:
    """The changes of one node itself."""
    line = getattr(node, "lineno", 0)
    match node:
        case ast.Compare(ops=ops):
            for place, operator in enumerate(ops):
                ordered = isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
                other = _SWAPPED_COMPARISONS[type(operator)]()
                yield Point("boundary" if ordered else "equality", line, _bound(_setter(ops, place), other))
        case ast.BoolOp(op=operator):
            opposite = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield Point("logic", line, _bound(_setter(node, "op"), opposite))
        case ast.BinOp(op=operator, left=left, right=right):
            if _is_sequence(left) or _is_sequence(right):
                yield Point("operand", line, _bound(put, left))
            elif type(operator) in _ARITHMETIC:
                yield Point("arithmetic", line, _bound(_setter(node, "op"), _ARITHMETIC[type(operator)]()))
        case ast.AugAssign(op=operator) if type(operator) in _ARITHMETIC:
            yield Point("arithmetic", line, _bound(_setter(node, "op"), _ARITHMETIC[type(operator)]()))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield Point("not", line, _bound(put, operand))
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield Point("sign", line, _bound(put, operand))
        case ast.Constant(value=bool() as value):
            yield Point("number", line, _bound(put, at(node, ast.Constant(not value))))
        case ast.Constant(value=int() | float() | complex() as value):
            other_number = value + 1 if value + 1 != value else -value
            yield Point("number", line, _bound(put, at(node, ast.Constant(other_number))))
        case ast.Constant(value=str() as value):
            yield Point("text", line, _bound(put, at(node, ast.Constant(f"XX{value}XX"))))
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            if not _is_negated_elsewhere(test):
                yield Point("condition", line, _bound(_setter(node, "test"), _negated(test)))
        case ast.comprehension(ifs=ifs):
            for place, test in enumerate(ifs):
                if not _is_negated_elsewhere(test):
                    yield Point("condition", test.lineno, _bound(_setter(ifs, place), _negated(test)))
        case ast.Return(value=value) if value is not None:
            if not isinstance(value, ast.Constant) or value.value is not None:
                yield Point("return", line, _bound(_setter(node, "value"), at(node, ast.Constant(None))))
        case ast.Break():
            yield Point("loop", line, _bound(put, at(node, ast.Continue())))
        case ast.Continue():
            yield Point("loop", line, _bound(put, at(node, ast.Break())))
        case ast.Call():
            replacement = _instead(node, modules)
            if replacement is not None:
                attribute = getattr(node.func, "attr", "")
                kind = "case" if attribute in CASE_METHODS else "call"
                yield Point(kind, line, _bound(put, replacement))
    for kind, change in slips(node, put):
        yield Point(kind, line, change)
    if _droppable(node):
        yield Point("statement", line, _bound(put, at(node, ast.Pass())))


def _other_effects(node: ast.AST) -> Iterator[Point]:
    """Another mode for a file that is opened, and commands without one of their words."""
    while isinstance(node, ast.Expr | ast.Await):  # as in ``_below``
        node = node.value
    match node:
        case ast.Call(func=ast.Name(id="open"), args=[_, ast.Constant(value=str(mode)) as old, *_]):
            if mode in _OPEN_MODES:
                change = _bound(_setter(node.args, 1), at(old, ast.Constant(_OPEN_MODES[mode])))
                yield Point("mode", node.lineno, change)
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.List(elts=words), *_]) if (
            name in _COMMAND_CALLS
        ):
            for place, word in enumerate(words):
                if place and isinstance(word, ast.Constant):
                    yield Point("word", word.lineno, _without(words, place))


def _without(items: list[ast.expr], place: int) -> Callable[[], None]:
    return lambda: items.__delitem__(place)


def _other_orders(node: ast.AST) -> Iterator[Point]:
    """Two calls one after the other, the second one first."""
    for _, body in ast.iter_fields(node):
        if not isinstance(body, list):
            continue
        for place, (first, second) in enumerate(pairwise(body)):
            if all(isinstance(one, ast.Expr) and _droppable(one) for one in (first, second)):
                yield Point("order", first.lineno, _swap(body, place))


def _swap(body: list[ast.stmt], place: int) -> Callable[[], None]:
    return lambda: body.__setitem__(slice(place, place + 2), [body[place + 1], body[place]])


def _bound(put: Put, node: ast.AST) -> Callable[[], None]:
    return lambda: put(node)


def _is_negated_elsewhere(test: ast.expr) -> bool:
    """Whether another change already negates a condition."""
    match test:
        case ast.Constant() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn() | ast.Is() | ast.IsNot()]):
            return True
    return False


def _negated(test: ast.expr) -> ast.expr:
    return at(test, ast.UnaryOp(ast.Not(), test))


def _is_sequence(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes)
    return isinstance(node, ast.JoinedStr | ast.List | ast.ListComp | ast.Tuple)


def _instead(call: ast.Call, modules: set[str]) -> ast.expr | None:
    """A replacement for a call: the object of a method call, or otherwise the first argument."""
    function = call.func
    if isinstance(function, ast.Name) and function.id in _IRREPLACEABLE:
        return None
    if isinstance(function, ast.Attribute) and not isinstance(function.value, ast.Constant):
        owner = function.value
        if not (isinstance(owner, ast.Name) and owner.id in modules):
            return owner
    first = call.args[0] if call.args else None
    return None if isinstance(first, ast.Starred) else first


def _droppable(node: ast.AST) -> bool:
    """Whether a statement can be removed without leaving a name undefined."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom()):
            return not _prints(node)
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute(), *_]):
            return True
    return isinstance(node, ast.AugAssign | ast.Raise | ast.Delete)
