"""The names that the annotations of one module may use.

Those that the module imports or defines for type checkers only, below ``if TYPE_CHECKING:``, are looked for
when a name is missing, and not before.
"""

from __future__ import annotations

import ast
import inspect
import sys
import typing
from collections.abc import Mapping
from typing import Any, Self


class Scope:
    """Annotations are resolved in ``names``; ``tree`` is the module's source, where it is known."""

    def __init__(self, names: Mapping[str, Any], tree: ast.Module | None) -> None:
        self.names = dict(names)
        self._tree = tree

    @classmethod
    def of_module(cls, name: str) -> Self:
        """The scope of a module that is imported already, empty where it is not."""
        module = sys.modules.get(name)
        try:
            tree = ast.parse(inspect.getsource(module)) if module is not None else None
        except (OSError, TypeError, SyntaxError):  # no source: a builtin, or not from a file
            tree = None
        return cls(vars(module) if module is not None else {}, tree)

    def evaluate(self, text: str) -> Any:
        """What a postponed annotation stands for. Raises whatever evaluating it raises."""
        try:
            return eval(text, self.names)
        except NameError:
            if not self._extend():
                raise
            return eval(text, self.names)

    def hints(self, annotated: object) -> dict[str, Any]:
        """All annotations resolved, or none where one of them can't be: then each is to be tried alone."""
        try:
            return typing.get_type_hints(annotated, self.names, self.names, include_extras=True)
        except NameError:
            return self.hints(annotated) if self._extend() else {}
        except Exception:  # whatever the code of an annotation raises; told when it is tried alone
            return {}

    def _extend(self) -> bool:
        """Add the names for type checkers; whether there are any that were not added before."""
        if self._tree is None:
            return False
        blocks = [node.body for node in self._tree.body if isinstance(node, ast.If) and _checking(node.test)]
        self._tree = None
        namespace = dict(self.names)
        for statement in (statement for block in blocks for statement in block):
            try:
                exec(compile(ast.Module([statement], []), "<type checking>", "exec"), namespace)
            except Exception:  # a stub that only checkers have: what needs it is told as unresolved
                continue
        self.names = namespace
        return bool(blocks)


def _checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"
