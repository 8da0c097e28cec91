"""A module cut down to what one of its functions needs, so that it runs without the rest.

Invariants: nothing here runs code. Every statement that stays keeps its line. A statement goes if no other
one that stays refers to a name that it binds, or to a value that it changes. Where the function finds names
by their text, as ``globals`` does, everything stays.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from .syntax import expression, parsed, split_lines

MODULE_SOURCE = 1_000_000
"""Characters of a module beyond which it is not read: more than any hand-written one has."""

_BY_TEXT = frozenset({"eval", "exec", "globals", "locals", "vars"})
"""Builtins that find names without naming them."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_COMPOUND_STATEMENTS = (*_DEFINITIONS, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match)


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A statement of the module: names that it reads, and names that it binds or whose values it changes."""

    statement: ast.stmt
    reads: frozenset[str]
    touches: frozenset[str]

    @property
    def lines(self) -> range:
        """Its lines, counted from 1, decorators included."""
        decorators = getattr(self.statement, "decorator_list", [])
        first = min([self.statement.lineno, *(node.lineno for node in decorators)])
        return range(first, (self.statement.end_lineno or first) + 1)


@dataclass(frozen=True, slots=True)
class Module:
    """A module as units, in order."""

    code: str
    units: tuple[Unit, ...]
    _needed: dict[str, tuple[Unit, ...]] = field(default_factory=dict)

    def needed(self, name: str) -> tuple[Unit, ...]:
        """The units that a function needs, in order; ``name`` may be dotted, for a method."""
        head = name.partition(".")[0]
        if head not in self._needed:
            self._needed[head] = tuple(self._closure(head))
        return self._needed[head]

    def _closure(self, head: str) -> Iterator[Unit]:
        names, found = {head}, {unit for unit in self.units if _always(unit.statement)}
        while more := [u for u in self.units if u not in found and not names.isdisjoint(u.touches)]:
            found.update(more)
            names.update(*(unit.reads for unit in more), *(unit.touches for unit in more))
        everything = not names.isdisjoint(_BY_TEXT)
        yield from (unit for unit in self.units if everything or unit in found)

    def cut(self, name: str) -> str:
        """The source with nothing but what the function ``name`` needs, on the same lines."""
        kept = {line for unit in self.needed(name) for line in unit.lines}
        gone = {line for unit in self.units for line in unit.lines} - kept
        lines = split_lines(self.code)
        text = "\n".join("" if n in gone else line for n, line in enumerate(lines, 1))
        return text.rstrip() + "\n"


def read_module(code: str) -> Module | None:
    """A module as units; ``None`` where it can't be read."""
    tree = parsed(code, limit=MODULE_SOURCE)
    if tree is None:
        return None
    functions = {node.name: node for node in tree.body if isinstance(node, _FUNCTIONS)}
    statements = [node for node in tree.body if not _is_main(node)]
    own = {
        name
        for s in statements
        if not isinstance(s, _IMPORTS)
        for name in _touches(s, functions, frozenset())
    }
    units = (Unit(s, _reads(s), frozenset(_touches(s, functions, own))) for s in statements)
    return Module(code, tuple(units))


def with_first(code: str, statement: str) -> tuple[str, int]:
    """``code`` with a simple statement put before the first one that may need it, and by how many lines the
    rest moved: by none, unless the code begins with a definition and has no line to spare before it.
    """
    tree = parsed(code, limit=MODULE_SOURCE)
    if tree is None:
        return code, 0
    lines = split_lines(code)
    start = [node for node in tree.body if _is_docstring(node, tree) or _is_future(node)]
    if start:
        return _put(lines, start[-1].end_lineno, start[-1].end_col_offset, f"; {statement}"), 0
    if tree.body and not isinstance(tree.body[0], _COMPOUND_STATEMENTS):
        return _put(lines, tree.body[0].lineno, 0, f"{statement}; "), 0
    if tree.body:
        first = min([tree.body[0].lineno, *(d.lineno for d in getattr(tree.body[0], "decorator_list", []))])
        if first > 1:
            return "\n".join([*lines[: first - 2], statement, *lines[first - 1 :]]) + "\n", 0
    return "\n".join([statement, *lines]) + "\n", 1


