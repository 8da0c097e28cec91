"""The failure patterns of a report, each with a rule and an example."""

from __future__ import annotations

from typing import Any

from ..learn.history import pattern_histories
from ..learn.suggestions import Cause, Example, example, rule
from ..learning import names, tests
from ..models import Category
from ..store.lessons import faults_of
from ..store.overview import Overview, Sample
from .figures import PatternReport

Row = dict[str, Any]
_RANK = {
    status: rank for rank, status in enumerate(("new", "back", "growing", "known", "untestable", "fixed"))
}


def pattern_reports(overview: Overview) -> tuple[PatternReport, ...]:
    """Open patterns first, the most frequent ones above; then untestable ones, then fixed ones."""
    rows = overview.patterns()
    started = {run["id"]: run["started_at"] for run in overview.runs()}
    histories = pattern_histories(tests(overview.results_of_failing()), overview.run)
    sources: dict[str, list[Row]] = {}
    for source in overview.sources():
        sources.setdefault(source["pattern_id"], []).append(source)
    examples = _examples(overview)
    made = []
    for key, history in histories.items():
        row, affected = rows[key], sources.get(key, [])
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


def _examples(overview: Overview) -> dict[str, Example]:
    """One example for each pattern that a tested dream shows: one with a tested cause, and a short call."""
    best: dict[str, Sample] = {}
    for sample in overview.samples():
        if sample.pattern not in best or _clarity(sample) < _clarity(best[sample.pattern]):
            best[sample.pattern] = sample
    ids = {sample.dream for sample in best.values()}
    results, causes = overview.latest_results(ids), overview.proofs("dream_causes", ids)
    dreams = {row["id"]: row for row in overview.dreams(ids)}
    bases = overview.procedures({row["base_procedure_id"] or 0 for row in dreams.values()})
    found = {}
    for key, sample in best.items():
        dream, faults = dreams[sample.dream], faults_of(results[sample.dream])
        base = bases.get(dream["base_procedure_id"] or 0)
        if faults:
            fault = faults[min(sample.place, len(faults) - 1)]
            code, own = dream["code"] or "", base["code"] if base else None
            cause = _cause(causes[dream["id"]]) if sample.proven else None
            shown = example(dream["id"], fault, code, own, cause)
            if shown is not None:
                found[key] = shown
    return found


def _clarity(sample: Sample) -> tuple[int, bool, int, int]:
    """Smaller is better to show."""
    return sample.place, not sample.proven, sample.call_length, sample.code_length


def _cause(row: Row) -> Cause:
    return Cause(wrong=row["wrong"], right=row["right"])
