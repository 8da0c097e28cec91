"""Reads scores of dreams out of the answer of a chat, in whatever form its model wrote it.

Invariants: pure; nothing is guessed: where two scores, two scales or two dreams are possible, there is no
score, and the place is listed with the reason; lengths are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ..llm.blocks import split
from .mentions import Mention, Names, unknown
from .objects import json_scores
from .scale import Number, numbers, scale_in, tier_of
from .sheets import rows_as_lines

LONGEST_REPLY = 1_000_000
"""Characters of an answer that are read."""
LONGEST_WHY = 2_000
"""Maximum characters of a reasoning; the rest is cut off."""
MOST_MENTIONS, MOST_NUMBERS = 200, 2_000
"""Dreams and numbers of one line beyond which it is unreadable."""
NEAR = 40
"""Characters between a dream and its score, where a line has several dreams."""

_LABEL = re.compile(
    r"(?P<name>viability|viable|score|rating|probability|likelihood|confidence|bewertung|wahrscheinlichkeit|punkte"
    r"|note|grade)\b[^\d\n%.,;]{0,24}(?P<scale>\([^)\n]{0,40}\))?[^\d\n.,;]{0,12}\Z",
    re.IGNORECASE,
)
_TIER = re.compile(r"\b(?:tier|stufe)\b[\s:=#*_-]{0,6}(?P<tier>[123]|I{1,3}|one|two|three)\b", re.IGNORECASE)
_TIERS = {"1": 1, "2": 2, "3": 3, "i": 1, "ii": 2, "iii": 3, "one": 1, "two": 2, "three": 3}
_LIST = re.compile(
    r"[\s,;/&+*_`\"'()\[\]]*(?:and|und|or|both|beide|sowie)?[\s,;/&+*_`\"'()\[\]]*", re.IGNORECASE
)
_JOIN = re.compile(
    r"[\s:=–—→>*_`\"'(\[|,-]{0,6}(?:for|to|für|an|goes to|gets|is)?[\s:=–—→>*_`\"'(\[|,-]{0,6}", re.IGNORECASE
)
_HEADING = re.compile(r"\s{0,3}(?:#{1,6}\s|\*\*[^*]{1,80}\*\*:?\s*\Z|[A-Z][\w /-]{0,60}:\s*\Z)")
_SAYS_SCALE = re.compile(r"\b(?:scale|skala|scores|ratings|bewertungen)\b|\A\W{0,3}\(", re.IGNORECASE)
_WHY = re.compile(
    r"\b(?:reasoning|reason|why|rationale|begründung|explanation)\W{0,6}:\W{0,4}", re.IGNORECASE
)
_IN_ORDER = re.compile(r"\b(?:respectively|in that order|beziehungsweise|bzw)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What was said of one dream: a ``score`` from 0 to 1, a ``tier``, or both, and why."""

    dream: int
    score: float | None
    tier: int | None = None
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A place that speaks of dreams and could not be read, and why. ``dreams`` are those that it names."""

    text: str
    why: str
    dreams: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that was read, by dream in id order, and what was not."""

    scores: tuple[Score, ...]
    unread: tuple[Unread, ...]


def read_scores(answer: str, ids: Iterable[int], labels: Mapping[str, int] | None = None) -> Reading:
    """The scores in ``answer`` of the dreams with ``ids``, which may also go by their ``labels``."""
    names = Names.of(ids, labels)
    text = answer[:LONGEST_REPLY]
    found = json_scores(text, names)
    if found is None:
        found = _of_text(text, names)
    scores = [Score(dream=d, score=s, tier=t, reasoning=w[:LONGEST_WHY]) for d, s, t, w in found[0]]
    return _merged(scores, [Unread(text=text[:300], why=why, dreams=d) for text, why, d in found[1]])


Found = tuple[list[tuple[int, float | None, int | None, str]], list[tuple[str, str, tuple[int, ...]]]]
"""Scores as (dream, score, tier, reasoning), and what could not be read as (text, why, dreams)."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of the text that speaks of some dreams: the line that names them, and the lines below it.

    ``score`` is set where the line says which of its numbers is theirs. ``tier`` is that of the heading
    above.
    """

    dreams: tuple[int, ...]
    head: str
    below: tuple[str, ...] = ()
    score: Number | None = None
    tier: int | None = None
    near: int = 0


