"""The failure patterns of a report, each with a rule and an example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..learn.history import Test, pattern_histories
from ..learn.suggestions import Cause, Example, example, rule
from ..learning import names
from ..models import Category, Status
from ..store.lessons import Lessons, faults_of
from .figures import DreamReport, PatternReport

_RANK = {
    status: rank for rank, status in enumerate(("new", "back", "growing", "known", "untestable", "fixed"))
}


def pattern_reports(
    lessons: Lessons, past: Sequence[Test], last: int, dreams: Mapping[int, DreamReport]
) -> tuple[PatternReport, ...]:
    """Open patterns first, the most frequent ones above; then untestable ones, then fixed ones."""
    rows = {dream["id"]: dream for dream in lessons.dreams}
    started = {run["id"]: run["started_at"] for run in lessons.runs}
    examples = _examples(lessons, dreams)
    made = []
    for key, history in pattern_histories(past, last).items():
        row = lessons.patterns[key]
        affected = [rows[dream_id] for dream_id in history.dreams if dream_id in rows]
        made.append(
            PatternReport(
                id=key,
                title=row["title"],
                category=row["category"],
                exception=row["exception"],
                message=row["message"],
                context=row["context"],
                status=history.status.value,
                frequency=history.frequency,
                dreams=history.dreams,
                open=history.open,
                first_run=history.first_run,
                last_run=history.last_run,
                first_seen=started.get(history.first_run),
                last_seen=started.get(history.last_run),
                dream_types=tuple(names(affected, "dream_type")),
                models=tuple(names(affected, "model_used")),
                procedures=tuple(names(affected, "procedure")),
                rule=rule(Category(row["category"]), row["exception"], row["message"], row["context"]),
                example=examples.get(key) if history.open else None,
            )
        )
    made.sort(key=lambda p: (p.status == "fixed", -len(p.open), -p.frequency, _RANK[p.status], p.title))
    return tuple(made)


def _examples(lessons: Lessons, dreams: Mapping[int, DreamReport]) -> dict[str, Example]:
    """One example for each open pattern, with a tested cause if possible, and with a short call."""
    pending = {d["id"] for d in lessons.dreams if d["status"] != Status.TESTED}
    best: dict[str, tuple[tuple[int, bool, int, int], DreamReport]] = {}
    for dream in dreams.values():
        for place, key in enumerate(dream.patterns):
            rank = place, _cause(lessons, dream) is None, len(dream.call or ""), len(dream.code)
            if dream.id not in pending and (key not in best or rank < best[key][0]):
                best[key] = rank, dream
    latest = {row["dream_id"]: row for row in lessons.results}
    places = {
        (row["dream_id"], row["pattern_id"]): row["place"] for row in lessons.sightings
    }  # the last run's
    found = {}
    for key, (_, dream) in best.items():
        faults = faults_of(latest[dream.id])
        place = places[dream.id, key]
        base = lessons.procedures.get(dream.procedure_id or 0)
        if faults:
            fault, code = faults[min(place, len(faults) - 1)], base["code"] if base else None
            shown = example(dream.id, fault, dream.code, code, _cause(lessons, dream))
            if shown is not None:
                found[key] = shown
    return found


def _cause(lessons: Lessons, dream: DreamReport) -> Cause | None:
    """The tested cause of a dream's failure; ``None`` if there is none for its present code."""
    row = lessons.causes.get(dream.id)
    if row is None or row["code"] != dream.code:
        return None
    return Cause(wrong=row["wrong"], right=row["right"])
