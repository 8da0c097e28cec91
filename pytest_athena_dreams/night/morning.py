"""What a person reads in the morning: at most 40 lines of Markdown, and the same as JSON.

Invariants: pure; text of dreams is escaped; what a night did not do is said, not left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..report.words import count, percent
from ..text import printable

LINES = 40
"""Maximum lines of the summary."""
WHY = 160
"""Maximum characters of the reason why a step failed."""
ADOPTED_LENGTH = 60
"""Maximum characters of the name of a procedure or a file."""
SHOWN_ADOPTIONS = 8
SHOWN_WRITERS = 3
"""Writers with the most dreams, and those with the fewest, that the summary gives reasons for."""
MIN_KNOWN = 5
"""Minimum tested dreams of earlier nights, before a writer's share of better ones says something."""

Row = Mapping[str, Any]


def data(night: Row, figures: Row) -> dict[str, Any]:
    """A night as JSON: its row, its steps, and what they did."""
    generation, test = figures["generation"], figures["test"]
    return {
        "night": night["id"],
        "started_at": night["started_at"],
        "finished_at": night["finished_at"],
        "exit_status": night["exit_status"],
        "steps": json.loads(night["steps"]),
        "dreams": generation["total_dreams_generated"] if generation else None,
        "reasons": _reasons(generation),
        "tested": test["tested"] if test else None,
        "passed": test["passed"] if test else None,
        "failed": test["failed"] if test else None,
        "untestable": test["untestable"] if test else None,
        "adopted": [
            {"dream": row["dream_id"], "procedure": row["name"], "version": row["version"]}
            for row in figures["adopted"]
        ],
        "spent_usd": figures["spent"],
        "store_bytes": night["store_bytes"],
    }


def lines(night: Row, figures: Row, *, folder: Path) -> list[str]:
    """The summary, at most ``LINES`` lines of Markdown. ``folder`` has the night's reports."""
    return list(_lines(night, figures, folder))[:LINES]


def line(night: Row, figures: Row) -> str:
    """A night in one line: its number, when it began, what came of it, and steps that did not end well."""
    when = datetime.fromtimestamp(night["started_at"], UTC).strftime("%Y-%m-%d %H:%M")
    generation, test = figures["generation"], figures["test"]
    steps: dict[str, Any] = json.loads(night["steps"])
    parts = [
        *([f"{generation['total_dreams_generated']} written"] if generation else []),
        *([f"{test['passed']} passed", f"{test['failed']} failed"] if test else []),
        *([f"{len(figures['adopted'])} adopted"] if figures["adopted"] else []),
        *(f"{name} {step['how']}" for name, step in steps.items() if step["how"] != "done"),
    ]
    what = ", ".join(parts or [f"{name} done" for name in steps] or ["no step"])
    return f"{night['id']:>4}  {when}  {what}{'' if night['finished_at'] else ' (not finished)'}"


def _lines(night: Row, figures: Row, folder: Path) -> Iterator[str]:
    when = datetime.fromtimestamp(night["started_at"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f"# Night {night['id']}, {when}"
    yield ""
    yield from _results(figures)
    yield ""
    yield "| step | ended | time |"
    yield "|---|---|---|"
    steps: dict[str, Any] = json.loads(night["steps"])
    for name, step in steps.items():
        yield f"| {name} | {step['how']} | {step['seconds']:.0f} s |"
    for name, step in steps.items():
        if step["why"]:
            yield f"- {name}: {step['how']}: {printable(step['why'], limit=WHY)}"
    yield ""
    for row in figures["adopted"][:SHOWN_ADOPTIONS]:
        version = (
            f"version {row['version']} of {printable(row['name'] or 'no procedure', limit=ADOPTED_LENGTH)}"
        )
        file = (row["source"] or "").partition("::")[0]
        patch = f"athena-dreams adopt {row['dream_id']} --patch {printable(file, limit=ADOPTED_LENGTH)}"
        yield f"- adopted: dream {row['dream_id']} is {version}{f': {patch}' if file else ''}"
    if (more := len(figures["adopted"]) - SHOWN_ADOPTIONS) > 0:
        yield f"- and {more} more"
    page = folder / f"night-{night['id']}.html"
    report = f" Report: {printable(str(page), limit=WHY)}" if "report" in steps else ""
    yield f"The store has {night['store_bytes'] / 1e6:.1f} MB.{report}"


def _results(figures: Row) -> Iterator[str]:
    generation, test = figures["generation"], figures["test"]
    if generation:
        yield f"- {count(generation['total_dreams_generated'], 'dream')} written"
        yield from _why(_reasons(generation))
    else:
        yield "- no dream was written"
    if test:
        yield (
            f"- {test['tested']} tested: {test['passed']} passed, {test['failed']} failed, "
            f"{test['untestable'] or 0} untestable"
        )
    else:
        yield "- no dream was tested"
    yield f"- {count(len(figures['adopted']), 'dream')} adopted"
    if figures["spent"]:
        parts = ", ".join(
            f"{printable(model, limit=40)} ${cost:.4f}" for model, cost in figures["spent"].items()
        )
        yield f"- spent: {parts}"
    else:
        yield "- nothing was spent"


def _reasons(generation: Row | None) -> list[dict[str, Any]]:
    return json.loads(generation["reasons"] or "[]") if generation else []


def _why(reasons: list[dict[str, Any]]) -> Iterator[str]:
    """Who wrote most and least, with what their earlier dreams came to; nothing on a first night."""
    known = [one for one in reasons if one["known"] >= MIN_KNOWN]
    few = known[SHOWN_WRITERS:][-SHOWN_WRITERS:]
    for title, shown in (("most", known[:SHOWN_WRITERS]), ("least", few)):
        if shown:
            yield f"- {title} are by {', '.join(map(_writer, shown))}"


def _writer(reason: dict[str, Any]) -> str:
    name = printable(reason["writer"], limit=40)
    share = percent(reason["better"] / reason["known"])
    return f"{name} ({reason['dreams']} now; {share} of {reason['known']:.0f} earlier ones were better)"
