"""Statements as transforms look at them: blocks, small statements, names that are read and written.

Invariants: pure; functions and classes within a function are not part of its blocks. Only the process that
changes sources imports this module, for it needs libcst.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import libcst as cst
import libcst.matchers as m

Block = Sequence[cst.BaseStatement]


def blocks(node: cst.CSTNode) -> Iterator[Block]:
    """Each list of statements in a function, the outer ones first."""
    body = getattr(node, "body", None)
    if isinstance(body, cst.IndentedBlock):
        yield body.body
        for statement in body.body:
            if not isinstance(statement, cst.FunctionDef | cst.ClassDef):
                yield from blocks(statement)
    for name in ("orelse", "finalbody"):
        if (other := getattr(node, name, None)) is not None:
            yield from blocks(other)
    for handler in getattr(node, "handlers", ()):
        yield from blocks(handler)


def pairs(node: cst.CSTNode) -> Iterator[tuple[cst.BaseStatement, cst.BaseStatement]]:
    """Each two statements of a function that follow one another."""
    for block in blocks(node):
        yield from pairwise(block)


def statements(node: cst.CSTNode) -> Iterator[cst.BaseStatement]:
    """Each statement of a function, the outer ones of a block first."""
    for block in blocks(node):
        yield from block


def small(statement: cst.CSTNode | None) -> cst.BaseSmallStatement | None:
    """The only small statement of a line."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        return statement.body[0]
    return None


def only(body: cst.BaseSuite) -> cst.BaseStatement | None:
    """The only statement of a body."""
    return body.body[0] if isinstance(body, cst.IndentedBlock) and len(body.body) == 1 else None


def assignment(statement: cst.CSTNode | None) -> tuple[str, cst.BaseExpression] | None:
    """The variable and the value of an assignment to one variable."""
    match small(statement):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
            return name, value
        case cst.AnnAssign(target=cst.Name(value=name), value=cst.BaseExpression() as value):
            return name, value
    return None


def names(*nodes: cst.CSTNode | None) -> set[str]:
    """All names in parts of a source but those of attributes and keywords."""
    found: set[str] = set()
    for node in nodes:
        if node is not None:
            collector = _Names(found)
            node.visit(collector)
    return found


def count(node: cst.CSTNode, name: str) -> int:
    """How often a variable occurs in a node."""
    counter = _Count(name)
    node.visit(counter)
    return counter.number


def calls(node: cst.CSTNode) -> Iterator[tuple[str, cst.Call]]:
    """Each call in a node with the dotted name of what is called."""
    for call in m.findall(node, m.Call()):
        assert isinstance(call, cst.Call)
        if (name := dotted(call.func)) is not None:
            yield name, call


def dotted(node: cst.CSTNode) -> str | None:
    """``a.b.c`` for such an expression."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute) and (owner := dotted(node.value)) is not None:
        return f"{owner}.{node.attr.value}"
    return None


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    """The argument that a call gives by keyword."""
    return next((arg for arg in call.args if arg.keyword and arg.keyword.value == name), None)


def positional(call: cst.Call) -> list[cst.BaseExpression] | None:
    """The arguments that a call gives by position; ``None`` if some are unpacked."""
    if any(arg.star for arg in call.args):
        return None
    return [arg.value for arg in call.args if arg.keyword is None]


def with_keyword(call: cst.Call, name: str, value: str) -> cst.Call:
    """``call`` with one more argument, or another value of one that it has."""
    new = cst.Arg(
        keyword=cst.Name(name),
        value=cst.parse_expression(value),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    args = [arg for arg in call.args if not (arg.keyword and arg.keyword.value == name)]
    if args and args[-1].comma is cst.MaybeSentinel.DEFAULT:
        args[-1] = args[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    return call.with_changes(args=[*args, new])


def line_of(text: str, *sources: cst.CSTNode) -> cst.BaseStatement:
    """The statement ``text`` in the place of ``sources``, with the comments that these have."""
    statement = cst.parse_statement(text)
    first = sources[0]
    lines = list(getattr(first, "leading_lines", ()))
    known = {id(line.comment) for line in lines if line.comment}
    for source in sources:
        for comment in m.findall(source, m.Comment()):
            if id(comment) not in known and isinstance(comment, cst.Comment):
                lines.append(cst.EmptyLine(comment=comment))
    return statement.with_changes(leading_lines=lines)


def is_plain(node: cst.CSTNode) -> bool:
    """Whether an expression neither waits, yields nor assigns."""
    return not m.findall(node, m.Await() | m.Yield() | m.NamedExpr() | m.StarredElement())


def reads_only(nodes: Iterable[cst.CSTNode], allowed: frozenset[str]) -> bool:
    """Whether all calls in ``nodes`` are of these functions and methods, so that nothing is changed."""
    for node in nodes:
        for call in m.findall(node, m.Call()):
            assert isinstance(call, cst.Call)
            function = call.func
            name = function.attr.value if isinstance(function, cst.Attribute) else dotted(function)
            if name not in allowed:
                return False
    return True


class _Names(cst.CSTVisitor):
    def __init__(self, found: set[str]) -> None:
        super().__init__()
        self._found = found

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self._found.add(node.value)


class _Count(_Names):
    def __init__(self, name: str) -> None:
        super().__init__(set())
        self._name, self.number = name, 0

    def visit_Name(self, node: cst.Name) -> None:
        self.number += node.value == self._name
