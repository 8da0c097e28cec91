"""How one piece of syntax became another, in words that do not depend on names, numbers or layout."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .normalise import shape

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


def comparison(a: type[ast.cmpop], b: type[ast.cmpop]) -> str:
    """How one comparison became another."""
    pair = frozenset((a, b))
    if pair in _BOUNDARY:
        return "a comparison with its boundary moved"
    return "a comparison turned into its opposite" if pair in _OPPOSITE else "another comparison"


def replacement(a: ast.AST, b: ast.AST, role: str) -> str:
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
            return f"{statement(a)} left out"
        case ast.Pass(), _:
            return f"{statement(b)} added"
        case ast.stmt(), ast.stmt() if statement(a) == statement(b):
            return f"another kind of {statement(a).partition(' ')[2]}"
        case ast.stmt(), ast.stmt():
            return f"{statement(a)} became {statement(b)}"
    return f"another expression in {role}" if role else "another expression"


def _within(node: ast.AST, parts: Sequence[ast.AST]) -> bool:
    return shape(node, {}) in [shape(part, {}) for part in parts]


def role_of(parent: ast.AST, field: str, role: str) -> str:
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


def statement(node: ast.AST) -> str:
    """The kind of a statement, with its article."""
    return _STATEMENTS.get(type(node).__name__, "a statement")


def noun(node: ast.AST) -> str:
    """The kind of any node."""
    return _STATEMENTS.get(type(node).__name__, type(node).__name__.lower())
