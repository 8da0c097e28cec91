"""The closing lines of a run: dreams by category and by type, and what the counts alone don't show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..models import Outcome, Verdict
from ..report.words import count, percent
from ..text import inert, printable
from .failure import reason_of
from .remarks import LITTLE, evidence_lines
from .selection import Unchanged
from .tally import ERROR, PASSED, UNTESTABLE, Tally

SUMMARY_LINES = 10
"""Maximum lines of one kind: failures of dreams that were not run again, reasons for untestable dreams."""
LINE = 100
"""Maximum characters of the failure of a dream that was not run again."""
HELD_REASONS = 50
"""Maximum distinct reasons to hold in memory: each may have a thousand characters."""
OTHERS = "other reasons: see 'athena-dreams report'"


def tables(tally: Tally) -> Iterator[str]:
    """Dreams by category, and by dream type and outcome; columns without a dream are left out."""
    if not (headings := tally.by_heading()):
        return
    yield f"{'category':24}{'dreams':>8}"
    yield from (f"{name:24}{number:8}" for name, number in headings.most_common())
    yield ""
    by_type = tally.by_type()
    columns = [PASSED, "failed", *(name for name in (UNTESTABLE, ERROR) if headings[name])]
    yield f"{'dream type':24}" + "".join(f"{name:>{_width(name)}}" for name in columns)
    for kind in sorted({kind for kind, _ in by_type}):
        yield f"{printable(kind, limit=24):24}" + "".join(
            f"{by_type[kind, name]:{_width(name)}}" for name in columns
        )
    yield ""


def _width(name: str) -> int:
    return max(8, len(name) + 2)


def notes(tally: Tally, unchanged: Unchanged, names: Sequence[str]) -> Iterator[str]:
    """The evidence of the passes, the shared verdicts, and those of dreams that were not run again.

    ``names`` are the node ids of the dreams by their place in the plan.
    """
    yield from evidence_lines(tally.evidence())
    weak = tally.weak(LITTLE)
    for evidence, place in weak[:SUMMARY_LINES]:
        yield f"  {names[place]} - passed with evidence of {percent(evidence)}"
    if len(weak) > SUMMARY_LINES:
        more = len(weak) - SUMMARY_LINES
        yield f"  and {more} more: see 'athena-dreams list --evidence-below {100 * LITTLE:g}'"
    if shared := tally.shared():
        yield f"same code as another dream of this run, and its verdict: {shared}"
    if unchanged:
        failed = [one for one in unchanged.values() if one[1].outcome is Outcome.FAILURE]
        yield f"unchanged, not run again: {len(unchanged) - len(failed)} passed, {len(failed)} failed"
        for node_id, known in failed[:SUMMARY_LINES]:
            yield f"  {node_id} - {printable(known.error or '', limit=LINE)}"
        if len(failed) > SUMMARY_LINES:
            yield f"  and {len(failed) - SUMMARY_LINES} more"


class Untestable:
    """The untestable dreams of a run, as indices into the plan, by reason."""

    def __init__(self) -> None:
        self._places: dict[str, set[int]] = {}

    def take(self, place: int, verdict: Verdict) -> None:
        """Note the dream's last verdict."""
        for places in self._places.values():
            places.discard(place)
        if verdict.outcome is Outcome.UNTESTABLE:
            text = reason_of(verdict)
            known = text in self._places or len(self._places) < HELD_REASONS
            self._places.setdefault(text if known else OTHERS, set()).add(place)

    def lines(self) -> Iterator[str]:
        """Their number and the reasons, the most frequent one first."""
        found = sorted(((len(places), text) for text, places in self._places.items() if places), reverse=True)
        if not found:
            return
        total = sum(number for number, _ in found)
        yield f"untestable: {count(total, 'dream')}, neither passed nor failed and still pending"
        yield from (f"  {number} - {inert(text)}" for number, text in found[:SUMMARY_LINES])
        if len(found) > SUMMARY_LINES:
            yield f"  {sum(number for number, _ in found[SUMMARY_LINES:])} - {OTHERS}"
