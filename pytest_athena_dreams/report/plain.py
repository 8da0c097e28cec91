"""The report for a terminal.

Invariants: a dream's text reaches the terminal only escaped; lines are at most ``PLAIN_WIDTH`` wide, except
the one with the path of the store.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ..learn.metrics import Group
from ..text import inert, printable
from .figures import DreamReport, PatternReport, Report
from .words import (
    CHANGES,
    count,
    day,
    figures,
    name,
    night_lines,
    number,
    percent,
    present,
    reasons,
    shown_part,
    times,
)

PLAIN_WIDTH = 80
PLAIN_PATTERNS = 10
"""Maximum patterns to show in full."""
PLAIN_DREAMS = 8
"""Maximum dreams to name for each change."""
PLAIN_REASON = 1000
"""Maximum characters of a reason, which ends with the remedy."""
PLAIN_REASONS = 10
"""Maximum reasons for untestable dreams to show."""
RUNS = 8
GROUPS = 8
DIFFS = 5


def plain(report: Report) -> str:
    """The whole report as text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    dreams = {dream.id: dream for dream in report.dreams}
    yield f"Athena dreams, {printable(report.store)}, {day(report.generated_at)}"
    if report.night is not None:
        for line in night_lines(report.night):
            yield from _wrapped("", line, hang=4)
    yield ""
    if report.run is None:
        yield f"{count(report.totals.dreams, 'dream')}, none tested yet; test with: pytest --athena-dreams"
        return
    yield from _totals(report)
    yield from _untestable(report)
    yield from _changes(report, dreams)
    yield from _patterns(report)
    yield from _repairs(report)
    yield from _breakdown(report)
    yield from _numbers(report)
    yield from _runs(report)
    yield from _adopt(report, dreams)


