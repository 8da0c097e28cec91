"""Where a dream differs from its procedure, as lines of both for people and generators.

Invariants: pure; a change covers whole lines; blank lines, comments and docstrings are no code and are never
shown. Sources that can't be read are compared line by line.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .alignment import align
from .edits import Edit, Place, list_edits
from .syntax import TREES, split_lines, syntax

SHOWN = 6
"""Lines of one side that are shown."""
_STATEMENT_NODES = (ast.stmt, ast.ExceptHandler, ast.match_case)
"""What the body of a compound statement consists of."""
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

Lines = tuple[int, int]
"""The first and the last line, counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place: the procedure's lines (``right``), the dream's lines instead, and where to look in both.

    ``own`` are the dream's lines that differ, ``None`` where it only leaves code out: then ``right`` and
    ``wrong`` both show a neighbour as well, so that neither is empty. ``line`` is the first of its own that
    differs. A ``precise`` change replaces one expression; others add, drop or rewrite statements.
    """

    right: Lines
    wrong: Lines
    own: Lines | None
    right_line: int | None = None
    line: int | None = None
    precise: bool = False


def list_changes(procedure: str, dream: str) -> tuple[Change, ...]:
    """The changes that made ``dream`` of ``procedure``, in the order of the source."""
    edits = list_edits(procedure, dream)
    if edits is None:
        return _by_line(procedure, dream)
    places: dict[Place, Edit] = {}
    for edit in edits:
        places.setdefault(edit.place, edit)
    return tuple(filter(None, map(_change, places.values())))


def changes_within(procedure: str, entry: str, dream: str, dream_entry: str) -> tuple[Change, ...]:
    """The changes within the functions that are tested, whatever their names; none without such functions."""
    functions = _alone(procedure, entry), _alone(dream, dream_entry)
    return () if None in functions else list_changes(str(functions[0]), str(functions[1]))


def _alone(code: str, name: str) -> str | None:
    """``code`` with nothing but the function ``name``, without its name and on the same lines."""
    found = syntax(code)
    statements = found.tree.body if found is not None else []
    functions = [node for node in statements if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    function = next((node for node in functions if node.name == name), None)
    if function is None:
        return None
    first, last = _lines(function)
    lines = split_lines(code)
    kept = ["" if not first <= number <= last else line for number, line in enumerate(lines, 1)]
    head = function.lineno - 1
    kept[head] = kept[head].replace(f"def {name}", "def f", 1)
    return "\n".join(kept) + "\n"


def likeliest(changes: Sequence[Change], line: int | None) -> Change | None:
    """The change that probably matters: that nearest to ``line``, or the first, a precise one if any."""
    if line is None:
        return next((change for change in changes if change.precise), changes[0] if changes else None)
    return min(changes, key=lambda change: _distance(change.own or change.wrong, line), default=None)


def put_back(procedure: str, dream: str, change: Change) -> str:
    """``dream`` with the procedure's lines in the place of its own."""
    theirs = split_lines(procedure)[change.right[0] - 1 : change.right[1]]
    lines = split_lines(dream)
    start, end = change.wrong
    margin = lines[start - 1][: len(lines[start - 1]) - len(lines[start - 1].lstrip())]
    lines[start - 1 : end] = textwrap.indent(textwrap.dedent("\n".join(theirs)), margin).splitlines()
    return "\n".join(lines) + "\n"


