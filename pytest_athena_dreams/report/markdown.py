"""The report as Markdown, for a pull request, a step summary, or a prompt.

Invariant: a dream's text appears only in code spans and fenced blocks, with fences longer than any in the
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..learn.metrics import Group
from ..text import printable
from .figures import PatternReport, Report
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

MARKDOWN_PATTERNS = 20
MARKDOWN_DREAMS = 20
REPAIRS = 20
MARKDOWN_REASON = 1000
"""Maximum characters of a reason, which ends with the remedy."""
MARKDOWN_REASONS = 20
"""Maximum reasons for untestable dreams to show."""


def markdown(report: Report, *, brief: bool = False) -> str:
    """The report as Markdown; a ``brief`` one has totals, changes, untestable dreams and ten patterns."""
    return "\n".join(_lines(report, brief)) + "\n"


def span(text: str, *, limit: int = 200) -> str:
    """``text`` as a code span for a table cell, without markup in it."""
    shown = printable(" ".join(text.split()), limit=limit).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def block(text: str, language: str = "python") -> str:
    """``text`` as a fenced block."""
    shown = printable(text, multiline=True, limit=4000).rstrip("\n")
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{'|'.join(' --- ' for _ in names)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _lines(report: Report, brief: bool) -> Iterator[str]:
    totals = report.totals
    yield "# Athena dreams"
    yield ""
    if report.night is not None:
        for line in night_lines(report.night):
            yield f"- {line[0].upper()}{line[1:]}"
        yield ""
    if report.run is None:
        yield f"{count(totals.dreams, 'dream')}, none tested yet."
        return
    yield (
        f"**{totals.passed} of {count(totals.tested, 'tested dream')} pass ({percent(totals.rate)}).** "
        f"Last run: {report.run.id}, {day(report.run.started_at)}, {report.run.tested} tested, "
        f"{percent(report.run.rate)} pass."
    )
    yield ""
    yield from _changes(report)
    yield from _untestable(report)
    yield from _patterns(report, 10 if brief else MARKDOWN_PATTERNS)
    if brief:
        return
    if part := shown_part(report):
        yield f"This report has {part}."
        yield ""
    yield from _repairs(report)
    yield "## Success by kind"
    yield ""
    parts = report.breakdown
    for word, groups in (("Type", parts.dream_type), ("Model", parts.model), ("Tier", parts.tier)):
        yield from _groups(word, groups)
    yield from _numbers(report)
    yield from _adopt(report)


def _changes(report: Report) -> Iterator[str]:
    dreams = {dream.id: dream for dream in report.dreams}
    yield "## What the last run changed"
    yield ""
    rows = []
    for kind, ids in present(report.changes):
        shown = ids[:MARKDOWN_DREAMS] if kind in ("new", "back", "different", "fixed", "flaky") else ()
        names = ", ".join(span(name(dreams[i]), limit=60) for i in shown if i in dreams)
        rows.append((kind, str(len(ids)), CHANGES[kind], names + (" …" if len(ids) > len(shown) > 0 else "")))
    yield from _table(("", "Dreams", "Meaning", "Which"), rows)


def _untestable(report: Report) -> Iterator[str]:
    if not report.reasons:
        return
    yield f"## Untestable ({count(report.totals.untestable, 'dream')})"
    yield ""
    yield "They neither passed nor failed, and stay pending until the cause is fixed."
    yield ""
    rows = [
        (str(dreams), span(text, limit=MARKDOWN_REASON))
        for dreams, text in reasons(report)[:MARKDOWN_REASONS]
    ]
    yield from _table(("Dreams", "Why"), rows)


def _patterns(report: Report, limit: int) -> Iterator[str]:
    found = [pattern for pattern in report.patterns if pattern.open]
    if found:
        yield f"## Failure patterns ({len(found)} open)"
        yield ""
        rows = [(str(len(p.open)), p.status, p.category, span(p.title, limit=120)) for p in found[:limit]]
        yield from _table(("Dreams", "Status", "Category", "Pattern"), rows)
        for pattern in found[:limit]:
            yield from _pattern(pattern)
    for status in ("fixed", "untestable"):
        if chosen := [pattern for pattern in report.patterns if pattern.status == status]:
            titles = ", ".join(span(pattern.title, limit=80) for pattern in chosen[:limit])
            yield f"{status.capitalize()}: {titles}"
            yield ""


def _pattern(pattern: PatternReport) -> Iterator[str]:
    yield f"### {span(pattern.title, limit=120)}"
    yield ""
    yield f"{pattern.rule}"
    yield ""
    example = pattern.example
    if example is None:
        return
    wrong = "".join(f"{line}\n" for line in example.wrong.splitlines())
    right = "".join(f"{line}\n" for line in example.right.splitlines())
    yield block(f"# wrong\n{wrong}# right\n{right}" if right else f"# wrong\n{wrong}")
    yield ""
    if example.call:
        yield f"{span(example.call)}: {span(example.got)}, not {span(example.expected)}"
        yield ""
    if example.world:
        yield f"Its world: {'; '.join(map(span, example.world))}"
        yield ""


def _repairs(report: Report) -> Iterator[str]:
    repaired = [dream for dream in report.dreams if dream.repair]
    if not repaired:
        return
    yield f"## Repairs that pass ({len(repaired)})"
    yield ""
    for dream in repaired[:REPAIRS]:
        assert dream.repair is not None
        passed = f"passes on {count(dream.repair.accepted, 'input')}"
        yield f"{span(name(dream), limit=60)}: {span(dream.repair.why)}, {passed}."
        yield ""
        yield block(dream.repair.diff, "diff")
        yield ""


def _groups(word: str, groups: Iterable[Group]) -> Iterator[str]:
    rows = [(span(g.name, limit=60), str(g.tested), percent(g.rate)) for g in groups]
    yield from _table((word, "Tested", "Pass"), rows)


def _numbers(report: Report) -> Iterator[str]:
    yield "## Numbers"
    yield ""
    for line in figures(report):
        yield f"- {line[0].upper()}{line[1:]}."
    yield ""


def _adopt(report: Report) -> Iterator[str]:
    dreams = {dream.id: dream for dream in report.dreams}
    if not report.adopt:
        return
    yield "## Best dreams to adopt"
    yield ""
    rows = [
        (
            span(name(d), limit=60),
            number(d.viability),
            number(d.novelty),
            times(d.speed),
            str(d.accepted),
            percent(d.evidence),
        )
        for d in (dreams[i] for i in report.adopt)
    ]
    yield from _table(("Dream", "Viability", "Novelty", "Speed", "Inputs", "Evidence"), rows)
