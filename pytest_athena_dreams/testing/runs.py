"""``DreamTestRunner``: tests of a store's dreams, and what can be learnt from them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

from ..agents.lane import Lane
from ..api import Round, Stop, rounds, settings_from
from ..closing import AsyncClosing
from ..config import SETTINGS
from ..errors import DreamsError
from ..models import Category, Verdict
from ..report.assembly import make_report
from ..report.figures import PatternReport, Report
from ..store.database import Store
from .dreamstore import DreamStore, StoredDream
from .generator import SyntheticTestGenerator
from .results import DESIGN_WORDS, FailurePattern, LearningReport, Suggestion, TestSummary
from .single import DreamSandbox

TOP_PATTERNS = 10
"""Failure patterns and suggestions of a report."""


class DreamTestRunner(AsyncClosing):
    """Tests the dreams of ``store``: a :class:`DreamStore`, or a path. Also an (async) context manager.

    ``tests_per_dream`` is the number of inputs, ``--athena-max-examples``: ``None`` leaves it at the setting,
    100 by default. A verdict on 5 inputs misses what rarer inputs show. ``sandbox_timeout_seconds`` is the
    limit of one call of a dream, ``--athena-timeout``. ``settings`` are as in the API. Raises
    ``SettingError``.
    """

    def __init__(
        self,
        store: DreamStore | str | os.PathLike[str],
        tests_per_dream: int | None = None,
        sandbox_timeout_seconds: float | None = None,
        **settings: Any,
    ) -> None:
        self.store = store if isinstance(store, DreamStore) else DreamStore(store)
        asked = {"max_examples": tests_per_dream, "timeout": sandbox_timeout_seconds}
        self._given = {name: value for name, value in asked.items() if value is not None} | settings
        self._settings = settings_from(self._given)
        self._lane = Lane(self._settings)

    def close(self) -> None:
        """End the jails. Safe to call twice."""
        self._lane.close()

    async def test_tier1_dreams(self) -> TestSummary:
        """Test the pending dreams of Tier 1 with ``pytest --athena-dreams``, which stores the verdicts.

        If the run can't take place, ``success`` is false and ``error`` says why. Cancelling it ends the run;
        verdicts that are finished by then are stored.
        """
        return await self._rounds(0, 1)

    async def run_continuous_testing(
        self, interval_seconds: float = 300, max_iterations: int | None = 10
    ) -> TestSummary:
        """Test all pending dreams, wait, and repeat. The result counts all rounds together.

        ``max_iterations`` of ``None`` goes on until it is cancelled.
        """
        return await self._rounds(interval_seconds, max_iterations)

    async def test_dream(self, dream: StoredDream | int) -> Verdict:
        """The verdict on one dream, which is not stored: that of a run with the same settings.

        Raises ``DreamsError`` if there is none with this id, or if it can't be tested at all.
        """
        found = await self._found(dream)
        return (await self._lane.judge(found.dream)).verdict

    async def test_with_edge_cases(self, dream: StoredDream | int) -> TestSummary:
        """Call one dream on the edge cases of its own parameters: ``results`` says what each call did.

        A call fails where it raises or does not keep to its annotation. No procedure is asked whether it
        should, so this is no verdict. Raises ``DreamsError`` as :meth:`test_dream` does, and if no edge case
        can be made.
        """
        found = await self._found(dream)
        generator = SyntheticTestGenerator(**{"seed": self._settings.seed} | self._given)
        entry = found.dream.entry_point
        inputs = await asyncio.to_thread(generator.generate_edge_case_inputs, found.code, entry_point=entry)
        expected = await asyncio.to_thread(generator.get_expected_output_type, found.code, entry_point=entry)
        given = {name: value for name, value in self._given.items() if name not in ("timeout", "memory")}
        async with DreamSandbox(self._settings.timeout, self._settings.memory, **given) as sandbox:
            calls = [
                sandbox.execute_dream(found.id, found.code, one, expected, entry_point=entry)
                for one in inputs
            ]
            results = tuple(await asyncio.gather(*calls))
        passed = sum(result.success for result in results)
        return TestSummary(
            success=True,
            tested_dreams=1,
            dreams_passed=int(passed == len(results)),
            dreams_failed=int(passed < len(results)),
            pass_rate=passed / len(results) if results else 0.0,
            results=results,
        )

    async def generate_learning_report(self) -> LearningReport:
        """What the store says of failures: patterns, and what to change. Raises ``StoreError``."""

        def read() -> Report:
            with Store.open(self.store.path) as store:
                return make_report(store)

        report = await asyncio.to_thread(read)
        ranked = sorted(report.patterns, key=lambda one: (-len(one.open), -one.frequency, one.id))
        return LearningReport(
            tested_dreams=report.totals.tested,
            dreams_passed=report.totals.passed,
            pass_rate=report.totals.rate or 0.0,
            top_failure_patterns=tuple(map(_pattern, ranked[:TOP_PATTERNS])),
            suggested_improvements=_suggestions(ranked),
            categories=report.totals.categories,
        )

    async def _rounds(self, interval: float, most: int | None) -> TestSummary:
        stop = Stop()
        options = [part for name, value in self._texts().items() for part in (name, value)]
        made = rounds(self.store.path, *options, interval=interval, most=most, stop=stop)
        done: list[Round] = []
        error = None
        try:
            while (one := await _next(made, stop)) is not None:
                done.append(one)
        except DreamsError as why:
            error = str(why)
        finally:
            made.close()
        tested, failed = sum(one.tested for one in done), sum(one.failed for one in done)
        return TestSummary(
            success=error is None,
            error=error,
            tested_dreams=tested,
            dreams_passed=tested - failed,
            dreams_failed=failed,
            untestable_dreams=done[-1].untestable if done else 0,
            pass_rate=(tested - failed) / tested if tested else 0.0,
            iterations=len(done),
        )

    def _texts(self) -> dict[str, str]:
        """The settings as options of pytest; of other tiers, no dream is tested."""
        known = {setting.name: setting for setting in SETTINGS}
        given = {"explore": 0} | self._given
        return {known[name].option: known[name].written(value) for name, value in given.items()}

    async def _found(self, dream: StoredDream | int) -> StoredDream:
        if isinstance(dream, StoredDream):
            return dream
        found = await self.store.get_dream(dream)
        if found is None:
            raise DreamsError(f"store {self.store.path} has no dream with the id {dream!r}")
        return found


async def _next(made: Iterator[Round], stop: Stop) -> Round | None:
    """The next round. Who is cancelled ends the run, and waits until it has ended."""
    waiting = asyncio.ensure_future(asyncio.to_thread(next, made, None))
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        stop.ask()
        await asyncio.wait([waiting])
        if not waiting.cancelled():
            waiting.exception()  # seen, so that the loop does not report it
        raise


def _pattern(found: PatternReport) -> FailurePattern:
    word = DESIGN_WORDS[Category(found.category)]
    return FailurePattern(
        error_category=word,
        category=word,
        error_message=found.title,
        code_snippet=found.example.wrong if found.example else "",
        frequency=found.frequency,
        last_seen=found.last_seen,
        suggested_fix=found.rule,
    )


def _suggestions(ranked: list[PatternReport]) -> tuple[Suggestion, ...]:
    """The rule of each open pattern, equal ones once."""
    found: dict[str, Suggestion] = {}
    for one in ranked:
        if one.open and one.rule not in found:
            found[one.rule] = Suggestion(
                category=DESIGN_WORDS[Category(one.category)],
                suggestion=one.rule,
                pattern=one.title,
                frequency=one.frequency,
            )
    return tuple(found.values())[:TOP_PATTERNS]
