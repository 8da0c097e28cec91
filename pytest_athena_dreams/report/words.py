"""Texts for figures, the same in every format of the report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..text import printable

if TYPE_CHECKING:
    from .figures import Changes, DreamReport, NightReport, Report, RuleReport

_YEAR_10000 = 253_402_300_800
CHANGES = {
    "new": "failed for the first time",
    "back": "failed again after a pass",
    "known": "failed as before",
    "different": "failed again, but in another way",
    "fixed": "passed after a failure",
    "flaky": "gave different results for the same input",
    "passing": "passed",
}
"""The meaning of each change, in the order of the report."""
HEALTH_PARTS = {
    "novelty_score_weighted": ("novelty", 0.60),
    "quality_evolution_weighted": ("quality", 0.15),
    "cross_project_leverage_weighted": ("leverage", 0.15),
    "efficiency_weighted": ("efficiency", 0.10),
}
"""The parts of the health score: their names and maximum values."""


def percent(share: float | None) -> str:
    """A share as a percentage; a dash for ``None``. 100 % and 0 % only if they are exact."""
    if share is None:
        return "–"
    text = f"{100 * share:.0f} %"
    return f"{100 * share:.1f} %" if text in ("0 %", "100 %") and share not in (0, 1) else text


def number(value: float | None, digits: int = 2) -> str:
    """A number with some digits; a dash for ``None``."""
    return "–" if value is None else f"{value:.{digits}f}"


def times(speed: float | None) -> str:
    """How many times faster than the procedure; a dash for ``None``."""
    return "–" if speed is None else f"{speed:.1f}×"


def day(seconds: int | None) -> str:
    """A time in epoch seconds as UTC; a dash for ``None`` or a number out of range."""
    if seconds is None or not 0 <= seconds < _YEAR_10000:
        return "–"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def count(n: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun; give ``plural`` if it is not the noun with an s."""
    return f"{n} {noun if n == 1 else plural or noun + 's'}"


def rule_effect(one: RuleReport) -> str:
    """How dreams did with a rule and without it, in words."""
    text = (
        f"{one.shown_passed} of {one.shown_tested} pass with it, "
        f"{one.withheld_passed} of {one.withheld_tested} without"
    )
    if one.difference is None or one.low is None or one.high is None:
        return text
    points = [f"{100 * value:+.0f}" for value in (one.difference, one.low, one.high)]
    return f"{text}: {points[0]} points (95 %: {points[1]} to {points[2]})"


def reached(lines: int | None, total: int | None) -> str:
    """How many lines were reached; a dash for ``None``."""
    return "–" if lines is None or total is None else f"{lines} of {total}"


def guess(name: str) -> str:
    """The note that the tested function is a guess."""
    return f"tested: {printable(name, limit=80)}, a guess"


def present(changes: Changes) -> list[tuple[str, tuple[int, ...]]]:
    """The kinds of changes that occurred, each with its dreams."""
    return [(kind, ids) for kind in CHANGES if (ids := getattr(changes, kind))]


def reasons(report: Report) -> list[tuple[int, str]]:
    """The reasons for untestable dreams: number of dreams and text, the most frequent first."""
    return [(reason.dreams, reason.text) for reason in report.reasons]


def night_lines(night: NightReport) -> Iterator[str]:
    """What one night did, in one line for each thing."""
    steps = ", ".join(f"{name} {how}" for name, how in night.steps.items())
    yield f"night {night.id}, {day(night.started_at)}: {steps or 'no step'}"
    adopted = count(len(night.adopted), "dream")
    spent = ", ".join(f"{printable(model, limit=40)} ${cost:.4f}" for model, cost in night.spent_usd.items())
    yield f"it wrote {count(night.written, 'dream')}, tested {night.tested}, adopted {adopted}, spent: " + (
        spent or "nothing"
    )


def shown_part(report: Report) -> str:
    """How many of the tested dreams the report shows in full; empty if all."""
    shown, tested = len(report.dreams), report.totals.tested
    return f"{shown} of {tested} tested dreams in full: those of the last runs" if shown < tested else ""


def name(dream: DreamReport) -> str:
    """The display name of a dream."""
    return dream.label or f"{dream.procedure or 'dream'} {dream.id}"


def figures(report: Report) -> Iterator[str]:
    """One line for each figure on the quality of forecasts and dreams."""
    found = report.calibration
    if found.count:
        yield (
            f"viability score against outcome: Brier score {number(found.brier, 3)} "
            f"(always saying the pass rate: {number(found.reference, 3)}), mean gap {number(found.error)}"
        )
    for judge in report.judges:
        yield (
            f"scores by {printable(judge.name, limit=40)} against {judge.raw.count} outcomes: Brier score "
            f"{number(judge.raw.brier, 3)} raw, {number(judge.calibrated.brier, 3)} calibrated "
            f"(always saying the pass rate: {number(judge.raw.reference, 3)})"
        )
    for one in report.rules:
        yield f"rule {printable(one.rule or one.pattern, limit=90)}: {rule_effect(one)}"
    if report.speed:
        yield f"speed against the procedure: median {times(report.speed.median)}"
    if report.divergence:
        yield f"inputs with another value, where allowed: median {percent(report.divergence.median)}"
    if report.widening:
        yield (
            "refused inputs that a passing dream answers: "
            f"mean {percent(report.widening.mean)}, highest {percent(report.widening.high)}"
        )
    if report.evidence:
        mean, low = percent(report.evidence.mean), percent(report.evidence.low)
        yield f"evidence of the passes: {mean} on average, {low} at the least"
    if report.health:
        last = report.health[-1]
        parts = (
            f"{HEALTH_PARTS[key][0]} {number(value)} of {HEALTH_PARTS[key][1]:.2f}"
            for key, value in last.parts.items()
        )
        yield f"health {number(last.score)}: {', '.join(parts)}"