def excerpt(code: str, lines: Lines | None = None, focus: int | None = None) -> str:
    """The code in ``lines``, else all code: at most ``SHOWN`` lines of it, from around ``focus``."""
    source = split_lines(code)
    first, last = lines or (1, len(source))
    numbers = [n for n in range(first, min(last, len(source)) + 1) if n not in _without_code(code)]
    at = next((place for place, n in enumerate(numbers) if n >= (focus or first)), 0)
    start = max(0, min(at - SHOWN // 2, len(numbers) - SHOWN))
    shown = numbers[start : start + SHOWN]
    text = textwrap.dedent("\n".join(source[n - 1].rstrip() for n in shown))
    return f"{text}\n…" if len(shown) < len(numbers) - start else text


def statement_at(code: str, line: int) -> Lines:
    """The lines of the innermost statement on ``line``, without the statements in it, or the line itself."""
    found = syntax(code)
    spans = [_head(node) for node in found.nodes if isinstance(node, ast.stmt)] if found else []
    within = [span for span in spans if span[0] <= line <= span[1]]
    return min(within, key=lambda span: span[1] - span[0], default=(line, line))


def _change(edit: Edit) -> Change | None:
    """The change at the place of ``edit``, its first one; ``None`` if a source has no code at all."""
    place = edit.place
    if len(place.before) == len(place.after) == 1:
        return _precise(edit, place.before[0], place.after[0])
    own = _span(place.after) if place.after else None
    line = own[0] if own else None
    if place.before and place.after:
        return Change(right=_span(place.before), wrong=_span(place.after), own=own, line=line)
    if place.next is not None:
        right, wrong = (_head(node) for node in place.next)
    elif place.previous is not None:
        right, wrong = ((_lines(node)[1],) * 2 for node in place.previous)
    elif place.around is not None and place.around.before:
        right, wrong = _span(place.around.before), _span(place.around.after)
    else:
        return None
    with_right = _joined(right, _span(place.before)) if place.before else right
    return Change(right=with_right, wrong=_joined(wrong, own) if own else wrong, own=own, line=line)


def _precise(edit: Edit, before: ast.AST, after: ast.AST) -> Change:
    right, wrong = _head(before), _head(after)
    if edit.after is not None and not wrong[0] <= edit.after <= wrong[1]:
        right, wrong = _lines(before), _lines(after)  # amid the cases of a match, for one
    line = wrong[0] if edit.after is None else edit.after
    return Change(right=right, wrong=wrong, own=wrong, right_line=edit.before, line=line, precise=True)


def _by_line(procedure: str, dream: str) -> tuple[Change, ...]:
    before, after = _coded(procedure), _coded(dream)
    return tuple(
        Change(
            right=(before[a1][0], before[a2 - 1][0]) if a1 < a2 else (1, 0),
            wrong=(after[b1][0], after[b2 - 1][0]),
            own=(after[b1][0], after[b2 - 1][0]),
            line=after[b1][0],
        )
        for equal, a1, a2, b1, b2 in align([text for _, text in before], [text for _, text in after])
        if not equal and b1 < b2
    )


def _coded(code: str) -> list[tuple[int, str]]:
    empty = _without_code(code)
    return [(n, line.strip()) for n, line in enumerate(split_lines(code), 1) if n not in empty]


def _span(nodes: Sequence[ast.AST]) -> Lines:
    """The lines of statements that follow one another."""
    return _lines(nodes[0])[0], _lines(nodes[-1])[1]


def _joined(a: Lines, b: Lines) -> Lines:
    return min(a[0], b[0]), max(a[1], b[1])


def _lines(node: ast.AST) -> Lines:
    assert isinstance(node, ast.stmt)
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)]), node.end_lineno or node.lineno


def _head(node: ast.AST) -> Lines:
    """The lines of a statement; of a compound one those before its body, or all if it has no head."""
    start, end = _lines(node)
    children = list(ast.iter_child_nodes(node))
    heads = [_end(child) for child in children if not isinstance(child, _STATEMENT_NODES)]
    return (start, end) if len(heads) in (0, len(children)) else (start, max([start, *heads]))


def _end(node: ast.AST) -> int:
    return max((getattr(n, "end_lineno", None) or 0 for n in ast.walk(node)), default=0)


def _distance(lines: Lines, line: int) -> int:
    return max(lines[0] - line, line - lines[1], 0)


@lru_cache(maxsize=TREES)
def _without_code(code: str) -> frozenset[int]:
    """The lines that hold no code: blank ones, comments, docstrings."""
    found = syntax(code)
    inside: set[int] = set()
    docs: set[int] = set()
    for node in found.nodes if found else ():
        if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno:
            inside |= set(range(node.lineno, node.end_lineno + 1))
        body = node.body if isinstance(node, _DOCUMENTED) else []
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            others = [child.lineno for child in body[1:]] or [0]
            docs |= set(range(body[0].lineno, (body[0].end_lineno or 0) + 1)) - set(others)
    texts = enumerate((line.strip() for line in split_lines(code)), 1)
    return frozenset(
        n for n, text in texts if n in docs or (n not in inside and (not text or text.startswith("#")))
    )
