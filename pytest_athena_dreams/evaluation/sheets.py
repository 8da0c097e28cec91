"""Tables in a text, of pipes, tabs, commas or semicolons, as lines in which each cell says what it is.

Invariants: pure; a table without a heading that names a score or a tier is not changed.
"""

from __future__ import annotations

import re

from .scale import scale_in

_RULE = re.compile(r"[\s|:=+-]+\Z")
_DREAM_CELL = re.compile(
    r"\W*(?:dream|id|name|label|traum|variant|candidate|nr\.?|no\.?|#)(?:\W|_|id|\Z)", re.IGNORECASE
)
_SCORE_CELL = re.compile(
    r".{0,20}(?:viability|score|rating|probability|bewertung|wahrscheinlichkeit|punkte|note\b)", re.IGNORECASE
)
_TIER_CELL = re.compile(r"\W*(?:tier|stufe)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
MOST_CELLS = 40
"""Maximum cells of a table's row."""


def rows_as_lines(lines: list[str]) -> list[str]:
    """``lines`` with each row of a table in the form ``dream 17; viability: 0.8; tier: 1; reason``."""
    found: list[str] = []
    heading: list[str] | None = None
    between = ""
    for line in lines:
        mark = _separator(line)
        cells = _cells(line, mark) if mark else []
        if heading is not None and mark == between and len(cells) == len(heading):
            if not _RULE.match(line):
                found.append(_row(heading, cells))
            continue
        if heading is not None and "|" in line and _RULE.match(line):
            continue
        heading = None
        if mark and _is_heading(cells):
            heading, between = cells, mark
            continue
        found.append(line)
    return found


def _separator(line: str) -> str:
    """What separates the cells of a line: the first of these marks that it has."""
    return next((mark for mark in "|\t;," if mark in line.strip().strip("|")), "")


def _cells(line: str, mark: str) -> list[str]:
    text = line.strip()
    if mark == "|":
        text = text.removeprefix("|").removesuffix("|")
    cells: list[str] = []
    quoted = False
    cell = ""
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character == mark and not quoted and len(cells) < MOST_CELLS:
            cells.append(cell.strip())
            cell = ""
        else:
            cell += character
    return [*cells, cell.strip()]


def _is_heading(cells: list[str]) -> bool:
    """Whether cells name columns. "Dream 1: 0.8, tier 1" names a dream by its number, so it is no heading."""
    short = 2 <= len(cells) <= MOST_CELLS and all(len(cell) <= 40 for cell in cells)
    named = any(_DREAM_CELL.match(cell) and not _DIGIT.search(cell) for cell in cells)
    scored = any(_SCORE_CELL.match(cell) or _TIER_CELL.match(cell) for cell in cells)
    return short and named and scored


def _row(heading: list[str], cells: list[str]) -> str:
    parts: list[str] = []
    for name, cell in zip(heading, cells, strict=True):
        clean = cell.strip("*`_ ")
        if _DREAM_CELL.match(name):
            parts.insert(0, f"dream {clean}" if clean.strip("#").isdigit() else clean)
        elif _SCORE_CELL.match(name):
            scale = scale_in(name)
            parts.append(
                f"viability: {clean}/{scale}" if scale and clean.isdecimal() else f"viability: {clean}"
            )
        elif _TIER_CELL.match(name):
            parts.append(f"tier: {clean.lower().removeprefix('tier').strip()}")
        else:
            parts.append(clean)
    return "; ".join(parts)
