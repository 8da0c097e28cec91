"""The procedure that transforms vary: its syntax, the function that is meant, and the sources made of it.

Invariants: a target is never changed; what a variant does not say it changes is kept to the character. Only
the process that changes sources imports this module, for it needs libcst.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from ..rewriting.functions import prepended, with_import
from ..source.normalise import is_builtin
from ..source.syntax import parsed
from .drafts import Subject
from .tasks import Partner

New = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[Any]
"""What stands in the place of a node: another one, nothing, or several."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed source, and why it is worth a test: the line and what changed there.

    ``other`` is the id of the procedure that has a part in it.
    """

    code: str
    why: str
    other: int | None = None


class NoFunction(Exception):
    """The source has no function that could be meant."""


class Target:
    """A procedure and its function. Raises ``NoFunction`` if it has none, and libcst's errors."""

    def __init__(self, subject: Subject, partners: Sequence[Partner] = ()) -> None:
        tree = parsed(subject.code)
        if tree is None:
            raise NoFunction
        self.subject = subject
        self.partners = partners
        self.tree = tree
        wrapper = MetadataWrapper(cst.parse_module(subject.code), unsafe_skip_copy=True)
        self.module = wrapper.module
        self._positions = wrapper
        self.entry_point, self.function = self._find(subject.entry_point)
        self.node = self._definition()

    def _find(self, entry_point: str | None) -> tuple[str, cst.FunctionDef]:
        """The function of the entry point, or else the one that a test would take."""
        functions = _functions(self.module.body, "")
        public = [name for name in functions if "." not in name and not name.startswith("_")]
        plausible = [name for name in public if name != "main"] or public
        for name in (entry_point, self.subject.name, *reversed(plausible)):
            if name in functions:
                return name, functions[name]
            if name is entry_point and entry_point is not None:
                break
        raise NoFunction

    def _definition(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        line = self._position(self.function.name).line
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == self.name:
                first = node.body[0].lineno if node.body else node.lineno
                if node.lineno <= line <= max(first, node.lineno):
                    return node
        raise NoFunction

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.function.name.value

    @cached_property
    def is_generator(self) -> bool:
        """Whether the function has a ``yield`` of its own."""
        return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(self.node))

    @cached_property
    def names(self) -> frozenset[str]:
        """All names and attributes anywhere in the source."""
        found = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        found |= {node.arg for node in ast.walk(self.tree) if isinstance(node, ast.arg)}
        found |= {node.attr for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}
        return frozenset(found) | set(_functions(self.module.body, ""))

    @cached_property
    def may_be_endless(self) -> bool:
        """Whether the function calls itself or has a loop that may not end."""
        return self.is_recursive or any(isinstance(node, ast.While) for node in ast.walk(self.node))

    def misreads(self, tree: ast.Module) -> bool:
        """Whether a variant reads a builtin more often that the source gives another meaning to."""
        shadowed = {name for name in _bound(self.tree) if is_builtin(name)}
        if not shadowed:
            return False
        before, after = _reads(self.tree), _reads(tree)
        return any(after[name] > before[name] for name in shadowed)

    @cached_property
    def is_recursive(self) -> bool:
        """Whether the function calls itself."""
        return any(_is_call_of(node, self.name) for node in ast.walk(self.node))

    def unused(self, name: str) -> str:
        """``name``, with a number if the source has it."""
        number, free = 2, name
        while free in self.names:
            free, number = f"{name}{number}", number + 1
        return free

    def line(self, node: cst.CSTNode) -> int:
        """The line of a node, counted from 1."""
        return self._position(node).line

    def _position(self, node: cst.CSTNode) -> cst.metadata.CodePosition:
        position = self._positions.resolve(PositionProvider)[node]
        assert isinstance(position, cst.metadata.CodeRange)
        return position.start

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node on one line, for a reason."""
        text = " ".join(self.module.code_for_node(node).split())
        return text if len(text) <= 60 else f"{text[:57]}..."

    def replaced(self, old: cst.CSTNode, new: New, why: str) -> Variant:
        """The source with one node changed."""
        return self.changed({old: new}, why)

    def changed(self, new: dict[cst.CSTNode, New], why: str) -> Variant:
        """The source with nodes changed, none of them within another."""
        module = self.module.visit(self.replacer(new))
        assert isinstance(module, cst.Module)
        return Variant(module.code, why)

    def replacer(self, new: dict[cst.CSTNode, New]) -> cst.CSTTransformer:
        """What replaces these nodes in a part of the module."""
        return _Replace(new)

    def merged(self, new: cst.CSTNode, first: cst.CSTNode, *rest: cst.CSTNode, why: str) -> Variant:
        """The source with one statement in the place of several."""
        return self.changed({first: new, **dict.fromkeys(rest, cst.RemoveFromParent())}, why)

    def opened(self, statements: str, why: str) -> Variant:
        """The source with statements before the first of the function, after its docstring."""
        return self.replaced(self.function, prepended(self.function, statements), why)


def imported(variant: Variant, *modules: str | tuple[str, str]) -> Variant:
    """``variant`` with modules, or names of modules, imported."""
    code = variant.code
    for module in modules:
        code = with_import(code, module) if isinstance(module, str) else with_import(code, *module)
    return Variant(code, variant.why, variant.other)


def own_nodes(node: ast.AST) -> Iterable[ast.AST]:
    """The nodes within a function without those of functions and classes in it."""
    left = list(ast.iter_child_nodes(node))
    while left:
        child = left.pop(0)
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            left[:0] = ast.iter_child_nodes(child)


def _bound(tree: ast.AST) -> set[str]:
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not _is_read(node)}
    found |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return found | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def _reads(tree: ast.AST) -> Counter[str]:
    return Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and _is_read(node))


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _is_call_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _functions(body: Iterable[cst.CSTNode], prefix: str) -> dict[str, cst.FunctionDef]:
    found: dict[str, cst.FunctionDef] = {}
    for statement in body:
        if isinstance(statement, cst.FunctionDef):
            found[prefix + statement.name.value] = statement
        elif isinstance(statement, cst.ClassDef) and isinstance(statement.body, cst.IndentedBlock):
            found |= _functions(statement.body.body, f"{prefix}{statement.name.value}.")
    return found


class _Replace(cst.CSTTransformer):
    """Replaces nodes by identity."""

    def __init__(self, new: dict[cst.CSTNode, New]) -> None:
        super().__init__()
        self._new = new

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node not in self._new

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> New:
        return self._new.get(original_node, updated_node)
