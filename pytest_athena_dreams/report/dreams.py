"""The dreams that a report shows in full: some whose latest result is a verdict, and some untestable ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from ..learn.history import Change, Test
from ..learning import tests
from ..models import Outcome
from ..repair.proof import unified
from ..store.columns import from_columns
from ..store.lessons import faults_of
from ..store.overview import Overview
from ..worlds import Part, World
from .figures import DreamReport, Past, RepairReport, UntestableReport

WORLD_PARTS = 40
"""Maximum parts of a world in a report."""
Row = Mapping[str, Any]


def shown_dreams(
    overview: Overview, ids: Collection[int], found: Mapping[int, Change]
) -> tuple[DreamReport, ...]:
    """Some dreams whose latest result is a verdict, in id order. ``found`` is what the last run changed."""
    results, repairs = overview.latest_results(ids), overview.proofs("dream_repairs", ids)
    histories = overview.results_of(ids)
    made = []
    for dream in overview.dreams(ids):
        key = dream["id"]
        past = [test for test in tests(histories[key]) if test.outcome != Outcome.UNTESTABLE]
        made.append(_dream(dream, results[key], past, found, repairs.get(key)))
    return tuple(made)


def untestable_dreams(overview: Overview, most: int) -> tuple[UntestableReport, ...]:
    """The newest ``most`` dreams whose latest result is ``untestable``, in id order."""
    return tuple(
        UntestableReport(
            id=row["id"],
            label=row["label"],
            procedure=row["procedure"],
            dream_type=row["dream_type"],
            tier=row["tier"],
            run=row["run_id"],
            reason=row["reason"],
            text=row["error"] or "",
        )
        for row in overview.untestable(most)
    )


def _dream(
    dream: Row, result: Row, history: Sequence[Test], found: Mapping[int, Change], repair: Row | None
) -> DreamReport:
    faults = faults_of(result)
    change = found.get(dream["id"])
    return DreamReport(
        id=dream["id"],
        label=dream["label"],
        procedure=dream["procedure"],
        procedure_id=dream["base_procedure_id"],
        dream_type=dream["dream_type"],
        tier=dream["tier"],
        model=dream["model_used"],
        viability=dream["viability_score"],
        novelty=dream["novelty_score"],
        outcome=result["outcome"],
        category=result["category"],
        contract=result["contract"],
        change=change.value if change else None,
        patterns=history[-1].patterns,
        error=result["error"],
        call=result["failing_input"],
        expected=result["procedure_result"],
        got=result["dream_result"],
        contrast=faults[0].contrast if faults else (),
        world=parts_shown(faults[0].surroundings) if faults else (),
        line=faults[0].line if faults else None,
        **asdict(from_columns(result)),
        code=dream["code"] or "",
        history=tuple(Past(run=t.run_id, outcome=t.outcome, category=t.category) for t in history),
        repair=_repair(dream, repair),
    )


def _repair(dream: Row, repair: Row | None) -> RepairReport | None:
    """The repair that passed; ``None`` if the dream has changed since, or passes now."""
    if repair is None or repair["before"] != dream["code"] or dream["test_outcome"] == Outcome.SUCCESS:
        return None
    return RepairReport(
        kind=repair["kind"],
        why=repair["why"],
        diff=unified(repair["before"], repair["code"]),
        accepted=repair["inputs_accepted"],
    )


def parts_shown(world: World | None) -> tuple[Part, ...]:
    """The first parts of a world."""
    return tuple(islice(world.parts(), WORLD_PARTS)) if world is not None else ()
