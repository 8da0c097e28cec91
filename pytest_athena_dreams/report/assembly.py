"""Makes the learning report from a store.

Invariants: nothing is written; the figures of a run depend only on results up to that run, so reports of an
unchanged store differ only in ``generated_at``. Dreams are counted one at a time, and only some are shown in
full.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from .. import __version__
from ..learn.health import WEIGHTS
from ..learn.history import Change, changes
from ..learning import tests
from ..models import Outcome
from ..source.normalise import digest
from ..store.database import Store
from ..store.lessons import read_patterns
from ..store.nightly import figures, read_night
from ..store.overview import Overview
from .dreams import shown_dreams, untestable_dreams
from .failures import pattern_reports
from .figures import (
    NAME,
    VERSION,
    Changes,
    DreamReport,
    Health,
    NightReport,
    ProcedureReport,
    ReasonReport,
    Report,
    RunReport,
    Totals,
)
from .judges import judge_reports
from .survey import Survey
from .taught import rule_reports

FULL_DREAMS = 1_000
"""Maximum dreams to show in full, those of the last runs."""
ADOPT = 10
"""Maximum dreams to propose for adoption."""
REASONS = 1_000
"""Maximum reasons for untestable dreams, the most frequent ones."""

Row = Mapping[str, Any]


def make_report(store: Store, *, night: int | None = None, most: int = FULL_DREAMS) -> Report:
    """The report on all runs of a store, or on those up to the end of a ``night``.

    At most about ``most`` dreams are shown in full: those of the last runs, and those that a pattern or a
    proposal names. Raises ``StoreError``, also for a night that the store does not have.
    """
    row = read_night(store, night) if night is not None else None
    of_night = _night(store, row) if row else None
    judges, rules = judge_reports(store), rule_reports(store, read_patterns(store))
    with store.reading() as db:
        overview = Overview(store, db, of_night.last_run if of_night else None)
        found = changes(tests(overview.results_of_run()), overview.run)
        survey = Survey(overview.latest(), found, most=most)
        runs, patterns, adopt = _runs(overview), pattern_reports(overview), _adopt(overview, survey)
        examples = {pattern.example.dream_id for pattern in patterns if pattern.example}
        dreams = shown_dreams(overview, {*survey.shown, *adopt, *examples}, found)
        return Report(
            schema=NAME,
            version=VERSION,
            tool=__version__,
            store=store.name,
            generated_at=int(time.time()),
            night=of_night,
            run=runs[-1] if runs else None,
            totals=_totals(overview, survey),
            changes=_changes(found),
            patterns=patterns,
            breakdown=survey.breakdown(),
            calibration=survey.calibration(),
            judges=judges,
            rules=rules,
            speed=survey.speed,
            divergence=survey.divergence,
            widening=survey.widening,
            evidence=survey.evidence,
            health=_health_rows(overview, _last(row, "metrics_id") if row else None),
            runs=runs,
            adopt=adopt,
            dreams=dreams,
            untestable=untestable_dreams(overview, most),
            reasons=tuple(ReasonReport(text=text, dreams=n) for text, n in overview.reasons(REASONS)),
            procedures=_procedures(overview, dreams),
        )


def _last(night: Row, column: str) -> int:
    """The last row that a night, or one before it, wrote to the table of this column."""
    last = night[column]
    return int(json.loads(night["before"])[column] if last is None else last)


def _night(store: Store, row: Row) -> NightReport:
    done = figures(store, row)
    return NightReport(
        id=row["id"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        exit_status=row["exit_status"],
        steps={name: step["how"] for name, step in json.loads(row["steps"]).items()},
        last_run=_last(row, "test_run_id"),
        written=done["generation"]["total_dreams_generated"] if done["generation"] else 0,
        tested=done["test"]["tested"] if done["test"] else 0,
        adopted=tuple(one["dream_id"] for one in done["adopted"]),
        spent_usd=done["spent"],
    )


def _runs(overview: Overview) -> tuple[RunReport, ...]:
    """The runs, counted from their results: a killed run has stored no counts."""
    counts: dict[int, list[tuple[str, str | None, int]]] = {}
    for run, outcome, category, number in overview.run_counts():
        counts.setdefault(run, []).append((outcome, category, number))
    return tuple(_run(row, counts[row["id"]]) for row in overview.runs())


def _run(run: Row, counts: Sequence[tuple[str, str | None, int]]) -> RunReport:
    passed = sum(number for outcome, _, number in counts if outcome == Outcome.SUCCESS)
    untestable = sum(number for outcome, _, number in counts if outcome == Outcome.UNTESTABLE)
    tested = sum(number for *_, number in counts) - untestable
    return RunReport(
        id=run["id"],
        started_at=run["started_at"],
        finished_at=run["finished_at"],
        seed=run["seed"],
        sandbox=run["sandbox"],
        commit=run["commit"],
        selection=run["selection"],
        exit_status=run["exit_status"],
        tested=tested,
        passed=passed,
        failed=tested - passed,
        untestable=untestable,
        rate=passed / tested if tested else None,
        categories={
            category or "none": number for outcome, category, number in counts if outcome == Outcome.FAILURE
        },
    )


def _totals(overview: Overview, survey: Survey) -> Totals:
    statuses = overview.counts("status")
    passed, failed = survey.outcomes[True], survey.outcomes[False]
    return Totals(
        untestable=survey.untestable,
        dreams=sum(statuses.values()),
        by_status=_named(statuses),
        by_tier=_named(overview.counts("tier")),
        tested=passed + failed,
        passed=passed,
        failed=failed,
        rate=passed / (passed + failed) if passed + failed else None,
        categories=dict(survey.categories.most_common()),
    )


def _named(counts: Mapping[object, int]) -> dict[str, int]:
    named: Counter[str] = Counter()
    for value, number in counts.items():
        named["none" if value is None else str(value)] += number
    return dict(named.most_common())


def _changes(found: Mapping[int, Change]) -> Changes:
    by_kind = {kind: tuple(sorted(d for d, change in found.items() if change is kind)) for kind in Change}
    return Changes(**{kind.value: ids for kind, ids in by_kind.items()})


def _adopt(overview: Overview, survey: Survey) -> tuple[int, ...]:
    """The best dreams that passed, without copies of a procedure or of a better one."""
    known = set(map(digest, overview.sources_of_procedures()))
    chosen: list[int] = []
    candidates = survey.candidates
    while len(chosen) < ADOPT and (some := list(islice(candidates, 5 * ADOPT))):
        codes = overview.codes(some)
        for dream in some:
            own = digest(codes[dream])
            if own not in known:
                chosen.append(dream)
            known.add(own)
    return tuple(chosen[:ADOPT])


def _health_rows(overview: Overview, up_to: int | None) -> tuple[Health, ...]:
    return tuple(_health(row) for row in overview.metrics(up_to) if row["compound_health_score"] is not None)


def _health(row: Row) -> Health:
    return Health(
        timestamp=row["timestamp"] or 0,
        score=row["compound_health_score"],
        parts={name: row[name] or 0.0 for name in WEIGHTS},
        viability=row["average_viability_score"],
        novelty=row["average_novelty_score"],
        tier1_success=row["tier1_test_success_rate"],
        adoption=row["cross_project_adoption_rate"],
    )


def _procedures(overview: Overview, dreams: Sequence[DreamReport]) -> tuple[ProcedureReport, ...]:
    used = {dream.procedure_id or 0 for dream in dreams}
    return tuple(
        ProcedureReport(id=row["id"], name=row["name"], project=row["project"], code=row["code"] or "")
        for row in overview.procedures(used).values()
    )
