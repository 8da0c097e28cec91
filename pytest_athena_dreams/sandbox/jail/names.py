"""The names that the annotations of one module may use.

Names that the module imports or defines below ``if TYPE_CHECKING:`` are added only when a name is missing.
"""

from __future__ import annotations

import ast
import inspect
import sys
import typing
from collections.abc import Mapping
from typing import Any, Self

from .stubs import STANDING_FOR


class Scope:
    """Resolves annotations in ``names``; ``source`` is the module's, empty if unknown."""

    def __init__(self, names: Mapping[str, Any], source: str) -> None:
        self.names = dict(names)
        self._source = source

    @classmethod
    def of_module(cls, name: str) -> Self:
        """The scope of an imported module; empty if it is not imported."""
        module = sys.modules.get(name)
        try:
            source = inspect.getsource(module) if module is not None else ""
        except (OSError, TypeError):  # no source: a builtin, or not from a file
            source = ""
        return cls(vars(module) if module is not None else {}, source)

    def evaluate(self, text: str) -> Any:
        """The value of a postponed annotation. Raises whatever evaluating it raises."""
        try:
            return eval(text, self.names)
        except NameError:
            if not self._extend():
                raise
            return eval(text, self.names)

    def hints(self, annotated: object) -> dict[str, Any]:
        """All annotations, resolved; empty if one can't be resolved: then the caller tries each alone."""
        try:
            return typing.get_type_hints(annotated, self.names, self.names, include_extras=True)
        except NameError:
            return self.hints(annotated) if self._extend() else {}
        except Exception:  # whatever an annotation's code raises; reported when it is tried alone
            return {}

    def _extend(self) -> bool:
        """Add the names for type checkers; whether there were any to add."""
        source, self._source = self._source, ""
        try:
            tree = ast.parse(source)
        except SyntaxError:  # not Python, such as a module from a custom importer
            return False
        blocks = [node.body for node in tree.body if isinstance(node, ast.If) and _checking(node.test)]
        namespace = dict(self.names)
        for statement in (single for block in blocks for several in block for single in _singly(several)):
            try:
                exec(compile(ast.Module([statement], []), "<type checking>", "exec"), namespace)
            except Exception:  # a stub that only type checkers have
                namespace |= _stubs(statement)  # annotations that need another name stay unresolved
        self.names = namespace
        return bool(blocks)


def _singly(statement: ast.stmt) -> list[ast.stmt]:
    """``from m import a, b`` as two statements, so that one missing name does not take others with it."""
    if not isinstance(statement, ast.ImportFrom):
        return [statement]
    place, module, level = statement, statement.module, statement.level
    return [ast.copy_location(ast.ImportFrom(module, [name], level), place) for name in statement.names]


def _stubs(statement: ast.stmt) -> dict[str, Any]:
    """The name that ``from _typeshed import …`` gives, if it is known what it stands for."""
    if not isinstance(statement, ast.ImportFrom):
        return {}
    named = statement.names[0]
    found = STANDING_FOR.get((statement.module or "", named.name))
    return {} if found is None else {named.asname or named.name: found}


def _checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"
