"""A module with one function replaced by another source's, with the helpers and imports that this needs.

Invariants: nothing here runs code. Lines that are not replaced stay as they are, with their comments and
formatting. What would change another function of the module is refused.
"""

from __future__ import annotations

import ast
import io
import itertools
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .slices import Module, Unit, alias_names, read_module
from .syntax import split_lines

_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
_IMPORT_STATEMENTS = (ast.Import, ast.ImportFrom)
_OPENS, _CLOSES = ("(", "[", "{"), (")", "]", "}")


class NoGraft(ValueError):
    """The function can't be replaced; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A function within a module: the statement of the module that it is in, its node and its lines."""

    unit: Unit
    node: ast.FunctionDef | ast.AsyncFunctionDef
    lines: range


def graft(target: str, function: str, source: str, entry_point: str) -> str:
    """``target``, a module, with its ``function`` as ``source`` has it under the name ``entry_point``.

    Both may be dotted, for a method. Raises ``NoGraft``.
    """
    module, new = _module(target, "the file"), _module(source, "the dream")
    place, theirs = _place(module, function, "the file"), _place(new, entry_point, "the dream")
    if ("." in function) != ("." in entry_point):
        raise NoGraft(f"{entry_point} can't take the place of {function}: one is a method, the other is not")
    _check_class(place, theirs)
    imports, helpers = _missing(module, new, theirs)
    lines = split_lines(target)
    text = _text(source, theirs.lines)
    if theirs.node.name != place.node.name:
        text = renamed(text, theirs.node.name, place.node.name)
        helpers = [renamed(helper, theirs.node.name, place.node.name) for helper in helpers]
    body = _indented(text, theirs.node.col_offset, place.node.col_offset)
    before = [line for helper in helpers for line in (*split_lines(helper), "", "")]
    first = place.unit.lines.start
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    changed = [
        *lines[: first - 1],
        *before,
        *lines[first - 1 : place.lines.start - 1],
        *split_lines(body),
        *lines[place.lines.stop - 1 :],
    ]
    changed = _with_imports(changed, module, imports)
    result = "\n".join(changed) + ("\n" if target.endswith("\n") else "")
    if read_module(result) is None:
        raise NoGraft("the changed file could not be parsed: change it by hand")
    return result


def same_function(target: str, function: str, source: str, entry_point: str) -> bool:
    """Whether two modules have the same function, formatting and comments aside. Raises ``NoGraft``."""
    mine = _place(_module(target, "the file"), function, "the file").node
    other = _place(_module(source, "the procedure"), entry_point, "the procedure").node
    return ast.dump(mine) == ast.dump(other)


def _module(code: str, what: str) -> Module:
    found = read_module(code)
    if found is None:
        raise NoGraft(f"{what} can't be parsed as Python, or is too long")
    return found


def _place(module: Module, name: str, what: str) -> _Place:
    *owners, last = name.split(".")
    for unit in module.units:
        body: Sequence[ast.stmt] = [unit.statement]
        for owner in owners:
            body = [
                x for node in body if isinstance(node, ast.ClassDef) and node.name == owner for x in node.body
            ]
        found = [node for node in body if isinstance(node, _DEFS) and node.name == last]
        if found:
            first = name.partition(".")[0]
            if len(found) > 1 or any(first in other.touches for other in module.units if other is not unit):
                raise NoGraft(f"{what} defines {name} more than once: change it by hand")
            return _Place(unit=unit, node=found[0], lines=_lines(found[0]))
    raise NoGraft(f"{what} has no function {name}")


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return range(first, (node.end_lineno or first) + 1)


def _check_class(place: _Place, theirs: _Place) -> None:
    """Raise ``NoGraft`` where a method comes from a class that differs elsewhere too."""
    if place.node is place.unit.statement:
        return
    pair = []
    for one in (place, theirs):
        assert isinstance(one.unit.statement, ast.ClassDef)
        others = [ast.dump(node) for node in one.unit.statement.body if node is not one.node]
        pair.append([node for node in others if not node.startswith("Expr(value=Constant")])
    if pair[0] != pair[1]:
        raise NoGraft("the dream's class differs from the file's in more than this method: change it by hand")


