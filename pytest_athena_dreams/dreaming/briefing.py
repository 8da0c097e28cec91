"""What earlier tests teach the next writer: rules against open failure patterns, and dreams that failed.

Invariants: pure; nothing of a private procedure is in a lesson for another one; the rules for a procedure
and type are always in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from ..learn.suggestions import Cause, Example, example, rule
from ..llm.prompts import MOST_RULES, Failed
from ..models import Category, Fault, Lesson, Outcome, Status
from ..store.lessons import Lessons, faults_of

MOST_FAILED = 12
"""Maximum failed dreams of a procedure for prompts; each prompt shows some."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A dream that fails now: its deciding fault, its patterns, and what there is to show of it."""

    dream: Row
    patterns: tuple[str, ...]
    faults: tuple[Fault, ...]
    example: Example | None

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """Smaller is better to show: proven, a short call, short code."""
        proven = self.example is not None and self.example.proven
        call = self.faults[0].call or "" if self.faults else ""
        return not proven, len(call), len(self.dream["code"] or ""), self.dream["id"]


class Briefing:
    """All lessons of a store; ``private`` are ids of procedures that are shown for themselves alone."""

    def __init__(self, lessons: Lessons, private: Collection[int] = ()) -> None:
        self._private = frozenset(private)
        self._cases = sorted(_cases(lessons), key=lambda case: case.rank)
        self._own: dict[int | None, list[_Case]] = {}
        self._patterns: dict[str, list[_Case]] = {}
        self._met: dict[str, set[object]] = {}
        """For each pattern the procedures, the types, and the pairs of both that show it."""
        for case in self._cases:
            procedure, dream_type = case.dream["base_procedure_id"], case.dream["dream_type"]
            self._own.setdefault(procedure, []).append(case)
            for key in dict.fromkeys(case.patterns):
                self._patterns.setdefault(key, []).append(case)
                self._met.setdefault(key, set()).update((procedure, dream_type, (procedure, dream_type)))
        self._texts = {
            key: rule(Category(row["category"]), row["exception"], row["message"], row["context"])
            for key in self._patterns
            if (row := lessons.patterns[key])
        }
        self._titles = {key: lessons.patterns[key]["title"] for key in self._patterns}

    def rules(self, procedure: int, dream_type: str) -> tuple[Lesson, ...]:
        """The lessons for one procedure and type: its own patterns first, then those with most dreams.

        One lesson stands for all patterns with the same text.
        """
        ranked = sorted(self._patterns, key=lambda key: self._rank(key, procedure, dream_type))
        found: dict[str, Lesson] = {}
        for key in ranked:
            if self._texts[key] not in found:
                found[self._texts[key]] = self._lesson(key, procedure, dream_type)
            if len(found) == MOST_RULES:
                break
        return tuple(found.values())

    def failures(self, procedure: int, dream_type: str) -> tuple[Failed, ...]:
        """Dreams of a procedure that fail now, those of the type first, each with its smallest call."""
        own = sorted(self._own.get(procedure, ()), key=lambda case: case.dream["dream_type"] != dream_type)
        return tuple(
            Failed(
                code=case.dream["code"] or "",
                call=case.faults[0].call or "",
                expected=case.faults[0].expected,
                got=case.faults[0].got or case.faults[0].summary,
            )
            for case in own[:MOST_FAILED]
            if case.faults
        )

    def _rank(self, key: str, procedure: int, dream_type: str) -> tuple[bool, bool, bool, int, str]:
        met = self._met[key]
        both, here, alike = (procedure, dream_type) in met, procedure in met, dream_type in met
        return not both, not here, not alike, -len(self._patterns[key]), key

    def _lesson(self, key: str, procedure: int, dream_type: str) -> Lesson:
        cases = self._patterns[key]
        lesson = Lesson(pattern=key, title=self._titles[key], text=self._texts[key], open=len(cases))
        shown = [
            case
            for case in cases
            if case.example is not None
            and (case.dream["base_procedure_id"] == procedure or not self._is_private(case))
        ]
        shown.sort(key=lambda case: (case.patterns[0] != key, case.dream["base_procedure_id"] != procedure))
        if not shown or shown[0].example is None:
            return lesson
        return replace(lesson, wrong=shown[0].example.wrong, right=shown[0].example.right)

    def _is_private(self, case: _Case) -> bool:
        return case.dream["base_procedure_id"] in self._private


def _cases(lessons: Lessons) -> list[_Case]:
    """The dreams whose last test failed, and which have not changed since."""
    latest = {row["dream_id"]: row for row in lessons.results if row["outcome"] != Outcome.UNTESTABLE}
    found = []
    for dream in lessons.dreams:
        result = latest.get(dream["id"])
        if result is None or result["outcome"] != Outcome.FAILURE or dream["status"] != Status.TESTED:
            continue
        faults = faults_of(result)
        base = lessons.procedures.get(dream["base_procedure_id"] or 0)
        cause = lessons.causes.get(dream["id"])
        proven = cause if cause is not None and cause["code"] == dream["code"] else None
        shown = None
        if faults:
            shown = example(
                dream["id"],
                faults[0],
                dream["code"] or "",
                base["code"] if base else None,
                Cause(wrong=proven["wrong"], right=proven["right"]) if proven else None,
            )
        patterns = tuple(msgspec.json.decode(result["patterns"], type=tuple[str, ...]))
        found.append(_Case(dream=dream, patterns=patterns, faults=faults, example=shown))
    return found
