"""Contrasts two canonical values line by line, around their first difference."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from ..models import Canonical, unpacked
from .render import render, shorten

CONTRAST_WIDTH = 60
"""Maximum characters of a value on one line."""
LINES_TAG = "lines"
"""The tag of lines that are shown as they are; no value has it."""
CONTRASTED_LINES = 20_000
"""Maximum lines of a value to write."""
COMPARED = 400
"""Maximum lines of each value to compare, starting shortly before the first different one."""
BEFORE = 2
"""Equal lines to show before and after different ones."""
CONTRAST_LINES = 200
"""Maximum lines of a contrast."""


def contrast(expected: Canonical, got: Canonical) -> tuple[str, ...]:
    """Lines that begin with ``-`` if only ``expected`` has them, ``+`` if only ``got``, a space if both.

    Empty if both values fit on one line, or if their text is the same.
    """
    a, b = _lines(expected), _lines(got)
    if a == b or len(a) == len(b) == 1:
        return ()
    equal = next(n for n in range(len(a) + 1) if a[n : n + 1] != b[n : n + 1])
    start = max(0, equal - BEFORE)
    a, b = a[start:], b[start:]
    shown = [f"  ... {start} equal lines"] if start else []
    matcher = difflib.SequenceMatcher(None, a[:COMPARED], b[:COMPARED], autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(BEFORE)):
        shown += ["  ..."] if number else []
        for tag, a1, a2, b1, b2 in group:
            shown += _equal(a[a1:a2]) if tag == "equal" else _different(a[a1:a2], b[b1:b2])
    rest = max(len(a), len(b)) - COMPARED
    shown += [f"  ... {rest} more lines, not compared"] if rest > 0 else []
    return tuple(shown[:CONTRAST_LINES])


def _equal(lines: list[str]) -> list[str]:
    return [f"  {shorten(line, 2 * CONTRAST_WIDTH)}" for line in lines]


def _different(a: list[str], b: list[str]) -> list[str]:
    """Lines of both, alternating."""
    pairs = zip_longest(a, b)
    return [
        f"{m} {shorten(x, 2 * CONTRAST_WIDTH)}"
        for pair in pairs
        for m, x in zip("-+", pair, strict=True)
        if x
    ]


def as_lines(text: str) -> list[str]:
    """The lines of a text, with escapes for what can't be printed: to be shown as they are."""
    return ["".join(c if c.isprintable() else repr(c)[1:-1] for c in line) for line in text.splitlines()]


def _lines(value: Canonical) -> list[str]:
    lines: list[str] = []
    if isinstance(value, list) and value[0] == LINES_TAG:
        return [str(line) for line in value[1][:CONTRASTED_LINES]]
    for line in _written(unpacked(value), "", ""):
        lines.append(line)
        if len(lines) == CONTRASTED_LINES:
            break
    return lines


def _written(value: Canonical, before: str, after: str) -> Iterator[str]:
    """``value`` between two texts; one item a line if it is too long for one line."""
    text = (
        render(value, limit=CONTRAST_WIDTH + 1)
        if _few(value, [CONTRAST_WIDTH])
        else " " * (CONTRAST_WIDTH + 1)
    )
    if len(text) <= CONTRAST_WIDTH:
        yield f"{before}{text}{after}"
        return
    indent = " " * (len(before) - len(before.lstrip()) + 4)
    if isinstance(value, str):
        yield from _pieces(value, before, after)
    elif isinstance(value, list):
        tag, *fields = value
        yield from _SPREADS[tag](fields, before, after, indent)


Spread = Callable[[list[Any], str, str, str], Iterator[str]]


def _within(left: str, right: str) -> Spread:
    def spread(fields: list[Any], before: str, after: str, indent: str) -> Iterator[str]:
        yield f"{before}{left}"
        for item in fields[0]:
            yield from _written(item, indent, ",")
        yield f"{indent[4:]}{right}{after}"

    return spread


def _dict(fields: list[Any], before: str, after: str, indent: str) -> Iterator[str]:
    yield f"{before}{{"
    for key, item in sorted(fields[0], key=lambda pair: render(pair[0], limit=CONTRAST_WIDTH)):
        yield from _written(item, f"{indent}{render(key, limit=CONTRAST_WIDTH)}: ", ",")
    yield f"{indent[4:]}}}{after}"


def _object(fields: list[Any], before: str, after: str, indent: str) -> Iterator[str]:
    yield f"{before}{fields[0]}("
    for name, field in fields[1]:
        yield from _written(field, f"{indent}{name}=", ",")
    yield f"{indent[4:]}){after}"


def _exception(fields: list[Any], before: str, after: str, indent: str) -> Iterator[str]:
    name, args, details, attributes = fields
    shown = [["args", args], *details, *attributes] if args is not None else attributes
    yield from _object([name, shown], before, after, indent)


def _sub(fields: list[Any], before: str, after: str, indent: str) -> Iterator[str]:
    yield from _written(fields[1], f"{before}{fields[0]}(", f"){after}")


def _iterator(fields: list[Any], before: str, after: str, indent: str) -> Iterator[str]:
    more = " and more" if fields[2] else ""
    yield from _written(["list", fields[1]], f"{before}<{fields[0]} giving ", f"{more}>{after}")


def _cut(fields: list[Any], before: str, after: str, indent: str) -> Iterator[str]:
    yield from _written(fields[2], before, f" and more{after}")


def _shortened(tag: str) -> Spread:
    def spread(fields: list[Any], before: str, after: str, indent: str) -> Iterator[str]:
        yield f"{before}{render([tag, *fields], limit=4 * CONTRAST_WIDTH)}{after}"

    return spread


_SPREADS: dict[str, Spread] = {
    "list": _within("[", "]"),
    "tuple": _within("(", ")"),
    "deque": _within("deque([", "])"),
    "set": _within("{", "}"),
    "frozenset": _within("frozenset({", "})"),
    "dict": _dict,
    "object": _object,
    "exception": _exception,
    "sub": _sub,
    "iterator": _iterator,
    "cut": _cut,
} | {
    tag: _shortened(tag)
    for tag in (
        "int", "float", "str", "bytes", "bytearray", "complex", "value", "enum", "opaque", "ref",
    )
}  # fmt: skip
"""Functions that spread a value over several lines, by tag."""


def _few(value: Any, left: list[int]) -> bool:
    """Whether a value has few enough parts to fit on one line."""
    left[0] -= len(value) // 2 if isinstance(value, str) else 1
    return left[0] > 0 and (not isinstance(value, list) or all(_few(part, left) for part in value))


def _pieces(text: str, before: str, after: str) -> Iterator[str]:
    """A long text line by line, each cut into pieces of ``CONTRAST_WIDTH``."""
    indent = " " * (len(before) - len(before.lstrip()) + 4)
    yield f"{before}("
    for line in text.splitlines(keepends=True):
        for n in range(0, len(line), CONTRAST_WIDTH):
            yield f"{indent}{line[n : n + CONTRAST_WIDTH]!r}"
    yield f"{indent[4:]}){after}"
