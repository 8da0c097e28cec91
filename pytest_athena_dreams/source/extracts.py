"""Functions of a module as sources of their own, each with the helpers and imports that it needs.

Invariants: nothing here runs code. What stays, stays as it is written, with its comments; only relative
imports become absolute, because a source alone has no package.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..models import Contract
from ..sandbox.jail.usage import is_script
from .definitions import definitions
from .slices import MODULE_SOURCE, Module, Unit, modules_imported
from .syntax import parsed, split_lines

MAPPING = "DREAMS"
"""The name of a module's mapping from its dreams to their procedures."""
_DREAM_OF = re.compile(
    r"\s*#\s*dream of\s+(?P<procedure>[\w./-]+)\s*(?:\((?P<words>\w+(?:,\s*\w+)?)\))?\s*\Z"
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_BLANK_LINES = 2
"""Blank lines that stay where something was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """One function: its dotted name, its source, and the modules that this imports.

    A module is the number of dots before its name, and the name.
    """

    name: str
    code: str
    imports: frozenset[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class DreamOf:
    """What a module says of one of its functions: the procedure that it varies, its type and contract."""

    procedure: str
    dream_type: str | None = None
    contract: Contract | None = None

    @classmethod
    def read(cls, match: re.Match[str]) -> DreamOf:
        """What a comment says: after the procedure a type, a contract, or both."""
        words = re.findall(r"\w+", match["words"] or "")
        contracts = [Contract(word) for word in words if word in list(Contract)]
        types = [word for word in words if word not in list(Contract)]
        return cls(match["procedure"], ", ".join(types) or None, contracts[-1] if contracts else None)


def public_functions(module: Module) -> list[str]:
    """The functions of a module that are for others: no methods, no leading underscore, no tests."""
    return [name for name in definitions(module) if "." not in name and not name.startswith(("_", "test_"))]


def classes(module: Module) -> list[str]:
    """The public classes of a module with a public method, which :func:`public_functions` leaves out."""
    found = (name.split(".") for name in callables(module) if not name.startswith("_"))
    return list(dict.fromkeys(parts[0] for parts in found if parts[1:] and not parts[-1].startswith("_")))


def callables(module: Module) -> list[str]:
    """All functions and methods of a module that a source of their own can call."""
    found = definitions(module)
    return [name for name, one in found.items() if not one.is_property and "__" not in name]


def extract(module: Module, name: str, *, package: str = "") -> Extract:
    """The function ``name`` and what it needs. ``package`` is what relative imports are relative to."""
    units = module.needed(name)
    lines = split_lines(module.code)
    kept: set[int] = set()
    for unit in units:
        first = unit.lines.start
        while first > 1 and lines[first - 2].startswith("#"):
            first -= 1
        kept.update(range(first, unit.lines.stop))
    text: list[str] = []
    for number, line in enumerate(_with_absolute_imports(lines, units, package), 1):
        if number in kept:
            text += [] if line is None else [line]
        elif text and text[-_BLANK_LINES:] != [""] * _BLANK_LINES:
            text.append("")
    code = "\n".join(_unmarked(text)).strip("\n") + "\n"
    return Extract(name=name, code=code, imports=frozenset(modules_imported(units)))


def dreams_named(module: Module) -> dict[str, DreamOf]:
    """The functions of a module that are dreams: by a comment above each, or by its mapping ``DREAMS``.

    A comment is ``# dream of PROCEDURE``, or ``# dream of PROCEDURE (DREAM_TYPE, CONTRACT)`` with one of the
    two or both. A value of the mapping is the procedure, or a pair of that and the type.
    Raises ``ValueError`` for a mapping that can't be read.
    """
    found = dict(_mapped(module))
    lines = split_lines(module.code)
    for name, node in _functions(module):
        number = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
        while number > 0 and lines[number - 1].lstrip().startswith("#"):
            if match := _DREAM_OF.match(lines[number - 1]):
                found[name] = DreamOf.read(match)
            number -= 1
    return found


def script(module: Module) -> tuple[Extract, DreamOf | None] | None:
    """A module without functions that does something, as a whole, and what a comment in it says of it.

    ``None`` for other modules. The name of the extract is empty.
    """
    tree = parsed(module.code, limit=MODULE_SOURCE)
    if tree is None or not is_script(tree):
        return None
    lines = split_lines(module.code)
    named = [DreamOf.read(match) for line in lines if (match := _DREAM_OF.match(line))]
    code = "\n".join(_unmarked(lines)).strip("\n") + "\n"
    imports = frozenset(modules_imported(module.units))
    return Extract(name="", code=code, imports=imports), named[0] if named else None


def _functions(module: Module) -> Iterator[tuple[str, _Function]]:
    """The functions of a module and the methods of its classes, by dotted name."""
    for unit in module.units:
        if isinstance(unit.statement, _Function):
            yield unit.statement.name, unit.statement
        elif isinstance(unit.statement, ast.ClassDef):
            for node in unit.statement.body:
                if isinstance(node, _Function):
                    yield f"{unit.statement.name}.{node.name}", node


def _mapped(module: Module) -> Iterator[tuple[str, DreamOf]]:
    for unit in module.units:
        statement = unit.statement
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if not any(isinstance(target, ast.Name) and target.id == MAPPING for target in targets):
            continue
        assert isinstance(statement, ast.Assign)
        try:
            mapping = ast.literal_eval(statement.value)
        except (ValueError, TypeError, MemoryError, RecursionError):
            mapping = None
        if not isinstance(mapping, Mapping):
            raise ValueError(f"line {statement.lineno}, {MAPPING} is not a dict of texts; write one")
        functions = definitions(module)
        for name, value in mapping.items():
            pair = (value, None) if isinstance(value, str) else value
            if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
                raise ValueError(
                    f"line {statement.lineno}, {MAPPING}[{name!r}] is {value!r}; "
                    "give the procedure's name, or a pair of that and the dream's type"
                )
            if name not in functions:
                raise ValueError(
                    f"line {statement.lineno}, {MAPPING} names {name!r}, which is no function here"
                )
            yield str(name), DreamOf(*pair)


def _with_absolute_imports(lines: Sequence[str], units: Iterable[Unit], package: str) -> list[str | None]:
    """The lines with absolute imports for relative ones; ``None`` for lines that this leaves over."""
    parts = package.split(".") if package else []
    nodes = (node for unit in units for node in ast.walk(unit.statement))
    relative = [node for node in nodes if isinstance(node, ast.ImportFrom) and 0 < node.level <= len(parts)]
    changed: list[str | None] = list(lines)
    for node in sorted(relative, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        name = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
        text = ast.unparse(ast.ImportFrom(module=name, names=node.names, level=0))
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before = lines[first].encode()[: node.col_offset].decode()
        after = (changed[last] or "").encode()[node.end_col_offset :].decode()
        changed[first : last + 1] = [before + text + after, *[None] * (last - first)]
    return changed


def _unmarked(lines: Iterable[str]) -> Iterator[str]:
    """Lines without the comments that name dreams: they are for the import, and would be part of the code."""
    return (line for line in lines if not _DREAM_OF.match(line))