def _title(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "─" * len(text)


def _wrapped(head: str, text: str, *, hang: int | None = None) -> Iterator[str]:
    """``text`` after ``head``; further lines are indented by ``hang``, by default to the end of ``head``."""
    indent = " " * (len(head) if hang is None else hang)
    # Again, because wrapping moves words to the start of a line.
    yield from map(inert, textwrap.wrap(text, PLAIN_WIDTH, initial_indent=head, subsequent_indent=indent))


def _totals(report: Report) -> Iterator[str]:
    totals, run = report.totals, report.run
    assert run is not None
    yield (
        f"{count(totals.dreams, 'dream')}, {totals.tested} tested: {totals.passed} pass, "
        f"{totals.failed} fail ({percent(totals.rate)} pass)"
        + (f", {totals.untestable} untestable" if totals.untestable else "")
    )
    if totals.categories:
        words = ", ".join(f"{word} {n}" for word, n in totals.categories.items())
        yield from _wrapped("failures: ", words)
    yield f"last run: {run.id}, {day(run.started_at)}, {run.tested} tested, {percent(run.rate)} pass"
    if part := shown_part(report):
        yield f"this report has {part}"


def _untestable(report: Report) -> Iterator[str]:
    if not report.reasons:
        return
    yield from _title(
        f"Untestable: {count(report.totals.untestable, 'dream')}, pending until the cause is fixed"
    )
    found = reasons(report)
    for dreams, text in found[:PLAIN_REASONS]:
        yield from _wrapped(f"{dreams:>4} ", printable(text, limit=PLAIN_REASON))
    if len(found) > PLAIN_REASONS:
        yield f"and {count(len(found) - PLAIN_REASONS, 'more reason')}: see --format html, md or json"


def _changes(report: Report, dreams: dict[int, DreamReport]) -> Iterator[str]:
    yield from _title("What the last run changed")
    for kind, ids in present(report.changes):
        yield f"{kind:<9} {len(ids):>4}  {CHANGES[kind]}"
        if kind not in ("passing", "known"):
            yield from (
                f"               {printable(name(dreams[i]), limit=PLAIN_WIDTH - 15)}"
                for i in ids[:PLAIN_DREAMS]
                if i in dreams
            )
            if len(ids) > PLAIN_DREAMS:
                yield f"               and {len(ids) - PLAIN_DREAMS} more"


def _patterns(report: Report) -> Iterator[str]:
    found = [pattern for pattern in report.patterns if pattern.open]
    fixed = [pattern for pattern in report.patterns if pattern.status == "fixed"]
    waiting = [pattern for pattern in report.patterns if pattern.status == "untestable"]
    rest = f", {len(waiting)} untestable" if waiting else ""
    yield from _title(f"Failure patterns ({len(found)} open, {len(fixed)} fixed{rest})")
    for pattern in found[:PLAIN_PATTERNS]:
        yield from _pattern(pattern)
    if len(found) > PLAIN_PATTERNS:
        yield f"and {count(len(found) - PLAIN_PATTERNS, 'more pattern')}: see --format html, md or json"
    for pattern in (*fixed[:PLAIN_PATTERNS], *waiting[:PLAIN_PATTERNS]):
        head = f"   {pattern.status}  {pattern.category}: "
        yield head + printable(pattern.title, limit=PLAIN_WIDTH - len(head))


def _pattern(pattern: PatternReport) -> Iterator[str]:
    head = f"{len(pattern.open):>4} {pattern.status:<8} {pattern.category}: "
    yield head + printable(pattern.title, limit=PLAIN_WIDTH - len(head))
    yield from _wrapped("     rule: ", pattern.rule)
    example = pattern.example
    if example is not None:
        yield from _code("wrong", example.wrong)
        yield from _code("right", example.right)
        if example.call:
            call, got = printable(example.call, limit=60), printable(example.got, limit=60)
            yield from _wrapped("     call: ", f"{call}: {got}, not {printable(example.expected, limit=60)}")
        if example.world:
            yield from _wrapped("     world: ", printable("; ".join(example.world), limit=160))
    yield ""


def _code(word: str, text: str) -> Iterator[str]:
    for line in text.splitlines()[:4]:
        yield f"     {word} | {printable(line, limit=PLAIN_WIDTH - 13)}"


def _repairs(report: Report) -> Iterator[str]:
    repaired = [dream for dream in report.dreams if dream.repair]
    if not repaired:
        return
    yield from _title(f"Repairs that pass ({len(repaired)})")
    for dream in repaired[:DIFFS]:
        repair = dream.repair
        assert repair is not None
        passed = f"passes on {count(repair.accepted, 'input')}"
        why = printable(repair.why, limit=120)
        yield from _wrapped("", f"{printable(name(dream), limit=60)}: {why}; it {passed}", hang=4)
        yield from (
            f"    {printable(line, limit=PLAIN_WIDTH - 4)}" for line in repair.diff.splitlines()[2:16]
        )
    if len(repaired) > DIFFS:
        yield f"and {count(len(repaired) - DIFFS, 'more dream')}: see --format html, md or json"


def _breakdown(report: Report) -> Iterator[str]:
    yield from _title("Success by kind")
    parts = report.breakdown
    for word, groups in (("type", parts.dream_type), ("model", parts.model), ("tier", parts.tier)):
        yield from _groups(word, groups)
    worst = sorted(parts.procedure, key=lambda group: (group.rate, -group.tested))
    yield from _groups("procedure", worst[:GROUPS])


def _groups(word: str, groups: Sequence[Group]) -> Iterator[str]:
    for group in groups[:GROUPS]:
        label = printable(group.name, limit=40)
        yield f"{word:<10} {label:<40} {group.tested:>5} tested {percent(group.rate):>7} pass"


def _numbers(report: Report) -> Iterator[str]:
    yield from _title("How good the forecasts and the dreams are")
    for line in figures(report):
        yield from _wrapped("", line, hang=4)


def _runs(report: Report) -> Iterator[str]:
    yield from _title("Runs")
    for run in report.runs[-RUNS:]:
        bar = "█" * round(20 * (run.rate or 0))
        note = f"selected by {printable(run.selection, limit=30)}" if run.selection else bar
        yield f"{run.id:>4}  {day(run.started_at)}  {run.tested:>5} tested {percent(run.rate):>7}  {note}"


def _adopt(report: Report, dreams: dict[int, DreamReport]) -> Iterator[str]:
    if not report.adopt:
        return
    yield from _title("Best dreams to adopt")
    for dream in (dreams[i] for i in report.adopt):
        label = printable(name(dream), limit=32)
        inputs = f"{dream.accepted} inputs, evidence {percent(dream.evidence)}"
        yield f"{label:<32} novelty {number(dream.novelty)}, {times(dream.speed)}, {inputs}"
