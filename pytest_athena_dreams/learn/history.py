"""Changes from one run to the next, by dream and by pattern.

Invariants: pure; a run may test some dreams only, so the latest result of each dream counts. The changes of a
run depend only on results up to that run, so they stay the same later. An untestable dream shows no pattern
and is not a change: a pattern that only such dreams showed last is not fixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..models import Category, Outcome


class Change(StrEnum):
    """The change of a dream in a run, compared with its results before."""

    NEW = "new"
    BACK = "back"
    KNOWN = "known"
    DIFFERENT = "different"
    FIXED = "fixed"
    FLAKY = "flaky"
    PASSING = "passing"


class PatternStatus(StrEnum):
    """The status of a pattern after a run, compared with the runs before."""

    NEW = "new"
    BACK = "back"
    GROWING = "growing"
    KNOWN = "known"
    FIXED = "fixed"
    UNTESTABLE = "untestable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One dream in one run; ``patterns`` are the keys of its failures, the deciding one first."""

    __test__ = False

    dream_id: int
    run_id: int
    outcome: str
    category: str | None = None
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternHistory:
    """One pattern over all runs up to a given one.

    ``dreams`` have ever shown it; those in ``open`` show it after the run, those in ``before`` did so before
    the run; ``frequency`` counts the results that show it.
    """

    key: str
    status: PatternStatus
    first_run: int
    last_run: int
    frequency: int
    dreams: tuple[int, ...]
    open: tuple[int, ...]
    before: tuple[int, ...]


def changes(tests: Iterable[Test], run_id: int) -> dict[int, Change]:
    """The change of each dream that run ``run_id`` tested. ``tests`` are in the order of their runs."""
    earlier: dict[int, list[Test]] = {}
    found: dict[int, Change] = {}
    for test in tests:
        if test.outcome == Outcome.UNTESTABLE:
            continue
        if test.run_id == run_id:
            found[test.dream_id] = _change(earlier.get(test.dream_id, []), test)
        elif test.run_id < run_id:
            earlier.setdefault(test.dream_id, []).append(test)
    return found


def _change(earlier: Sequence[Test], now: Test) -> Change:
    failed = [test.outcome == Outcome.FAILURE for test in earlier]
    if now.category == Category.FLAKY:
        return Change.FLAKY
    if now.outcome != Outcome.FAILURE:
        return Change.FIXED if failed and failed[-1] else Change.PASSING
    if failed and failed[-1]:
        same = bool(now.patterns) and set(now.patterns) <= set(earlier[-1].patterns)
        return Change.KNOWN if same else Change.DIFFERENT
    return Change.BACK if any(failed) else Change.NEW


def pattern_histories(tests: Iterable[Test], run_id: int) -> dict[str, PatternHistory]:
    """Every pattern up to run ``run_id``, by key. ``tests`` are in the order of their runs."""
    before, now = _State(), _State()
    seen: dict[str, _Seen] = {}
    for test in tests:
        if test.run_id <= run_id:
            now.add(test)
            if test.run_id < run_id:
                before.add(test)
            for key in dict.fromkeys(test.patterns):
                seen.setdefault(key, _Seen(test.run_id)).count(test)
    states = now.by_pattern(), before.by_pattern()
    return {
        key: _history(key, run_id, found, *(state.get(key, _Shown()) for state in states))
        for key, found in seen.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The dreams that show a pattern, and those that did when they could last be tested."""

    open: tuple[int, ...] = ()
    untestable: tuple[int, ...] = ()


class _State:
    """The patterns of each dream, from its last result that was not untestable."""

    def __init__(self) -> None:
        self._patterns: dict[int, tuple[str, ...]] = {}
        self._untestable: set[int] = set()

    def add(self, test: Test) -> None:
        if test.outcome == Outcome.UNTESTABLE:
            self._untestable.add(test.dream_id)
        else:
            self._untestable.discard(test.dream_id)
            self._patterns[test.dream_id] = test.patterns

    def by_pattern(self) -> dict[str, _Shown]:
        found: dict[str, set[int]] = {}
        for dream_id, keys in self._patterns.items():
            for key in keys:
                found.setdefault(key, set()).add(dream_id)
        return {
            key: _Shown(
                open=tuple(sorted(dreams - self._untestable)),
                untestable=tuple(sorted(dreams & self._untestable)),
            )
            for key, dreams in found.items()
        }


class _Seen:
    """The results that show one pattern."""

    def __init__(self, run_id: int) -> None:
        self.first = self.last = run_id
        self.frequency = 0
        self.dreams: set[int] = set()

    def count(self, test: Test) -> None:
        self.last = test.run_id
        self.frequency += 1
        self.dreams.add(test.dream_id)


def _history(key: str, run_id: int, seen: _Seen, now: _Shown, before: _Shown) -> PatternHistory:
    earlier = len(before.open) + len(before.untestable)
    if not now.open:
        status = PatternStatus.UNTESTABLE if now.untestable else PatternStatus.FIXED
    elif seen.first == run_id:
        status = PatternStatus.NEW
    elif not earlier:
        status = PatternStatus.BACK
    else:
        status = PatternStatus.GROWING if len(now.open) > earlier else PatternStatus.KNOWN
    return PatternHistory(
        key=key,
        status=status,
        first_run=seen.first,
        last_run=seen.last,
        frequency=seen.frequency,
        dreams=tuple(sorted(seen.dreams)),
        open=now.open,
        before=before.open,
    )
