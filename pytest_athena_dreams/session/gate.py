"""Decides which failures fail the run: known ones may be excused, and a threshold may apply.

Invariants: only the controller has a ``Gate``; it decides on failures of dreams only, so ordinary tests,
errors of this tool and interrupted runs always fail a run; it does not change what is stored. A dream counts
once, by its last verdict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ..config import BASELINE_WORDS
from ..errors import SettingError
from ..learning import latest_patterns
from ..models import Outcome
from ..report.words import count
from ..source.normalise import digest
from ..store.database import Store
from .plan import Plan
from .tally import Tally

OFF, STORE = BASELINE_WORDS

Known = Mapping[int, frozenset[str]]
"""The failure patterns of each dream that failed in the baseline, by dream id."""


def read_baseline(plan: Plan, store: Store, folder: Path, source: str | None) -> Known | None:
    """The known failures of the plan's dreams; ``None`` if no baseline is set.

    Raises ``SettingError`` for a file that is not a report, with the ``source`` of the setting.
    """
    baseline = plan.settings.baseline
    if baseline == OFF:
        return None
    if baseline == STORE:
        return latest_patterns(store)
    try:
        return _from_file(folder / baseline, plan)
    except SettingError as error:
        raise SettingError(f"{error} (this baseline is from {source})") from error


def _from_file(path: Path, plan: Plan) -> Known:
    from ..report.figures import NAME, VERSION  # many classes, which few runs need

    remedy = "make one with: athena-dreams report --format json --output FILE"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"baseline {path}: {error.strerror}; {remedy}") from error
    except ValueError as error:
        raise SettingError(f"baseline {path} is not JSON: {error}; {remedy}") from error
    if not isinstance(data, dict) or (data.get("schema"), data.get("version")) != (NAME, VERSION):
        raise SettingError(f"baseline {path} is not an {NAME} of version {VERSION}; {remedy}")
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
    """Excuses known failures and sets the exit status; ``tally`` counts the dreams of the plan."""

    def __init__(self, plan: Plan, known: Known | None, tally: Tally) -> None:
        self._known = known
        self._threshold = plan.settings.fail_under
        self._tally = tally
        self._failures: dict[int, bool] = {}
        """Whether the failure is known, by id of each dream that failed."""
        self._unchanged = 0
        """Dreams with a stored verdict that were not run."""
        self._not_run = 0
        """New failures among them: without a report, pytest would not fail the run for these."""

    @property
    def tested(self) -> int:
        """How many dreams passed or failed."""
        return self._tally.tested + self._unchanged

    @property
    def rate(self) -> float:
        """The share of tested dreams that passed; known failures count as failed. 1.0 if none was tested."""
        return (self.tested - len(self._failures)) / self.tested if self.tested else 1.0

    def judge(
        self, report: pytest.TestReport, dream_id: int, outcome: Outcome, patterns: frozenset[str]
    ) -> bool:
        """Note a verdict; whether it is a known failure, which is then reported as expected."""
        excused = self._excuses(dream_id, outcome, patterns)
        if excused and report.failed:  # a rerun's earlier attempt is neither failed nor skipped
            report.outcome = "skipped"
            report.wasxfail = "known failure"  # pytest's mark of an expected failure
        return excused

    def forget(self, dream_id: int) -> None:
        """Drop a dream's verdict: an error of this tool replaced it in a rerun."""
        self._failures.pop(dream_id, None)

    def take(self, dream_id: int, outcome: Outcome, patterns: frozenset[str]) -> None:
        """Note the stored verdict of a dream that is not run, so that no report comes."""
        excused = self._excuses(dream_id, outcome, patterns)
        self._unchanged += 1
        self._not_run += outcome is Outcome.FAILURE and not excused

    def _excuses(self, dream_id: int, outcome: Outcome, patterns: frozenset[str]) -> bool:
        self._failures.pop(dream_id, None)
        if outcome is not Outcome.FAILURE:
            return False
        before = (self._known or {}).get(dream_id, frozenset())
        self._failures[dream_id] = known = bool(patterns) and patterns <= before
        return known

    @property
    def _new(self) -> int:
        return sum(not known for known in self._failures.values())

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
        """The lines for the closing summary."""
        lines = []
        if self._known is not None:
            excused = len(self._failures) - self._new
            lines.append(f"baseline: {count(excused, 'known failure')}, {self._new} new")
        if self._threshold is not None:
            verdict = "ok" if 100 * self.rate >= self._threshold else "failed"
            lines.append(
                f"fail-under: {100 * self.rate:.1f} % of {count(self.tested, 'dream')} pass, "
                f"required: {self._threshold:g} %, {verdict}"
            )
        return lines
