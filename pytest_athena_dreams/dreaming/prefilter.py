"""Decides which drafts are stored: what certainly fails, or adds nothing, is dropped before it costs a test.

Invariants: pure but for the question whether a package is installed; a draft that is accepted counts as an
earlier dream for the next one; a draft is dropped for one reason, the first that holds.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from ..learn.novelty import Profile, distance, profile
from ..models import DreamType
from ..source.normalise import digest, parse
from ..source.syntax import syntax
from .drafts import Draft

LONGEST_DRAFT = 20_000
"""Maximum characters of a draft: more is no variant of a procedure."""
MIN_NOVELTY = 0.005
"""Minimum syntax distance (0 to 1) from the procedure and each earlier dream: a step in two hundred."""
SAME_SHAPE = 3
"""Maximum dreams of a procedure that are closer than that: they differ in names and constants alone."""
NEIGHBOURS_COMPARED = 64
"""Earlier dreams of the procedure, the last ones, from which the distance is measured."""


class Dropped(StrEnum):
    """Why a draft is not stored."""

    SYNTAX = "syntax"
    ENTRY_POINT = "entry_point"
    IMPORTS = "imports"
    COPY = "copy"
    NOT_NOVEL = "not_novel"


DROPPED_WORDS = {
    Dropped.SYNTAX: "not Python",
    Dropped.ENTRY_POINT: "without the function",
    Dropped.IMPORTS: "with unknown imports",
    Dropped.COPY: "copied",
    Dropped.NOT_NOVEL: "too similar",
}
"""Each reason in words for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A draft to store: the digest of its normal form, and its distance from the nearest earlier one."""

    digest: str
    novelty: float


class Prefilter:
    """Checks the drafts of one procedure with ``code``.

    ``dreams`` are its earlier dreams in order, each with the digest of its normal form if that is known.
    ``sources`` are those of other procedures by id: a draft may import what its parents do.
    """

    def __init__(
        self,
        code: str,
        dreams: Sequence[tuple[str, str | None]] = (),
        *,
        sources: Mapping[int, str] | None = None,
    ) -> None:
        self._known = {_mark(code)} | {mark or _mark(one) for one, mark in dreams}
        self._base = profile(code)
        self._constants = _constants(code)
        self._earlier: deque[Profile] = deque(maxlen=NEIGHBOURS_COMPARED)
        for one, _ in dreams[-NEIGHBOURS_COMPARED:]:
            if (shape := profile(one)) is not None:
                self._earlier.append(shape)
        self._imported = imported(code)
        self._sources = sources or {}

    def check(self, draft: Draft) -> Passed | Dropped:
        """Whether ``draft`` is stored, and why not. An accepted one is remembered."""
        own = profile(draft.code) if len(draft.code) <= LONGEST_DRAFT else None
        if own is None:
            return Dropped.SYNTAX
        if not defines(draft.code, draft.entry_point):
            return Dropped.ENTRY_POINT
        if not all(is_installed(name) for name in imported(draft.code) - self._imported_by(draft)):
            return Dropped.IMPORTS
        mark = _mark(draft.code)
        if mark in self._known:
            return Dropped.COPY
        origin = 1.0 if self._base is None else distance(own, self._base)
        explores = draft.dream_type == DreamType.PARAMETER_EXPLORATION
        if origin < MIN_NOVELTY and not (explores and _constants(draft.code) != self._constants):
            return Dropped.NOT_NOVEL
        near = [distance(own, shape) for shape in self._earlier]
        if sum(far < MIN_NOVELTY for far in near) >= SAME_SHAPE:
            return Dropped.NOT_NOVEL
        self._known.add(mark)
        self._earlier.append(own)
        return Passed(digest=mark, novelty=min([origin, *near]))

    def _imported_by(self, draft: Draft) -> frozenset[str]:
        """What the procedure and the draft's other parents import."""
        parents = (self._sources[parent] for parent in draft.parents if parent in self._sources)
        return self._imported.union(*map(imported, parents))


def defines(code: str, entry_point: str) -> bool:
    """Whether the module ``code`` binds ``entry_point``, a name or ``Class.method``."""
    found = syntax(code)
    if found is None:
        return False
    body: list[ast.stmt] = found.tree.body
    *outer, last = entry_point.split(".")
    for name in outer:
        inner = [node for node in _statements(body) if isinstance(node, ast.ClassDef) and node.name == name]
        if not inner:
            return False
        body = inner[-1].body
    return any(last in _bound(node) for node in _statements(body))


def imported(code: str) -> frozenset[str]:
    """The top-level packages that ``code`` imports; ``.`` stands for a relative import.

    What is imported in a ``try`` with handlers is left out: the code knows what to do without it.
    """
    found = syntax(code)
    if found is None:
        return frozenset()
    optional = {
        id(inner)
        for node in found.nodes
        if isinstance(node, ast.Try) and node.handlers
        for statement in node.body
        for inner in ast.walk(statement)
    }
    names: set[str] = set()
    for node in found.nodes:
        if id(node) in optional:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add("." if node.level else (node.module or "").partition(".")[0])
    return frozenset(names)


@lru_cache(maxsize=1024)
def is_installed(package: str) -> bool:
    """Whether Python can import the top-level ``package`` here; nothing is imported to find out."""
    if package in sys.stdlib_module_names:
        return True
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def _mark(code: str) -> str:
    """The digest of the normal form of ``code`` without docstrings."""
    tree = parse(code)
    try:
        return digest(code if tree is None else ast.unparse(tree))
    except RecursionError:
        return digest(code)


def _constants(code: str) -> tuple[str, ...]:
    """The constants of ``code`` in order, without docstrings."""
    tree = parse(code)
    if tree is None:
        return ()
    return tuple(repr(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant))


def _statements(body: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    """The statements of a body, those in its branches included."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            for name in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, name, ()))
            for handler in getattr(node, "handlers", ()):
                yield from _statements(handler.body)


def _bound(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
    return set()
