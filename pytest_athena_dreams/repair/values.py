"""Repairs of defaults, arguments and returned values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst
import libcst.matchers as m

from ..rewriting.functions import function_of, names_in, prepended, replaced, with_import
from .openings import at_start
from .task import Proposal, Task

_MUTABLE_DEFAULT = (
    m.List() | m.Dict() | m.Set() | m.Call(func=m.Name("list") | m.Name("dict") | m.Name("set"))
)


def mutable_defaults(task: Task) -> Iterator[Proposal]:
    """Create a shared mutable default in each call instead."""
    function = function_of(task.code, task.entry)
    if function is None:
        return
    made: list[str] = []
    parameters: list[cst.Param] = []
    for parameter in function.params.params:
        if parameter.default is not None and m.matches(parameter.default, _MUTABLE_DEFAULT):
            name, value = parameter.name.value, cst.Module([]).code_for_node(parameter.default)
            made.append(f"if {name} is None:\n    {name} = {value}\n")
            parameter = parameter.with_changes(default=cst.Name("None"))
        parameters.append(parameter)
    if made:
        changed = function.with_changes(params=function.params.with_changes(params=parameters))
        changed = prepended(changed, "".join(made))
        yield Proposal(
            kind="mutable default",
            why="a default that is shared between calls is created in each call",
            code=replaced(task.code, function, changed),
        )


def copied_arguments(task: Task) -> Iterator[Proposal]:
    """Work on copies of the arguments."""
    function = function_of(task.code, task.entry)
    if function is None or "changed an argument in place" not in task.summary:
        return
    copies = "".join(f"{p.name.value} = copy.deepcopy({p.name.value})\n" for p in function.params.params)
    inner = at_start(task, copies, kind="argument", why="it works on copies of its arguments")
    yield replace(inner, code=with_import(inner.code, "copy"))


def returns(task: Task) -> Iterator[Proposal]:
    """Return the value of the last statement, which the function computes or prints but does not return."""
    function = function_of(task.code, task.entry)
    if function is None or not isinstance(function.body, cst.IndentedBlock):
        return
    last = function.body.body[-1]
    if not m.matches(last, m.SimpleStatementLine(body=[m.DoNotCare()])):
        return
    assert isinstance(last, cst.SimpleStatementLine)
    for expression, keep in _values(last.body[0], function, task):
        line = cst.SimpleStatementLine(
            [cst.Return(expression)], leading_lines=[] if keep else last.leading_lines
        )
        body = [*function.body.body[:-1], *([last] if keep else []), line]
        text = cst.Module([]).code_for_node(expression)
        yield Proposal(
            kind="return",
            why=f"`{text}` is returned instead of nothing",
            code=replaced(task.code, function, function.with_deep_changes(function.body, body=body)),
        )


def _values(
    statement: cst.BaseSmallStatement, function: cst.FunctionDef, task: Task
) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """What could be returned instead of, or (``True``) after, the last statement."""
    match statement:
        case cst.Expr(value=cst.Call(func=cst.Name("print"), args=[argument])):
            yield argument.value, False
        case cst.Expr(value=value):
            yield value, False
        case (
            cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)])
            | cst.AugAssign(target=cst.Name() as name)
        ):
            yield name, True
        case cst.Return(value=None | cst.Name("None")):
            base = function_of(task.procedure or "", task.entry)
            own = names_in(function)
            for node in m.findall(base, m.Return()) if base else ():
                assert isinstance(node, cst.Return)
                if isinstance(node.value, cst.Name) and node.value.value in own - {"None"}:
                    yield node.value, False
