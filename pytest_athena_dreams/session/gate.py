"""What fails the run: known failures and a threshold, for those who take over a store with failures in it.

Invariants: only the controller has a ``Gate``; it decides on verdicts of failure alone, so ordinary tests,
errors of this tool and runs that were cut short fail a run whatever is set; what is stored does not depend on
it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ..errors import SettingError
from ..learning import latest_patterns
from ..models import Outcome
from ..source.normalise import digest
from ..store.database import Store
from .plan import Plan

OFF, STORE = "off", "store"

Known = Mapping[int, frozenset[str]]
"""The patterns of each dream that failed in the baseline."""


def read_baseline(plan: Plan, store: Store, folder: Path) -> Known | None:
    """What is known of the plan's dreams; ``None`` where no baseline is asked for.

    Raises ``SettingError`` for a file that is no report.
    """
    asked = plan.settings.baseline
    if asked == OFF:
        return None
    if asked == STORE:
        return latest_patterns(store)
    return _from_file(folder / asked, plan)


def _from_file(path: Path, plan: Plan) -> Known:
    from ..report.figures import NAME, VERSION  # many classes, which few runs need

    remedy = "make one with: athena-dreams report --format json --output FILE"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"baseline {path}: {error.strerror}; {remedy}") from error
    except ValueError as error:
        raise SettingError(f"baseline {path} is no JSON: {error}; {remedy}") from error
    if not isinstance(data, dict) or (data.get("schema"), data.get("version")) != (NAME, VERSION):
        raise SettingError(f"baseline {path} is no {NAME} of version {VERSION}; {remedy}")
    failed = [dream for dream in data["dreams"] if dream["outcome"] == Outcome.FAILURE]
    by_label = {dream["label"]: frozenset(dream["patterns"]) for dream in failed if dream["label"]}
    by_code = {digest(dream["code"]): frozenset(dream["patterns"]) for dream in failed}
    found = {}
    for dream in plan.dreams:
        keys = by_label.get(dream.label) if dream.label else by_code.get(digest(dream.code))
        if keys:
            found[dream.id] = keys
    return found


class Gate:
    """Counts the dreams' verdicts, excuses known failures, and sets the exit status."""

    def __init__(self, plan: Plan, known: Known | None) -> None:
        self._known = known
        self._threshold = plan.settings.fail_under
        self._excused = 0
        self._new = 0
        self._tested = 0
        self._not_run = 0

    @property
    def rate(self) -> float:
        """The share of tested dreams that pass, known failures counted as failures; 1 of none."""
        failed = self._excused + self._new
        return (self._tested - failed) / self._tested if self._tested else 1.0

    def judge(
        self, report: pytest.TestReport, dream_id: int, outcome: Outcome, patterns: frozenset[str]
    ) -> bool:
        """Take note of one verdict; a failure that is known, which is the answer, becomes an expected one."""
        excused = self._excuses(dream_id, outcome, patterns)
        if excused:
            report.outcome = "skipped"
            report.wasxfail = "known failure"  # as pytest marks an expected failure
        return excused

    def take(self, dream_id: int, outcome: Outcome, patterns: frozenset[str]) -> None:
        """Take note of a verdict that stands without a run; of its failure no report tells."""
        excused = self._excuses(dream_id, outcome, patterns)
        self._not_run += outcome is Outcome.FAILURE and not excused

    def _excuses(self, dream_id: int, outcome: Outcome, patterns: frozenset[str]) -> bool:
        self._tested += outcome is not Outcome.UNTESTABLE
        if outcome is not Outcome.FAILURE:
            return False
        before = (self._known or {}).get(dream_id, frozenset())
        known = bool(patterns) and patterns <= before
        self._excused += known
        self._new += not known
        return known

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.shouldfail or session.shouldstop:
            return
        below = self._threshold is not None and 100 * self.rate < self._threshold
        if below or (self._not_run and (self._threshold is None or self._known is not None)):
            if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif (
            self._threshold is not None
            and session.exitstatus == pytest.ExitCode.TESTS_FAILED
            and session.testsfailed == self._new - self._not_run
            and (self._known is None or not self._new)
        ):
            session.exitstatus = pytest.ExitCode.OK

    def lines(self) -> list[str]:
        """What the closing summary says of it."""
        told = []
        if self._known is not None:
            told.append(f"baseline: {self._excused} known failures, {self._new} new")
        if self._threshold is not None:
            verdict = "passed" if 100 * self.rate >= self._threshold else "failed"
            told.append(
                f"fail-under: {100 * self.rate:.1f} % of {self._tested} dreams pass, "
                f"{self._threshold:g} % are asked for: {verdict}"
            )
        return told