def alias_names(statement: ast.Import | ast.ImportFrom) -> dict[str, tuple[str, int, str]]:
    """What an import binds: by name, the module, its level, and the name in it."""
    module = statement.module or "" if isinstance(statement, ast.ImportFrom) else ""
    level = statement.level if isinstance(statement, ast.ImportFrom) else 0
    bound = {}
    for alias in statement.names:
        whole = isinstance(statement, ast.Import) and alias.asname is None
        bound[alias.asname or (alias.name.partition(".")[0] if whole else alias.name)] = (
            module,
            level,
            alias.name,
        )
    return bound


def _put(lines: list[str], number: int | None, column: int | None, text: str) -> str:
    """The lines with ``text`` put into line ``number``, at a column in bytes of UTF-8."""
    assert number is not None
    line = lines[number - 1].encode("utf-8", "surrogatepass")
    changed = (line[:column] + text.encode() + line[column:]).decode("utf-8", "surrogatepass")
    return "\n".join([*lines[: number - 1], changed, *lines[number:]]) + "\n"


def _always(statement: ast.stmt) -> bool:
    star = isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
    return star or _is_future(statement)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _is_docstring(statement: ast.stmt, tree: ast.Module) -> bool:
    return statement is tree.body[0] and ast.get_docstring(tree, clean=False) is not None


def _is_main(statement: ast.stmt) -> bool:
    """Whether the statement runs only where the module is the program."""
    if not isinstance(statement, ast.If) or not isinstance(statement.test, ast.Compare):
        return False
    return isinstance(statement.test.left, ast.Name) and statement.test.left.id == "__name__"


def _reads(statement: ast.AST) -> frozenset[str]:
    """All names in a statement, those in texts that are annotations included."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            found.add(node.id)
        for name in ("annotation", "returns"):
            noted = getattr(node, name, None)
            if isinstance(noted, ast.expr):
                found |= set(_noted(noted))
    return frozenset(found)


def _noted(annotation: ast.expr) -> Iterator[str]:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            tree = expression(node.value)
            yield from (x.id for x in ast.walk(tree or ast.Pass()) if isinstance(x, ast.Name))


def _touches(
    statement: ast.stmt, functions: Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef], own: Set[str]
) -> set[str]:
    """Names that a statement of the module binds, or the values of which it changes in place.

    A call counts as the body of the function, if that is one of the module. A definition also changes what
    its decorators name, such as ``f`` in ``@f.register``, if that is of the module itself, one of ``own``.
    """
    if isinstance(statement, _DEFINITIONS):
        decorators = (node for x in statement.decorator_list for node in ast.walk(x))
        return {statement.name} | {x.id for x in decorators if isinstance(x, ast.Name) and x.id in own}
    if isinstance(statement, _IMPORTS):
        return set(alias_names(statement))
    found = set(_changed(ast.walk(statement)))
    for node in ast.walk(statement):
        if isinstance(node, _DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, _IMPORTS):
            found |= set(alias_names(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            function = functions[node.func.id]
            shared = {name for x in ast.walk(function) if isinstance(x, ast.Global) for name in x.names}
            local = {x.id for x in ast.walk(function) if isinstance(x, ast.Name) and _stored(x)}
            found |= shared | (set(_changed(ast.walk(function))) - (local - shared))
    return found


def _changed(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and _stored(node):
            yield from _root(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if isinstance(node.value.func, ast.Attribute):
                yield from _root(node.value.func)
        elif isinstance(node, ast.NamedExpr):
            yield node.target.id


def _stored(node: ast.Name | ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store | ast.Del)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def module_imports(module: Module) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Every import of a module, also in functions: dots before the name, the name, what is taken from it."""
    for node in (node for unit in module.units for node in ast.walk(unit.statement)):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or "", tuple(alias.name for alias in node.names)


def modules_imported(units: Iterable[Unit]) -> set[tuple[int, str]]:
    """The modules that units import, also in functions: how many dots stand before the name, and the name."""
    found = set()
    for node in (node for unit in units for node in ast.walk(unit.statement)):
        if isinstance(node, ast.Import):
            found |= {(0, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.level, node.module or ""))
    return found
