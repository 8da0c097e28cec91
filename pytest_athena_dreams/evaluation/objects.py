"""Scores in JSON, of any shape that says which dream, which score, which tier and why.

Invariants: pure; a number above 1 has no meaning unless the answer names its scale, and then neither has a
bare 1 or 0 beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..llm.blocks import split
from ..llm.jsontext import completed, values
from .mentions import Names
from .scale import numbers, scale_in, tier_of

_DREAM_KEYS = ("dream", "dream_id", "dreamid", "id", "name", "label", "variant", "candidate", "key", "nr")
_SCORE_KEYS = (
    "viability",
    "viability_score",
    "score",
    "probability",
    "rating",
    "likelihood",
    "value",
    "confidence",
    "bewertung",
)
_WHY_KEYS = (
    "reasoning",
    "reason",
    "why",
    "rationale",
    "explanation",
    "comment",
    "justification",
    "begründung",
    "notes",
)
_SCALE_KEYS = ("scale", "max", "out_of", "max_score")
DEEPEST_RECORD = 6

Row = tuple[int, float | None, int | None, str]
Problem = tuple[str, str, tuple[int, ...]]


def json_scores(answer: str, names: Names) -> tuple[list[Row], list[Problem]] | None:
    """The scores in the JSON of ``answer``; ``None`` if no JSON in it is about dreams."""
    stripped = answer.strip()
    text = stripped
    if stripped[:1] not in ("{", "["):
        blocks = [part.text for part in split(answer) if part.fenced and part.text.lstrip()[:1] in ("{", "[")]
        text = "\n".join(blocks) if blocks else stripped
    found = list(values(text))
    records = [record for value in found for record in _records(value, names)]
    if not records and text[:1] in ("{", "["):
        found = [completed(text)]
        records = list(_records(found[0], names))
    if not records:
        return None
    scale = next((scale for value in found if (scale := _scale(value)) is not None), None)
    plain = [record[1] for record in records if _is_number(record[1])]
    unscaled = scale is None and any(number > 1 for number in plain)
    rows: list[Row] = []
    problems: list[Problem] = []
    for dream, raw, tier, why in records:
        score, problem = _score(raw, scale, unscaled=unscaled)
        level, tier_problem = _tier(tier)
        problem = problem or tier_problem
        if not problem and score is not None and level is not None and level != tier_of(score):
            problem = f"the score {score:g} is not one of Tier {level}"
        if not problem and score is None and level is None:
            problem = "no score"
        if problem:
            problems.append((f"dream {dream}: {raw!r}"[:300], problem, (dream,)))
        else:
            rows.append((dream, score, level, why))
    return rows, problems


def _records(value: Any, names: Names, depth: int = 0) -> Iterator[tuple[int, Any, Any, str]]:
    """What is said of each dream, as (dream, score, tier, why), the score and the tier as they are
    written."""
    if depth > DEEPEST_RECORD:
        return
    if isinstance(value, list):
        for item in value:
            yield from _records(item, names, depth + 1)
        return
    if not isinstance(value, dict):
        return
    lower = {str(name).lower().replace(" ", "_"): item for name, item in value.items()}
    dream = next(
        (d for name in _DREAM_KEYS if name in lower and (d := _dream(lower[name], names)) is not None), None
    )
    if dream is not None:
        yield (dream, *_said(lower))
        return
    for name, item in value.items():
        by_name = names.find(str(name))
        if by_name is None:
            yield from _records(item, names, depth + 1)
        elif isinstance(item, dict):
            yield (by_name, *_said({str(key).lower().replace(" ", "_"): x for key, x in item.items()}))
        else:
            yield by_name, item, None, ""


def _said(lower: dict[str, Any]) -> tuple[Any, Any, str]:
    score = next((lower[name] for name in _SCORE_KEYS if lower.get(name) is not None), None)
    why = next((lower[name] for name in _WHY_KEYS if isinstance(lower.get(name), str)), "")
    return score, lower.get("tier"), why


def _dream(value: Any, names: Names) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return names.find(str(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _score(raw: Any, scale: int | None, *, unscaled: bool) -> tuple[float | None, str]:
    if raw is None:
        return None, ""
    if _is_number(raw):
        if scale is not None:
            return (raw / scale, "") if 0 <= raw <= scale else (None, f"not from 0 to {scale}")
        if unscaled and (raw > 1 or isinstance(raw, int)):
            return None, "its scale is not written"
        return (float(raw), "") if 0 <= raw <= 1 else (None, "not from 0 to 1")
    if isinstance(raw, str):
        found = numbers(raw, scale=scale)
        if len(found) == 1:
            return found[0].value, found[0].why
        return None, found[0].why or "two scores" if found else "no score"
    return None, "no number"


def _tier(raw: Any) -> tuple[int | None, str]:
    if raw is None:
        return None, ""
    word = str(raw).lower().removeprefix("tier").strip(" :_-")
    return (int(word), "") if word in ("1", "2", "3") else (None, f"no tier: {raw!r}"[:60])


def _scale(value: Any, depth: int = 0) -> int | None:
    """The end of the scale that a value names in a key such as ``scale`` or ``max``."""
    if isinstance(value, dict):
        for name, item in value.items():
            if str(name).lower() in _SCALE_KEYS:
                if _is_number(item) and item in (1, 5, 10, 100):
                    return int(item)
                if isinstance(item, str) and (found := scale_in(f"({item}")):
                    return found
    return None