def _of_text(text: str, names: Names) -> Found:
    """The scores in prose, lists, sections and tables."""
    parts = split(text)
    shown = "\n".join(
        p.text for p in parts if not p.code or (p.fenced and p.language not in ("python", "py"))
    )
    lines = rows_as_lines(shown.split("\n"))
    named = [names.mentions(line, MOST_MENTIONS + 1) for line in lines]
    scale = next((s for line, of in zip(lines, named, strict=True) if not of and (s := _scale(line))), None)
    numbered = not any(named)
    scores: list[tuple[int, float | None, int | None, str]] = []
    unread: list[tuple[str, str, tuple[int, ...]]] = []
    segments: list[_Segment] = []
    tier: int | None = None
    going = False
    for line, mentions in zip(lines, named, strict=True):
        if not mentions and numbered and (bare := names.bare(line)) is not None:
            mentions = [bare]
        if not mentions:
            if unknown(line) and numbers(line):
                unread.append((line.strip(), "it names no dream that waits for a score", ()))
                going = False
            elif _HEADING.match(line):
                found = _TIER.search(line)
                if found is not None or not going or line.lstrip().startswith("#"):
                    tier = _TIERS[found["tier"].lower()] if found else None
                    going = False
                elif going:
                    segments[-1] = replace(segments[-1], below=(*segments[-1].below, line))
            elif going and line.strip():
                segments[-1] = replace(segments[-1], below=(*segments[-1].below, line))
            continue
        made = _segments(line, mentions, scale)
        if isinstance(made, str):
            unread.append((line.strip(), made, tuple(sorted({m.dream for m in mentions}))))
            going = False
        else:
            segments += [replace(segment, tier=tier) for segment in made]
            going = len(made) == 1
    for segment in segments:
        score, own_tier, why = _value(segment, scale)
        shown_text = " ".join([segment.head, *segment.below]).strip()
        if why:
            unread.append((shown_text, why, segment.dreams))
        else:
            reason = _reasoning(segment, scale)
            scores += [(dream, score, own_tier, reason) for dream in segment.dreams]
    return scores, unread


def _segments(line: str, mentions: list[Mention], scale: int | None) -> list[_Segment] | str:
    """What a line says about which dreams, or why that is unclear."""
    found = numbers(line, scale=scale)
    if len(mentions) > MOST_MENTIONS or len(found) > MOST_NUMBERS:
        return "too many dreams or numbers in one line"
    groups = _groups(line, mentions)
    values = _outside(found, [(mention.start, mention.end) for mention in mentions])
    if len(groups) == 1:
        dreams = tuple(mention.dream for mention in groups[0])
        if len(dreams) > 1 and len(values) == len(dreams) and _IN_ORDER.search(line):
            return [_Segment((dream,), line, score=v) for dream, v in zip(dreams, values, strict=True)]
        if len(dreams) > 1 and len({value.value for value in values}) > 1:
            return "several dreams and several scores, and it does not say which belongs to which"
        return [_Segment(dreams, line, near=groups[0][-1].end)]
    values = _outside(values, [tier.span() for tier in _TIER.finditer(line)])
    forward = [
        _after(line, group, nxt, values) for group, nxt in zip(groups, [*groups[1:], None], strict=True)
    ]
    before = [
        _before(line, prv, group, values) for prv, group in zip([None, *groups[:-1]], groups, strict=True)
    ]
    chosen = forward if all(forward) else before if all(before) and not values_after(groups, values) else None
    if chosen is not None:
        made = []
        for place, (group, value) in enumerate(zip(groups, chosen, strict=True)):
            end = groups[place + 1][0].start if place + 1 < len(groups) else len(line)
            dreams = tuple(mention.dream for mention in group)
            made.append(_Segment(dreams, line[group[0].start : end], score=value))
        return made
    if (
        forward[0] is not None
        and not any(forward[1:])
        and not line[: groups[0][0].start].strip(" \t#>*_-+|.`0123456789)")
    ):
        return [_Segment(tuple(m.dream for m in groups[0]), line, score=forward[0])]
    return "several dreams, and it does not say which score belongs to which"


def values_after(groups: list[list[Mention]], values: list[Number]) -> bool:
    """Whether a score stands behind the last dream of a line."""
    return any(value.start >= groups[-1][-1].end for value in values)


def _groups(line: str, mentions: list[Mention]) -> list[list[Mention]]:
    """Dreams that a line names together, as in "D1, D2 and D3"."""
    groups = [[mentions[0]]]
    for mention in mentions[1:]:
        between = line[groups[-1][-1].end : mention.start]
        if len(between) <= 12 and _LIST.fullmatch(between):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _outside(found: list[Number], spans: list[tuple[int, int]]) -> list[Number]:
    """Numbers that are no part of a dream's name."""
    return [n for n in found if all(n.end <= start or end <= n.start for start, end in spans)]


def _scale(line: str) -> int | None:
    """The scale that a line sets for the whole answer, as in "on a scale from 0 to 10"."""
    return scale_in(line) if _SAYS_SCALE.search(line) else None


def _after(line: str, group: list[Mention], nxt: list[Mention] | None, values: list[Number]) -> Number | None:
    """The one score between a group of dreams and the next one, near to it."""
    end = nxt[0].start if nxt else len(line)
    found = [v for v in values if group[-1].end <= v.start < end and v.start - group[-1].end <= NEAR]
    scored = [v for v in found if v.value is not None and not v.bare] or found
    return scored[0] if len(scored) == 1 else None


