"""The functions of a module, and those that another version of the module changes.

Invariants: nothing here runs code. Formatting, comments and docstrings are no change. A function also counts
as changed where a constant, an import or the head of a class that it needs does; not where another function
does, which is a change of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .slices import Module, alias_names

_FUNCTION_TYPES = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCK_KINDS = (ast.If, ast.Try, ast.With)
_STUBS = frozenset({"overload"})
_PROPERTIES = frozenset({"property", "cached_property"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function or method: its dotted name, its first line, and its code without its docstring."""

    name: str
    line: int
    digest: str
    is_property: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A function that both versions have. ``own`` is false where only what it needs changed."""

    name: str
    line: int
    own: bool
    is_property: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How a module changed: functions that differ, and names of those that only one version has."""

    changed: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def definitions(module: Module) -> dict[str, Definition]:
    """The functions and methods of a module, by dotted name; the last one of a name wins."""
    found: dict[str, Definition] = {}
    for unit in module.units:
        for name, node in _functions(unit.statement, ""):
            if not _STUBS.intersection(_decorators(node)):
                digest = _code(node)
                if name in found and _accessor(node, name):  # a setter beside its getter is one property
                    digest = found[name].digest + digest
                is_property = not _PROPERTIES.isdisjoint(_decorators(node)) or (
                    name in found and found[name].is_property and _accessor(node, name)
                )
                found[name] = Definition(name=name, line=node.lineno, digest=digest, is_property=is_property)
    return found


def compare_modules(old: Module, new: Module) -> Changes:
    """What ``new`` changes in ``old``, in the order of ``new``."""
    before, after = definitions(old), definitions(new)
    changed = []
    for name, definition in after.items():
        if name not in before:
            continue
        own = before[name].digest != definition.digest
        if own or _context(old, name) != _context(new, name):
            is_property = definition.is_property and before[name].is_property
            changed.append(Change(name=name, line=definition.line, own=own, is_property=is_property))
    return Changes(
        changed=tuple(changed),
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
    )


def _functions(node: ast.stmt, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    if isinstance(node, _FUNCTION_TYPES):
        yield prefix + node.name, node
    elif isinstance(node, ast.ClassDef):
        for statement in node.body:
            yield from _functions(statement, f"{prefix}{node.name}.")
    elif isinstance(node, _BLOCK_KINDS):
        blocks = [node.body, getattr(node, "orelse", []), getattr(node, "finalbody", [])]
        blocks += [handler.body for handler in getattr(node, "handlers", [])]
        for statement in (statement for block in blocks for statement in block):
            yield from _functions(statement, prefix)


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    return {x.attr if isinstance(x, ast.Attribute) else getattr(x, "id", "") for x in node.decorator_list}


def _accessor(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    own = name.rpartition(".")[2]
    return any(
        isinstance(x, ast.Attribute) and isinstance(x.value, ast.Name) and x.value.id == own
        for x in node.decorator_list
    )


def _code(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The code of a function as text: alike where it reads alike, docstring aside."""
    head = (type(node).__name__, *map(ast.dump, (node.args, *node.decorator_list)))
    returns = ast.dump(node.returns) if node.returns else ""
    return "\n".join([*head, returns, *map(ast.dump, _without_docstring(node.body))])


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if is_text and isinstance(first.value.value, str) else body  # type: ignore[attr-defined]


def _context(module: Module, name: str) -> list[str]:
    """What a function needs that is no function: the code of constants, heads of classes, and imports."""
    units = module.needed(name)
    read = {name for unit in units for name in unit.reads}
    found: list[str] = []
    imported: dict[str, str] = {}
    for unit in units:
        statement = unit.statement
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if getattr(statement, "module", None) != "__future__":
                imported |= {k: repr(v) for k, v in alias_names(statement).items() if k in read or k == "*"}
        elif isinstance(statement, ast.ClassDef):
            found += _class_head(statement)
        elif not isinstance(statement, _FUNCTION_TYPES) and not _is_text(statement):
            found.append(ast.dump(statement))
    return sorted(found) + [f"{k} {v}" for k, v in sorted(imported.items())]


def _class_head(node: ast.ClassDef) -> Iterator[str]:
    yield " ".join([node.name, *map(ast.dump, (*node.bases, *node.keywords, *node.decorator_list))])
    for statement in node.body:
        if isinstance(statement, ast.ClassDef):
            yield from _class_head(statement)
        elif not isinstance(statement, _FUNCTION_TYPES) and not _is_text(statement):
            yield node.name + ast.dump(statement)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