def _missing(module: Module, new: Module, theirs: _Place) -> tuple[list[str], list[str]]:
    """The imports and the other statements that the function needs and the module does not have."""
    known = {ast.dump(unit.statement) for unit in module.units}
    bound = {name for unit in module.units for name in unit.touches}
    imported = _imported(module)
    imports: list[str] = []
    helpers: list[str] = []
    for unit in new.needed(theirs.unit.statement.name):  # type: ignore[attr-defined]
        if unit.statement is theirs.unit.statement or ast.dump(unit.statement) in known:
            continue
        if isinstance(unit.statement, _IMPORT_STATEMENTS) and (
            _future(unit.statement) or _imported_alike(unit.statement, imported)
        ):
            continue
        clash = sorted(unit.touches & bound - {theirs.node.name})
        if clash and not isinstance(unit.statement, _IMPORT_STATEMENTS):
            raise NoGraft(f"the dream has another {', '.join(clash)} than the file: change it by hand")
        text = _text(new.code, unit.lines)
        (imports if isinstance(unit.statement, _IMPORT_STATEMENTS) else helpers).append(text)
    return imports, helpers


def _imported(module: Module) -> dict[str, tuple[str, int, str]]:
    """What the module's imports bind, by name."""
    statements = (unit.statement for unit in module.units)
    found = (alias_names(one) for one in statements if isinstance(one, _IMPORT_STATEMENTS))
    return {name: origin for names in found for name, origin in names.items()}


def _imported_alike(statement: ast.Import | ast.ImportFrom, known: dict[str, tuple[str, int, str]]) -> bool:
    """Whether the module binds all names of an import already, maybe by a relative one."""
    for name, (module, level, original) in alias_names(statement).items():
        if name not in known:
            return False
        other, other_level, other_original = known[name]
        same = (other, other_level) == (module, level)
        relative = other_level > 0 and (not other or f".{module}".endswith(f".{other}"))
        if other_original != original or not (same or relative):
            return False
    return True


def _future(statement: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _text(code: str, lines: range) -> str:
    return "\n".join(split_lines(code)[lines.start - 1 : lines.stop - 1])


def _with_imports(lines: list[str], module: Module, imports: Sequence[str]) -> list[str]:
    """The lines with ``imports`` behind the module's last one at its start, or behind its docstring."""
    if not imports:
        return lines
    last = 0
    for unit in module.units:
        if isinstance(unit.statement, _IMPORT_STATEMENTS) or _docstring(unit, module):
            last = unit.lines.stop - 1
        elif last or not isinstance(unit.statement, ast.Expr):
            break
    blank = [] if last and isinstance(_at(module, last), _IMPORT_STATEMENTS) else [""]
    return [*lines[:last], *(blank if last else []), *imports, *([] if last else [""]), *lines[last:]]


def _at(module: Module, line: int) -> ast.stmt | None:
    return next((unit.statement for unit in module.units if line in unit.lines), None)


def _docstring(unit: Unit, module: Module) -> bool:
    statement = unit.statement
    first = unit is module.units[0]
    return first and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def renamed(text: str, old: str, new: str) -> str:
    """``text``, Python source, with the name ``old`` as ``new``; attributes of that name stay."""
    lines = split_lines(text)
    for row, column in reversed(list(_uses(text, old))):
        line = lines[row - 1]
        lines[row - 1] = line[:column] + new + line[column + len(old) :]
    return "\n".join(lines) + ("\n" if text.endswith(("\n", "\r")) else "")


def uses(text: str, name: str) -> bool:
    """Whether ``text``, Python source, uses a name other than as an attribute."""
    return any(_uses(text, name))


def _uses(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where ``text`` has a name, but for attributes and the names of keyword arguments."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text + "\n").readline))
    except (tokenize.TokenError, IndentationError):
        return  # a method's lines end within its class
    depth, before = 0, ""
    for token, after in itertools.pairwise(tokens):
        depth += (token.string in _OPENS) - (token.string in _CLOSES)
        keyword = depth > 0 and after.string == "="
        if token.type == tokenize.NAME and token.string == name and before != "." and not keyword:
            yield token.start
        before = token.string if token.type == tokenize.OP else ""


def _indented(text: str, old: int, new: int) -> str:
    if old == new:
        return text
    lines = split_lines(text)
    moved = [line[old:] if not line[:old].strip() else line for line in lines]
    return "\n".join(" " * new + line if line else line for line in moved)
