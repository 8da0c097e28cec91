"""What a dream's source shows about its entry point without being run.

That is whether it is a script, and how it uses each parameter, as facts:

- ``passed:NAME`` to a function (``NAME`` has its module if that is one of ``_NAMED_WITH_MODULE``)
- ``method:NAME`` called on it, ``isinstance:NAME``, ``called``
- ``iterated``, ``indexed``, ``indexed:str`` (by a constant of that type), ``contains`` (``x in it``)
- ``index`` (of something else), ``arithmetic``, ``added:str``, ``compared:int`` (with a constant of that
  type), ``compared:word`` (with a text of several characters)
- ``unpacked:2`` into that many names
- ``item:FACT`` for a fact about its items, ``key:FACT`` and ``value:FACT`` about those of a mapping
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

SCRIPT = "script"
"""The name of a script's entry point, which is all of its code."""
RESULTS = ("_result", "result")
"""Variables that hold a script's result; the first one that it sets counts."""
FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef)

_NAMED_WITH_MODULE = frozenset(
    {"gzip", "io", "os", "pathlib", "shlex", "shutil", "sqlite3", "tarfile", "zipfile"}
)
"""Modules whose functions have names that methods of other objects have too: ``os.path.join``."""
_KEEPS_ITEMS = frozenset({"sorted", "reversed", "set", "list", "tuple"})
_VIEW_FACTS = {"items": ["key:", "value:"], "keys": ["key:"], "values": ["value:"]}
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_DECLARATIONS = (
    *FUNCTION_NODES, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Pass,
)  # fmt: skip
"""Statements that give something a name."""


def is_script(tree: ast.Module) -> bool:
    """Whether the code defines no function or class, and does something when it runs or leaves a result."""
    return not any(isinstance(node, _Function | ast.ClassDef) for node in tree.body) and does_something(tree)


