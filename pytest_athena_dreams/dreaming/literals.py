"""The constants in a function's body that may be explored, with the role that each plays.

Invariants: pure; indices, docstrings, annotations and defaults are left out. Only the process that changes
sources imports this module, for it needs libcst.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from .target import Target

Value = int | float | str | bool
_OPERATORS = {
    "Multiply": "factor",
    "Divide": "divisor",
    "FloorDivide": "divisor",
    "Modulo": "modulus",
    "Power": "exponent",
    "Add": "offset",
    "Subtract": "offset",
}
_CALL_ROLES = {
    "round": "digits",
    "split": "separator",
    "join": "separator",
    "replace": "replacement",
    "range": "bound",
    "sleep": "delay",
    "int": "base",
    "zfill": "width",
    "strip": "stripped",
}


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: its node, its value and a word for what it does."""

    node: cst.BaseExpression
    value: Value
    role: str


def literals(target: Target) -> Iterator[Literal]:
    """The constants of the function, in order."""
    finder = _Finder()
    target.function.body.visit(finder)
    yield from finder.found


class _Finder(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Literal] = []
        self._roles: list[str] = []
        self._rounds = 0
        """How many heads of loops the node is in that count rounds."""

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        self._rounds += _counts_rounds(node, attribute)

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        self._rounds -= _counts_rounds(original_node, attribute)

    def on_visit(self, node: cst.CSTNode) -> bool:
        part = _role(node)
        if part is not None:
            self._roles.append(part)
        if isinstance(node, cst.Integer | cst.Float | cst.SimpleString) or _is_flag(node):
            assert isinstance(node, cst.Integer | cst.Float | cst.SimpleString | cst.Name)
            value = ast.literal_eval(node.value)
            if not isinstance(value, bytes):
                role = self._roles[-1] if self._roles else "value"
                self.found.append(Literal(node, value, "bound" if self._rounds else role))
        return not isinstance(node, _SKIPPED) and not _is_text(node)

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if _role(original_node) is not None:
            self._roles.pop()


_SKIPPED = (
    cst.Subscript,
    cst.Annotation,
    cst.FormattedString,
    cst.ConcatenatedString,
    cst.FunctionDef,
    cst.ClassDef,
    cst.Lambda,
    cst.Match,
    cst.Raise,
    cst.Assert,
    cst.Import,
    cst.ImportFrom,
    cst.Global,
)


def _counts_rounds(node: cst.CSTNode, attribute: str) -> bool:
    """Whether this part of a node says how often a loop runs."""
    match node:
        case cst.While():
            return attribute == "test"
        case cst.Call(func=cst.Name(value="range")):
            return attribute == "args"
    return False


def _is_text(node: cst.CSTNode) -> bool:
    """Whether a statement is a text alone, such as a docstring."""
    return isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString | cst.ConcatenatedString)


def _is_flag(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Name) and node.value in ("True", "False")


def _role(node: cst.CSTNode) -> str | None:
    match node:
        case cst.BinaryOperation(operator=operator):
            return _OPERATORS.get(type(operator).__name__, "operand")
        case cst.Comparison():
            return "threshold"
        case cst.Call(func=cst.Name(value=name)) | cst.Call(func=cst.Attribute(attr=cst.Name(value=name))):
            return _CALL_ROLES.get(name, "option")
        case cst.Assign() | cst.AnnAssign():
            return "initial"
        case cst.AugAssign():
            return "step"
        case cst.Return():
            return "result"
    return None
