"""What a dream changed in its procedure, in words that do not depend on names, numbers or layout.

Invariants: pure; two sources that differ only in formatting, comments or names of locals have no edits. Names
are matched in order of use: the first local on one side corresponds to the first on the other.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .alignment import align
from .normalise import is_builtin, nodes, parse, shape
from .syntax import TREES
from .wording import comparison, noun, replacement, role_of, statement

FEW = 2
"""Most distinct edits that describe a dream; one with more counts as rewritten."""
REWRITTEN = "rewritten"
"""The only edit of a dream with more than a few."""


def edits(procedure: str, dream: str) -> tuple[str, ...] | None:
    """The distinct edits that turn ``procedure`` into ``dream``, sorted.

    ``(REWRITTEN,)`` if there are more than a few; ``None`` if one of the two is no Python.
    """
    all_edits = list_edits(procedure, dream)
    if all_edits is None:
        return None
    found = tuple(sorted({edit.words for edit in all_edits}))
    return found if len(found) <= FEW else (REWRITTEN,)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Statements of the procedure (``before``) and those of the dream instead (``after``).

    If both have one, they correspond. If one side has none, they stand before the two statements ``next``,
    else after the two that are ``previous``, else within what stands at the place ``around``.
    """

    before: tuple[ast.AST, ...] = ()
    after: tuple[ast.AST, ...] = ()
    next: tuple[ast.AST, ast.AST] | None = None
    previous: tuple[ast.AST, ast.AST] | None = None
    around: Place | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit in words, its place, and the lines on which it stands, ``None`` where that is not known."""

    words: str
    place: Place
    before: int | None
    after: int | None


@lru_cache(maxsize=TREES)
def list_edits(procedure: str, dream: str) -> tuple[Edit, ...] | None:
    """Every edit in the order of the source; ``None`` where one of the two is no Python."""
    before, after = parse(procedure), parse(dream)
    if before is None or after is None:
        return None
    diff = _Diff(before, after)
    try:
        diff.statements(before.body, after.body)
    except RecursionError:
        return None
    return tuple(diff.found)


class _Diff:
    def __init__(self, before: ast.Module, after: ast.Module) -> None:
        self.found: list[Edit] = []
        self._place = Place()
        self._lines: tuple[int | None, int | None] = None, None
        self._own = _own_names(before), _own_names(after)
        self._shapes: dict[ast.AST, str] = {}
        self._forth: dict[str, str] = {}
        self._back: dict[str, str] = {}

    def _note(self, words: str) -> None:
        self.found.append(Edit(words, self._place, *self._lines))

    def statements(self, a: Sequence[ast.AST], b: Sequence[ast.AST]) -> None:
        """Align two bodies by the shape of their statements, then compare those that correspond."""
        before, after = ([shape(x, self._shapes) for x in body] for body in (a, b))
        for _, a1, a2, b1, b2 in align(before, after):
            if a2 - a1 == b2 - b1:
                self._pairs(a[a1:a2], b[b1:b2])
            else:  # functions and classes of one name still correspond
                names = [_definition(x) for x in a[a1:a2]], [_definition(y) for y in b[b1:b2]]
                for same, m1, m2, n1, n2 in align(*names):
                    if same:
                        self._pairs(a[a1 + m1 : a1 + m2], b[b1 + n1 : b1 + n2])
                    else:
                        self._block(a, b, (a1 + m1, a1 + m2), (b1 + n1, b1 + n2))

    def _pairs(self, a: Sequence[ast.AST], b: Sequence[ast.AST]) -> None:
        outer = self._place
        for x, y in zip(a, b, strict=True):
            self._place = Place((x,), (y,))
            self.nodes(x, y, "")
        self._place = outer

    def _block(
        self, a: Sequence[ast.AST], b: Sequence[ast.AST], before: tuple[int, int], after: tuple[int, int]
    ) -> None:
        """Note statements that have no counterparts one by one."""
        (a1, a2), (b1, b2) = before, after
        outer = self._place
        self._place = Place(
            before=tuple(a[a1:a2]),
            after=tuple(b[b1:b2]),
            next=(a[a2], b[b2]) if a2 < len(a) and b2 < len(b) else None,
            previous=(a[a1 - 1], b[b1 - 1]) if a1 and b1 else None,
            around=outer,
        )
        for x in a[a1:a2]:
            self._note(f"{statement(x)} left out")
        for y in b[b1:b2]:
            self._note(f"{statement(y)} added")
        self._place = outer

    def nodes(self, a: ast.AST, b: ast.AST, role: str) -> None:
        """Compare two nodes that correspond; ``role`` is what the expression is for."""
        outer = self._lines
        self._lines = getattr(a, "lineno", outer[0]), getattr(b, "lineno", outer[1])
        self._compare(a, b, role)
        self._lines = outer

    def _compare(self, a: ast.AST, b: ast.AST, role: str) -> None:
        match a, b:
            case ast.Name(), ast.Name():
                self._name(a.id, b.id)
            case ast.Constant(), ast.Constant():
                self._constant(a.value, b.value, role)
            case (ast.Compare(), ast.Compare()) if len(a.ops) == len(b.ops):
                for x, y in zip(a.ops, b.ops, strict=True):
                    if type(x) is not type(y):
                        self._note(comparison(type(x), type(y)))
                self._children(a, b, "a comparison", skip=("ops",))
            case _ if type(a) is not type(b):
                self._note(replacement(a, b, role))
            case _:
                self._children(a, b, role)

    def _children(self, a: ast.AST, b: ast.AST, role: str, skip: tuple[str, ...] = ()) -> None:
        for name in a._fields:
            x, y = getattr(a, name, None), getattr(b, name, None)
            if name in skip or name in ("ctx", "kind", "type_comment", "type_ignores", "type_params"):
                continue
            inner = role_of(a, name, role)
            if isinstance(x, list) and isinstance(y, list):
                self._lists(x, y, inner)
            elif isinstance(x, ast.AST) and isinstance(y, ast.AST):
                self.nodes(x, y, inner)
            elif x != y:
                self._field(a, name, x, y)

    def _lists(self, a: list[ast.AST], b: list[ast.AST], role: str) -> None:
        if any(isinstance(x, ast.stmt) for x in (*a, *b)):
            self.statements(a, b)
        elif len(a) == len(b):
            for x, y in zip(a, b, strict=True):
                if isinstance(x, ast.AST) and isinstance(y, ast.AST):
                    self.nodes(x, y, role)
                elif x != y:
                    self._note("another name")
        else:
            self._note(f"a part of {role or 'an expression'} {'left out' if len(a) > len(b) else 'added'}")

    def _field(self, a: ast.AST, name: str, x: object, y: object) -> None:
        if isinstance(x, ast.AST) or isinstance(y, ast.AST):
            if isinstance(a, ast.Return):
                self._note("None returned" if y is None else "a value returned")
            elif name in ("annotation", "returns"):
                pass  # an annotation more or less changes nothing that runs
            else:
                self._note(f"{noun(a)}: {name} {'left out' if y is None else 'added'}")
        elif isinstance(x, str) and isinstance(y, str):
            if isinstance(a, ast.Attribute):
                self._note("another method or attribute")
            elif isinstance(a, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.arg):
                self._name(x, y)
            else:
                self._note("another name")
        else:
            self._note(f"{noun(a)} changed")

    def _name(self, a: str, b: str) -> None:
        if a not in self._own[0] or b not in self._own[1]:
            if a != b:
                self._note("another function called" if is_builtin(a) else "another name")
        elif self._forth.setdefault(a, b) != b or self._back.setdefault(b, a) != a:
            self._note("another variable")

    def _constant(self, a: object, b: object, role: str) -> None:
        kinds = {type(a), type(b)}
        if len(kinds) == 1 and a == b:
            return
        where = f" in {role}" if role else ""
        if b is None and role == "a return":
            self._note("None returned")
        elif kinds == {bool}:
            self._note(f"True and False exchanged{where}")
        elif kinds <= {int, float}:
            self._note(f"another number{where}")
        elif kinds == {str}:
            self._note(f"another text{where}")
        else:
            self._note(f"a constant of another type{where}")


def _definition(node: ast.AST) -> object:
    """What names a function or class; equal to nothing for any other statement."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return type(node), name
    return node


@lru_cache(maxsize=TREES)
def _own_names(tree: ast.Module) -> frozenset[str]:
    names: set[str] = set()
    for node in nodes(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                names.add(name)
    return frozenset(names)