def does_something(tree: ast.Module) -> bool:
    """Whether the code sets one of ``RESULTS``, or a statement does more than define, import or assign."""
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    if any(node.id in RESULTS and isinstance(node.ctx, ast.Store) for node in names):
        return True
    return any(not isinstance(node, _DECLARATIONS) and not _is_constant(node) for node in tree.body)


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def constant(node: ast.AST) -> Any:
    """The value of a literal number (also a negative one), text or bytes; otherwise ``None``."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner: Any = getattr(node.operand, "value", None)
        return -inner if type(inner) in (int, float) else None
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | bytes):
        return node.value
    return None


def usage(tree: ast.AST, name: str) -> dict[str, list[str]]:
    """Facts on each parameter of the function ``name`` (dotted for a method), by parameter."""
    function = _find(tree, name.split("."))
    if function is None:
        return {}
    arguments = function.args
    names = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    return facts(function, names)


def free_names(tree: ast.Module) -> list[str]:
    """Names that a script reads before it gives them a value, in the order of the source."""
    import builtins

    bound: set[str] = set(dir(builtins))
    free: dict[str, None] = {}
    for statement in tree.body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        stored = {name.id for name in names if not isinstance(name.ctx, ast.Load)}
        stored |= {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
        for name in sorted(names, key=lambda name: (name.lineno, name.col_offset)):
            if isinstance(name.ctx, ast.Load) and name.id not in bound | stored:
                free[name.id] = None
        bound |= stored
        for node in ast.walk(statement):
            if isinstance(node, ast.Import | ast.ImportFrom):
                bound |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            elif isinstance(node, _Function | ast.ClassDef):
                bound.add(node.name)
    return list(free)


def facts(tree: ast.AST, names: set[str]) -> dict[str, list[str]]:
    """What ``tree`` does with the variables ``names``, each fact once."""
    inside = list(ast.walk(tree))
    items = _loop_variables(inside, names)
    found: dict[str, dict[str, None]] = {name: {} for name in names}
    for node in inside:
        for operand, fact in _facts(node):
            while isinstance(operand, ast.Subscript):  # a fact about x[0] is one about an item of x
                operand, fact = operand.value, f"item:{fact}"
            variable = _name(operand)
            if variable in found:
                found[variable][fact] = None
            elif variable in items:
                owner, prefix = items[variable]
                found[owner][prefix + fact] = None
    return {name: list(named) for name, named in found.items() if named}


def _find(tree: ast.AST, path: list[str]) -> _Function | None:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, _Function | ast.ClassDef) and node.name == path[0]:
            if len(path) > 1:
                return _find(node, path[1:])
            return node if isinstance(node, _Function) else _find(node, ["__init__"])
    return None


def _loop_variables(nodes: Sequence[ast.AST], names: set[str]) -> dict[str | None, tuple[str, str]]:
    """Loop variables: the variable whose items they take, and the prefix of facts on them."""
    found: dict[str | None, tuple[str, str]] = {}
    for node in nodes:
        if not isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            continue
        source: ast.AST = node.iter
        target = node.target
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        prefixes = ["item:item:" if isinstance(target, ast.Tuple) else "item:"] * len(targets)
        if isinstance(source, ast.Call) and source.args and _name(source.func) in _KEEPS_ITEMS:
            source = source.args[0]
        elif isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute):
            prefixes = _VIEW_FACTS.get(source.func.attr, prefixes)
            source = source.func.value
        owner = _name(source)
        if owner in names:
            found |= {_name(t): (str(owner), p) for t, p in zip(targets, prefixes, strict=False)}
    return {name: use for name, use in found.items() if name not in names}


def _facts(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """The (operand, fact) pairs of one node."""
    if isinstance(node, ast.Call):
        yield from _call_facts(node)
    elif isinstance(node, ast.Attribute):
        yield node.value, f"method:{node.attr}"
    elif isinstance(node, ast.Subscript):
        yield node.value, "indexed:str" if isinstance(constant(node.slice), str) else "indexed"
        yield node.slice, "index"
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield node.iter, "iterated"
        if isinstance(node.target, ast.Tuple):
            yield node.iter, f"item:unpacked:{len(node.target.elts)}"
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
        yield node.value, f"unpacked:{len(node.targets[0].elts)}"
    elif isinstance(node, ast.BinOp):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            text = isinstance(constant(other), str) or isinstance(other, ast.JoinedStr)
            yield one, "added:str" if text else "arithmetic"
    elif isinstance(node, ast.AugAssign):
        yield node.value, "arithmetic"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, "arithmetic"
    elif isinstance(node, ast.Compare):
        yield from _comparison_facts(node)


def _call_facts(node: ast.Call) -> Iterator[tuple[ast.AST, str]]:
    called = _called(node.func)
    yield node.func, "called"
    if called == "isinstance" and len(node.args) == 2:
        for kind in node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]:
            yield node.args[0], f"isinstance:{_name(kind)}"
        return
    for argument in node.args:
        yield argument, f"passed:{called}"


def _called(function: ast.AST) -> str | None:
    """The name of a function that is called: its last part, or all of it."""
    if not isinstance(function, ast.Attribute):
        return _name(function)
    parts: list[str] = []
    node: ast.AST = function
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id in _NAMED_WITH_MODULE:
        return ".".join([node.id, *reversed(parts)])
    return function.attr


def _comparison_facts(node: ast.Compare) -> Iterator[tuple[ast.AST, str]]:
    sides = [node.left, *node.comparators]
    for operator, one, other in zip(node.ops, sides, sides[1:], strict=False):
        if isinstance(operator, ast.In | ast.NotIn):
            yield other, "contains"
            if isinstance(constant(other), str):
                yield one, "compared:str"
            continue
        for this, that in ((one, other), (other, one)):
            value = constant(that)
            if value is not None:
                yield this, f"compared:{type(value).__name__}"
            if isinstance(value, str) and len(value) > 1:
                yield this, "compared:word"


def _name(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) else None
