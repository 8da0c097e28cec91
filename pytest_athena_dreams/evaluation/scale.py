"""Scores as people's models write them, on a scale from 0 to 1.

Invariants: pure; a number whose scale is not written is no score unless it is a decimal from 0 to 1; a
range, a bound and a negative number are no scores; each pattern is bounded, so the work is linear in the
text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TIER_1, TIER_2 = 0.6, 0.3
"""The least scores of Tier 1 and Tier 2: Athena's thresholds."""
SCALES = (5, 10, 100)
"""The ends of scales that scores are written on, beside 1."""

_NUMBER = re.compile(
    r"(?<![\w.,/])(?P<sign>[-−+±]?)(?P<value>\d{1,3}(?:[.,]\d{1,4})?|[.,]\d{1,4})(?![\d\w])(?![.,]\d)"
    r"(?P<unit>[ \t]{0,2}(?:%|percent\b|per cent\b|prozent\b))?"
    r"(?:[ \t]{0,2}(?:/|out of|von|of|aus)[ \t]{0,2}(?P<end>\d{1,3})(?![\d\w]|[.,]\d))?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:[<>≤≥]=?|\b(?:at least|at most|less than|more than|below|above|over|under|up to)"
    r"|\b(?:mindestens|höchstens|unter|über)"
    r"|\bbetween|\bzwischen)[ \t]{0,3}\Z",
    re.IGNORECASE,
)
_JOINS = re.compile(r"[ \t]{0,3}(?:-|–|—|\.\.\.?|…|to|bis|and|und|or|oder)[ \t]{0,3}\Z", re.IGNORECASE)
_SCALE = re.compile(
    r"(?:\bscale\b[^\d\n]{0,20}|\(|\bfrom\b[ \t]{0,3}|\bskala\b[^\d\n]{0,20}|\bvon\b[ \t]{0,3})[01][ \t]{0,2}"
    r"(?:-|–|—|to|bis|\.\.)[ \t]{0,2}(?P<a>5|10|100)(?!\d)"
    r"|(?:/|\bout of\b|\bvon\b)[ \t]{0,2}(?P<b>5|10|100)(?!\d)"
    r"|(?P<c>%|\bpercent\b|\bin prozent\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text. ``value`` is the score from 0 to 1, or ``None``: then ``why`` says why it is none.

    ``start`` and ``end`` are its place. ``bare`` says that only the number itself says what it means.
    """

    start: int
    end: int
    value: float | None
    why: str = ""
    bare: bool = False


def tier_of(score: float) -> int:
    """The tier of a score."""
    return 1 if score >= TIER_1 else 2 if score >= TIER_2 else 3


def scale_in(text: str) -> int | None:
    """The end of the scale that a heading names, such as ``Score (0-10)``, ``out of 10`` or ``in %``."""
    found = _SCALE.search(text)
    if found is None:
        return None
    return 100 if found["c"] else int(found["a"] or found["b"])


def numbers(text: str, *, scale: int | None = None) -> list[Number]:
    """The numbers in ``text``, in order. ``scale`` is the end of the scale of those that name none."""
    matches = list(_NUMBER.finditer(text))
    found = []
    ranged: set[int] = set()
    for place, match in enumerate(matches[1:], 1):
        between = text[matches[place - 1].end() : match.start()]
        signed = match["sign"] in ("-", "−") and not between.strip()
        if signed or (len(between) < 12 and _is_range(text, matches[place - 1], between)):
            ranged |= {place - 1, place}
    for place, match in enumerate(matches):
        value, why, bare = _score(match, scale)
        if place in ranged:
            value, why = None, "a range, not a score"
        elif _BEFORE.search(text[max(match.start() - 16, 0) : match.start()]):
            value, why = None, "a bound, not a score"
        found.append(Number(match.start(), match.end(), value, why, bare))
    return found


def _is_range(text: str, first: re.Match[str], between: str) -> bool:
    """Whether two numbers are the ends of a range. "0.8 and" joins scores, "between 0.6 and" a range."""
    if not _JOINS.match(between):
        return False
    if between.strip().lower() in ("and", "und", "or", "oder"):
        before = text[max(first.start() - 10, 0) : first.start()].lower()
        return between.strip().lower() in ("or", "oder") or "between" in before or "zwischen" in before
    return True


def _score(match: re.Match[str], scale: int | None) -> tuple[float | None, str, bool]:
    """The score that a number is, else why it is none, and whether the number stands alone."""
    written = match["value"].replace(",", ".")
    value = float("0" + written if written.startswith(".") else written)
    if match["sign"] in ("-", "−", "±"):
        return None, "a negative number", False
    if match["unit"] and match["end"]:
        return None, "both a percentage and a fraction", False
    end = int(match["end"]) if match["end"] else 100 if match["unit"] else scale
    if end is not None:
        if end not in (1, *SCALES):
            return None, f"a scale to {end}", False
        bare = not match["end"] and not match["unit"]
        if bare and 0 < value < 1:
            return None, f"on a scale to {end}, or to 1", False
        return (value / end, "", bare) if value <= end else (None, f"more than {end}", bare)
    if value <= 1 and ("." in written or value in (0, 1)):
        return value, "", "." not in written
    return None, "its scale is not written", True
