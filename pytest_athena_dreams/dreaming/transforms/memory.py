"""Remembers results of code that always gives the same: `functools.lru_cache`, or a dict of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst as cst

from ...source.alike import BLIND_MODULES
from ...source.purity import is_pure
from ..parameters import is_hashable, parameters
from ..target import Target, Variant, imported

_MODULES = frozenset(BLIND_MODULES) | {"datetime", "decimal", "fractions", "re", "statistics"}
_IMPURE = {"eval", "exec", "globals", "hash", "id", "input", "iter", "next", "open", "print", "vars"}
_CHANGEABLE = (
    ast.List | ast.Dict | ast.Set | ast.Call | ast.ListComp | ast.DictComp | ast.SetComp | ast.GeneratorExp
)
_SIMPLE = frozenset({"int", "float", "bool", "str", "bytes", "complex", "None", "tuple", "Tuple"})


def variants(target: Target) -> Iterator[Variant]:
    """A cache if all arguments can be keys, otherwise a dict with their text as key."""
    function = target.node
    known = parameters(function)
    arguments = function.args
    if not known or "." in target.entry_point or arguments.vararg or arguments.kwarg:
        return
    if isinstance(function, ast.AsyncFunctionDef) or function.decorator_list or target.is_generator:
        return
    if target.is_recursive and not _is_branching(target):
        return  # a chain of calls only gets longer
    if not _repeatable(target) or any(each.mutated for each in known):
        return
    line = f"line {function.lineno}: "
    immutable = _is_immutable(function.returns)
    if all(is_hashable(each.annotation) for each in known) and immutable:
        decorator = cst.Decorator(cst.parse_expression("functools.lru_cache(maxsize=1024, typed=True)"))
        cached = target.function.with_changes(decorators=[decorator])
        yield imported(
            target.replaced(target.function, cached, f"{line}results are remembered by argument"), "functools"
        )
    elif is_pure(target.subject.code):
        yield _remembered(target, [each.name for each in known], line)


def _remembered(target: Target, names: list[str], line: str) -> Variant:
    inner, store = target.unused(f"_{target.name}"), target.unused("_RESULTS")
    key = f"repr(({', '.join(names)},))"
    lines = [
        f"{store} = {{}}\n\n\n",
        f"def {target.name}({', '.join(names)}):\n",
        f"    key = {key}\n",
        f"    if key not in {store}:\n",
        f"        if len({store}) >= 1024:\n",
        f"            {store}.clear()\n",
        f"        {store}[key] = {inner}({', '.join(names)})\n",
        f"    return copy.deepcopy({store}[key])\n",
    ]
    blank = [cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)]
    made = cst.parse_module("".join(lines)).body
    wrapper = made[1]
    assert isinstance(wrapper, cst.FunctionDef)
    wrapper = wrapper.with_changes(
        params=target.function.params,
        returns=target.function.returns,
        leading_lines=blank,
    )
    renamed = target.function.with_changes(name=cst.Name(inner))
    return imported(
        target.replaced(
            target.function,
            cst.FlattenSentinel([renamed, made[0].with_changes(leading_lines=blank), wrapper]),
            f"{line}results are remembered by the text of the arguments",
        ),
        "copy",
    )


def _is_branching(target: Target) -> bool:
    """Whether a statement calls the function twice, so that a memory saves calls."""
    statements = [node for node in ast.walk(target.node) if isinstance(node, ast.Return | ast.Assign)]
    calls = [[x for x in ast.walk(each) if isinstance(x, ast.Call)] for each in statements]
    return any(sum(getattr(x.func, "id", "") == target.name for x in each) > 1 for each in calls)


def _repeatable(target: Target) -> bool:
    """Whether nothing in the source looks as if results depended on more than the arguments."""
    for node in ast.walk(target.tree):
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Await() | ast.ClassDef():
                return False
            case ast.Import(names=aliases) if not all(alias.name in _MODULES for alias in aliases):
                return False
            case ast.ImportFrom(module=module) if module not in _MODULES:
                return False
            case ast.Name(id=name) if name in _IMPURE:
                return False
            case ast.Attribute(attr="now" | "today" | "utcnow"):
                return False
    kept = ast.FunctionDef | ast.Import | ast.ImportFrom | ast.Expr
    return all(isinstance(node, kept) or _is_constant(node) for node in target.tree.body)


def _is_constant(node: ast.stmt) -> bool:
    """Whether a statement of the module sets names to values that no call can change."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    return not any(isinstance(part, _CHANGEABLE) for part in ast.walk(node.value))


def _is_immutable(returns: ast.expr | None) -> bool:
    if returns is None:
        return False
    words = {node.id for node in ast.walk(returns) if isinstance(node, ast.Name)}
    values = [node.value for node in ast.walk(returns) if isinstance(node, ast.Constant)]
    return words <= _SIMPLE and all(value is None for value in values)
