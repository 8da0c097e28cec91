"""Repairs that add checks at the start of a function, for inputs that the procedure handles there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst.matchers as m

from ..models import Category
from ..rewriting.functions import body_of, function_of, plain
from .openings import at_start
from .task import Proposal, Task


def guards(task: Task) -> Iterator[Proposal]:
    """Return the procedure's result for an argument of the failing input that is ``None`` or empty."""
    values = _arguments(task)
    answer = _literal(task.expected)
    if (
        values is None
        or answer is None
        or task.category not in (Category.RUNTIME, Category.TYPE, Category.LOGIC)
    ):
        return
    for name, value in values.items():
        if value is None:
            yield at_start(
                task,
                f"if {name} is None:\n    return {answer}\n",
                kind="None check",
                why=f"`{name}` is checked for None, for which the procedure returns {answer}",
            )
        elif isinstance(value, list | tuple | dict | str | set | bytes | int | float) and not value:
            test = f"{name} == 0" if isinstance(value, int | float) else f"not {name}"
            yield at_start(
                task,
                f"if {test}:\n    return {answer}\n",
                kind="guard",
                why=f"for `{test}` it returns {answer}, as the procedure does",
            )


def lost_guards(task: Task) -> Iterator[Proposal]:
    """Put back the procedure's own first checks, which the dream left out."""
    base, function = function_of(task.procedure or "", task.entry), function_of(task.code, task.entry)
    if base is None or function is None:
        return
    have = {plain(statement) for statement in body_of(function)}
    lost: list[str] = []
    for statement in body_of(base):
        check = m.IndentedBlock(body=[m.SimpleStatementLine([m.Return() | m.Raise()])])
        ends = m.matches(statement, m.If(body=check, orelse=None))
        if not ends:
            break
        if plain(statement) not in have:
            lost.append(plain(statement) + "\n")
    if lost:
        yield at_start(task, "".join(lost), kind="guard", why="the procedure's own first check is put back")


def _arguments(task: Task) -> dict[str, object] | None:
    """The failing call's arguments by parameter; ``None`` if they are not literals."""
    function = function_of(task.code, task.entry)
    if function is None or task.call is None:
        return None
    try:
        call = ast.parse(task.call, mode="eval").body
        assert isinstance(call, ast.Call)
        named = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg is not None}
        positional = [ast.literal_eval(argument) for argument in call.args]
    except (SyntaxError, ValueError, AssertionError):
        return None
    parameters = function.params.params
    left_out = [p.name.value for p in parameters if m.matches(p, m.Param(default=m.Name("None")))]
    names = [parameter.name.value for parameter in parameters]
    return dict.fromkeys(left_out) | dict(zip(names, positional, strict=False)) | named


def _literal(expected: str) -> str | None:
    """The value that the procedure returned, as source; ``None`` if it is not a literal."""
    text = expected.removeprefix("returned ")
    if text == expected:
        return None
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return None
    return text
