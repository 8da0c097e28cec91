"""What a dream changed in its procedure, in words that do not depend on names, numbers or layout.

Invariants: pure; two sources that differ only in formatting, comments or names of locals have no edits. Names
are matched in order of use: the first local on one side corresponds to the first on the other.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from .normalise import is_builtin, label, nodes, parse
from .syntax import TREES

FEW = 2
"""Most distinct edits that describe a dream; one with more counts as rewritten."""
REWRITTEN = "rewritten"
"""The only edit of a dream with more than a few."""

_BOUNDARY = {frozenset(pair) for pair in ((ast.Lt, ast.LtE), (ast.Gt, ast.GtE))}
_OPPOSITE = {
    frozenset(pair)
    for pair in (
        (ast.Lt, ast.GtE),
        (ast.Gt, ast.LtE),
        (ast.Eq, ast.NotEq),
        (ast.In, ast.NotIn),
        (ast.Is, ast.IsNot),
    )
}
_STATEMENTS = {
    "If": "a condition",
    "For": "a for loop",
    "While": "a while loop",
    "Assign": "an assignment",
    "AugAssign": "an assignment",
    "AnnAssign": "an assignment",
    "Return": "a return",
    "Raise": "a raise",
    "Try": "a try block",
    "With": "a with block",
    "Expr": "a call",
    "Assert": "an assertion",
    "FunctionDef": "a function",
    "ClassDef": "a class",
    "Import": "an import",
    "ImportFrom": "an import",
    "Break": "a break",
    "Continue": "a continue",
    "Pass": "nothing",
}


def edits(procedure: str, dream: str) -> tuple[str, ...] | None:
    """The distinct edits that turn ``procedure`` into ``dream``, sorted.

    ``(REWRITTEN,)`` if there are more than a few; ``None`` if one of the two is no Python.
    """
    before, after = parse(procedure), parse(dream)
    if before is None or after is None:
        return None
    diff = _Diff(before, after)
    try:
        diff.statements(before.body, after.body)
    except RecursionError:
        return None
    found = tuple(sorted(set(diff.found)))
    return found if len(found) <= FEW else (REWRITTEN,)


class _Diff:
    def __init__(self, before: ast.Module, after: ast.Module) -> None:
        self.found: list[str] = []
        self._own = _own_names(before), _own_names(after)
        self._shapes: dict[ast.AST, str] = {}
        self._forth: dict[str, str] = {}
        self._back: dict[str, str] = {}

    def statements(self, a: Sequence[ast.AST], b: Sequence[ast.AST]) -> None:
        """Align two bodies by the shape of their statements, then compare those that correspond."""
        before, after = ([shape(x, self._shapes) for x in body] for body in (a, b))
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        for _, a1, a2, b1, b2 in matcher.get_opcodes():
            shared = a2 - a1 if a2 - a1 == b2 - b1 else 0
            for x, y in zip(a[a1 : a1 + shared], b[b1 : b1 + shared], strict=True):
                self.nodes(x, y, "")
            if not shared:
                self.found += [f"{_statement(x)} left out" for x in a[a1:a2]]
                self.found += [f"{_statement(y)} added" for y in b[b1:b2]]

    def nodes(self, a: ast.AST, b: ast.AST, role: str) -> None:
        """Compare two nodes that correspond; ``role`` is what the expression is for."""
        match a, b:
            case ast.Name(), ast.Name():
                self._name(a.id, b.id)
            case ast.Constant(), ast.Constant():
                self._constant(a.value, b.value, role)
            case (ast.Compare(), ast.Compare()) if len(a.ops) == len(b.ops):
                for x, y in zip(a.ops, b.ops, strict=True):
                    self._comparison(type(x), type(y))
                self._children(a, b, "a comparison", skip=("ops",))
            case _ if type(a) is not type(b):
                self.found.append(_replacement(a, b, role))
            case _:
                self._children(a, b, role)

    def _children(self, a: ast.AST, b: ast.AST, role: str, skip: tuple[str, ...] = ()) -> None:
        for name in a._fields:
            x, y = getattr(a, name, None), getattr(b, name, None)
            if name in skip or name in ("ctx", "kind", "type_comment", "type_ignores", "type_params"):
                continue
            inner = _role(a, name, role)
            if isinstance(x, list) and isinstance(y, list):
                self._lists(x, y, inner)
            elif isinstance(x, ast.AST) and isinstance(y, ast.AST):
                self.nodes(x, y, inner)
            elif x != y:
                self._field(a, name, x, y)

    def _lists(self, a: list[ast.AST], b: list[ast.AST], role: str) -> None:
        if any(isinstance(x, ast.stmt) for x in (*a, *b)):
            self.statements(a, b)
        elif len(a) == len(b):
            for x, y in zip(a, b, strict=True):
                if isinstance(x, ast.AST) and isinstance(y, ast.AST):
                    self.nodes(x, y, role)
                elif x != y:
                    self.found.append("another name")
        else:
            self.found.append(
                f"a part of {role or 'an expression'} {'left out' if len(a) > len(b) else 'added'}"
            )

    def _field(self, a: ast.AST, name: str, x: object, y: object) -> None:
        if isinstance(x, ast.AST) or isinstance(y, ast.AST):
            if isinstance(a, ast.Return):
                self.found.append("None returned" if y is None else "a value returned")
            elif name in ("annotation", "returns"):
                pass  # an annotation more or less changes nothing that runs
            else:
                self.found.append(f"{_noun(a)}: {name} {'left out' if y is None else 'added'}")
        elif isinstance(x, str) and isinstance(y, str):
            if isinstance(a, ast.Attribute):
                self.found.append("another method or attribute")
            elif isinstance(a, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.arg):
                self._name(x, y)
            else:
                self.found.append("another name")
        else:
            self.found.append(f"{_noun(a)} changed")

    def _name(self, a: str, b: str) -> None:
        if a not in self._own[0] or b not in self._own[1]:
            if a != b:
                self.found.append("another function called" if is_builtin(a) else "another name")
        elif self._forth.setdefault(a, b) != b or self._back.setdefault(b, a) != a:
            self.found.append("another variable")

    def _constant(self, a: object, b: object, role: str) -> None:
        kinds = {type(a), type(b)}
        if len(kinds) == 1 and a == b:
            return
        where = f" in {role}" if role else ""
        if b is None and role == "a return":
            self.found.append("None returned")
        elif kinds == {bool}:
            self.found.append(f"True and False exchanged{where}")
        elif kinds <= {int, float}:
            self.found.append(f"another number{where}")
        elif kinds == {str}:
            self.found.append(f"another text{where}")
        else:
            self.found.append(f"a constant of another type{where}")

    def _comparison(self, a: type[ast.cmpop], b: type[ast.cmpop]) -> None:
        pair = frozenset((a, b))
        if a is b:
            return
        if pair in _BOUNDARY:
            self.found.append("a comparison with its boundary moved")
        elif pair in _OPPOSITE:
            self.found.append("a comparison turned into its opposite")
        else:
            self.found.append("another comparison")


def _replacement(a: ast.AST, b: ast.AST, role: str) -> str:
    """How a node of one kind became one of another, in words."""
    match a, b:
        case ast.operator(), ast.operator():
            return "another arithmetic operator"
        case ast.boolop(), ast.boolop():
            return "and and or exchanged"
        case _, ast.Constant(value=None) if role == "a return":
            return "None returned"
        case _, ast.Constant(value=bool()) if role == "a condition":
            return "a condition that always goes one way"
        case (ast.UnaryOp(op=ast.Not()), _) | (_, ast.UnaryOp(op=ast.Not())):
            return "a condition negated"
        case (ast.UnaryOp(op=ast.USub()), _) | (_, ast.UnaryOp(op=ast.USub())):
            return "a sign changed"
        case ast.Call(), _ if _within(b, a.args):
            return "a call left out"
        case _, ast.Call() if _within(a, b.args):
            return "a call added"
        case ast.BinOp(), _ if _within(b, (a.left, a.right)):
            return "an operand left out"
        case _, ast.BinOp() if _within(a, (b.left, b.right)):
            return "an operand added"
        case ast.BoolOp(), _ if _within(b, a.values):
            return "a part of a condition left out"
        case _, ast.BoolOp() if _within(a, b.values):
            return "a part of a condition added"
        case _, ast.Pass():
            return f"{_statement(a)} left out"
        case ast.Pass(), _:
            return f"{_statement(b)} added"
        case ast.stmt(), ast.stmt() if _statement(a) == _statement(b):
            return f"another kind of {_statement(a).partition(' ')[2]}"
        case ast.stmt(), ast.stmt():
            return f"{_statement(a)} became {_statement(b)}"
    return f"another expression in {role}" if role else "another expression"


def shape(node: ast.AST, known: dict[ast.AST, str]) -> str:
    """The syntax of a node without own names and values of constants.

    ``known`` caches the shapes of statements.
    """
    if node in known:
        return known[node]
    children = [c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.expr_context)]
    text = f"{label(node)}({','.join([shape(child, known) for child in children])})"
    if isinstance(node, ast.stmt):
        known[node] = text
    return text


def _within(node: ast.AST, parts: Sequence[ast.AST]) -> bool:
    return shape(node, {}) in [shape(part, {}) for part in parts]


@lru_cache(maxsize=TREES)
def _own_names(tree: ast.Module) -> frozenset[str]:
    names: set[str] = set()
    for node in nodes(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                names.add(name)
    return frozenset(names)


def _role(parent: ast.AST, field: str, role: str) -> str:
    """What an expression is for, by its place: a number in an index is not one in a range."""
    match parent, field:
        case ((ast.If() | ast.While() | ast.IfExp() | ast.Assert()), "test"):
            return "a condition"
        case ast.Subscript(), "slice":
            return "an index"
        case ast.Slice(), _:
            return "a slice"
        case ast.Return(), "value":
            return "a return"
        case ast.Call(func=ast.Name(id="range")), "args":
            return "a range"
        case ast.Call(), ("args" | "keywords"):
            return "a call"
        case ((ast.Assign() | ast.AugAssign() | ast.AnnAssign()), "value"):
            return "an assignment"
        case ast.arguments(), ("defaults" | "kw_defaults"):
            return "a default"
        case ast.arguments(), _:
            return "the parameters"
    return role


def _statement(node: ast.AST) -> str:
    return _STATEMENTS.get(type(node).__name__, "a statement")


def _noun(node: ast.AST) -> str:
    return _STATEMENTS.get(type(node).__name__, type(node).__name__.lower())
