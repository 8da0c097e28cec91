"""Athena's health score, from the rows of a store.

The formulas are those of ``DreamMetricsCalculator`` in Athena (github.com/shawkridge/athena,
``src/athena/consolidation/dream_metrics.py``, commit 1432247): four components from 0 to 1, weighted 60 %
novelty, 15 % quality, 15 % cross-project leverage, 10 % efficiency. We interpret two of its conditions
differently, for a store that tests its dreams. Where Athena requires the status ``evaluated``, later ones
(``pending_test``, ``tested``) count too; otherwise a test would remove a dream from the score. And its seven
days of generation runs are counted in epoch seconds, the unit of the column.

Invariants: pure; every component and the score are from 0 to 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..models import Outcome, Status

WEIGHTS = {
    "novelty_score_weighted": 0.60,
    "quality_evolution_weighted": 0.15,
    "cross_project_leverage_weighted": 0.15,
    "efficiency_weighted": 0.10,
}
HIGH_NOVELTY = 0.7
"""Minimum novelty of a highly novel dream."""
HIGH_NOVELTY_TARGET = 10
"""Highly novel dreams for the full value of that part of the score."""
ADOPTED_MATCHES = 2
"""Minimum projects that an adopted dream matches."""
ADOPTION_TARGET = 0.25
"""Adopted share of Tier 1 dreams for the full score."""
SECONDS_TARGET = 30.0
"""Maximum seconds of a generation for the full score."""
GENERATION_DAYS = 7
"""Days of generation runs that are averaged."""
REQUESTS_A_DREAM = 30.0
"""Requests per dream if no generation run records them: Athena's own estimate."""

_EVALUATED = (Status.EVALUATED, Status.PENDING_TEST, Status.TESTED)

Row = Mapping[str, Any]


def metrics(
    dreams: Iterable[Row], generation_runs: Sequence[Row], *, adoptions: int = 0
) -> dict[str, float | int]:
    """The columns of a ``dream_metrics`` row, without id and time.

    ``dreams`` are rows of ``dream_procedures``; ``generation_runs`` those of the last ``GENERATION_DAYS``.
    ``adoptions`` are dreams that are a version of their procedure: Athena's calculator counts those that
    match two projects in their place.
    """
    tiers = dict.fromkeys((1, 2, 3), 0)
    tested: list[bool] = []
    adopted: list[bool] = []
    viabilities: list[float | None] = []
    novelties: list[float | None] = []
    for dream in dreams:
        if dream["tier"] in tiers:
            tiers[dream["tier"]] += 1
        if dream["tier"] == 1 and dream["test_outcome"] is not None:
            tested.append(dream["test_outcome"] == Outcome.SUCCESS)
        viabilities.append(dream["viability_score"])
        if dream["status"] in _EVALUATED:
            novelties.append(dream["novelty_score"])
            if dream["tier"] == 1:
                adopted.append((dream["cross_project_matches"] or 0) >= ADOPTED_MATCHES)
    viability, novelty, success = _mean(viabilities), _mean(novelties), _share(tested)
    high = sum((score or 0) >= HIGH_NOVELTY for score in novelties)
    seconds = _mean(run["duration_seconds"] for run in generation_runs)
    components = {
        "novelty_score_weighted": novelty_component(novelty, high),
        "quality_evolution_weighted": quality_component(viability, success, tiers),
        "cross_project_leverage_weighted": leverage_component(_share(adopted)),
        "efficiency_weighted": efficiency_component(seconds),
    }
    weighted = {name: WEIGHTS[name] * value for name, value in components.items()}
    return {
        "average_viability_score": viability,
        "tier1_count": tiers[1],
        "tier2_count": tiers[2],
        "tier3_count": tiers[3],
        "tier1_test_success_rate": success,
        "tier1_test_count": len(tested),
        "average_novelty_score": novelty,
        "high_novelty_count": high,
        "cross_project_adoption_rate": _share(adopted),
        "dreams_adopted_count": adoptions,
        "average_generation_time_seconds": seconds,
        "api_requests_per_dream": requests_per_dream(generation_runs),
        **weighted,
        "compound_health_score": sum(weighted.values()),
    }


def novelty_component(average: float, high: int) -> float:
    """70 % average novelty, 30 % number of highly novel dreams (full at ``HIGH_NOVELTY_TARGET``)."""
    return 0.7 * min(average, 1.0) + 0.3 * min(high / HIGH_NOVELTY_TARGET, 1.0)


def quality_component(viability: float, success: float, tiers: Mapping[int, int]) -> float:
    """50 % viability, 30 % the tiers (0.5, 0.3, 0.1 a dream), 20 % Tier 1's success; 0 without dreams."""
    total = sum(tiers.values())
    if not total:
        return 0.0
    spread = (0.5 * tiers[1] + 0.3 * tiers[2] + 0.1 * tiers[3]) / total
    return 0.5 * min(viability, 1.0) + 0.3 * spread + 0.2 * success


def leverage_component(adoption: float) -> float:
    """The adopted share of Tier 1 dreams (full at ``ADOPTION_TARGET``)."""
    return min(adoption / ADOPTION_TARGET, 1.0)


def efficiency_component(seconds: float) -> float:
    """1 up to the target time, then target over actual, at least 0.1."""
    return 1.0 if seconds <= SECONDS_TARGET else max(SECONDS_TARGET / seconds, 0.1)


def requests_per_dream(generation_runs: Iterable[Row]) -> float:
    """Requests in ``model_usage`` per generated dream; ``REQUESTS_A_DREAM`` without a record."""
    requests = dreams = 0.0
    for run in generation_runs:
        usage = _usage(run["model_usage"])
        if usage and run["total_dreams_generated"]:
            requests += usage
            dreams += run["total_dreams_generated"]
    return requests / dreams if dreams else REQUESTS_A_DREAM


def _usage(text: Any) -> float:
    try:
        usage = json.loads(text)
    except (TypeError, ValueError):
        return 0.0  # Athena leaves it empty or writes free text
    counts = usage.values() if isinstance(usage, dict) else ()
    return float(sum(n for n in counts if isinstance(n, int | float) and n > 0))


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0


def _share(flags: Iterable[bool]) -> float:
    known = list(flags)
    return sum(known) / len(known) if known else 0.0