def _before(
    line: str, prv: list[Mention] | None, group: list[Mention], values: list[Number]
) -> Number | None:
    """The one score right before a group of dreams, as in "0.8 for D1"."""
    start = prv[-1].end if prv else 0
    found = [v for v in values if start <= v.start < group[0].start]
    if len(found) != 1 or not _JOIN.fullmatch(line[found[0].end : group[0].start]):
        return None
    return found[0]


def _value(segment: _Segment, scale: int | None) -> tuple[float | None, int | None, str]:
    """The score and the tier of a segment, or why there is neither."""
    text = "\n".join((segment.head, *segment.below))
    tiers = {_TIERS[found["tier"].lower()] for found in _TIER.finditer(text)}
    if len(tiers) > 1:
        return None, None, "two tiers"
    tier = next(iter(tiers), segment.tier)
    number, why = (segment.score, "") if segment.score else _number(segment, scale)
    if why:
        return None, None, why
    if number is None:
        return (None, tier, "") if tier is not None else (None, None, "no score")
    if number.value is None:
        return None, None, number.why
    if tier is not None and tier != tier_of(number.value):
        return None, None, f"the score {number.value:g} is not one of Tier {tier}"
    return number.value, tier, ""


def _number(segment: _Segment, scale: int | None) -> tuple[Number | None, str]:
    """The number that is the score of a segment; why there is more than one."""
    labelled: dict[str, list[Number]] = {}
    loose: list[list[Number]] = []
    for place, line in enumerate((segment.head, *segment.below)):
        kept: list[Number] = []
        for number in _outside(numbers(line, scale=scale), [tier.span() for tier in _TIER.finditer(line)]):
            label = _LABEL.search(line[max(number.start - 90, 0) : number.start])
            if label is not None:
                inner = scale_in(label["scale"] or "")
                exact = numbers(line[number.start : number.end], scale=inner)[0] if inner else number
                labelled.setdefault(label["name"].lower(), []).append(exact)
            elif place > 0 or number.start >= segment.near or number.value is not None:
                kept.append(number)
        loose.append(kept)
    for name in ("viability", "viable", *labelled):
        if name in labelled:
            return _one(labelled[name])
    head = [n for n in loose[0] if n.value is not None and not n.bare] or loose[0]
    right_after = [n for n in head if segment.near <= n.start and _follows(segment, n)]
    if len(head) > 1 and len(right_after) == 1:
        return right_after[0], ""
    if head:
        return _one(head)
    below = [n for line in loose[1:] for n in line]
    clear = [n for n in below if n.value is not None and not n.bare]
    return _one(clear) if clear else (None, "") if segment.tier or not below else _one(below)


def _follows(segment: _Segment, number: Number) -> bool:
    """Whether a number comes right behind the name of the dream, with marks alone between them."""
    between = segment.head[segment.near : number.start]
    return bool(segment.near) and len(between) <= 8 and not any(c.isalnum() for c in between)


def _one(found: list[Number]) -> tuple[Number | None, str]:
    if len({number.value for number in found}) > 1:
        return None, "two scores"
    return found[0], ""


def _reasoning(segment: _Segment, scale: int | None) -> str:
    """What was said beside the score: what "reasoning:" stands before, or what the line goes on with."""
    text = " ".join([segment.head, *(line.strip(" \t-*#>|") for line in segment.below)])
    said = _WHY.search(text)
    if said is not None:
        return text[said.end() :].strip(" *_|")
    start = segment.near
    for number in numbers(segment.head, scale=scale):
        if number.value is not None and number.start >= start and number.start - start <= NEAR:
            start = number.end
            break
    return text[start:].strip(" \t:;,.|)]*_–—-")


def _merged(scores: list[Score], unread: list[Unread]) -> Reading:
    """One score a dream; a dream with two different ones has none."""
    by_dream: dict[int, list[Score]] = {}
    for one in scores:
        by_dream.setdefault(one.dream, []).append(one)
    kept = []
    for dream, found in sorted(by_dream.items()):
        values = {one.score for one in found if one.score is not None}
        tiers = {one.tier for one in found if one.tier is not None}
        if len(values) > 1 or len(tiers) > 1:
            said = ", ".join(f"{value:g}" for value in sorted(values)) or ", ".join(map(str, sorted(tiers)))
            unread.append(Unread(text=f"dream {dream}: {said}", why="two different scores", dreams=(dream,)))
            continue
        reason = max((one.reasoning for one in found), key=len)
        value = next(iter(values), None)
        tier = next(iter(tiers), None)
        kept.append(Score(dream=dream, score=value, tier=tier, reasoning=reason))
    read = {one.dream for one in kept}
    return Reading(
        scores=tuple(kept),
        unread=tuple(one for one in unread if not one.dreams or not set(one.dreams) <= read),
    )
