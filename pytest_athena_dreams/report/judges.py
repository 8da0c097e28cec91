"""How well each judge's scores foretold the outcomes, raw and calibrated.

Invariant: only scores that were given before the dream's test count, each as it was calibrated at that time.
"""

from __future__ import annotations

from ..learn.metrics import calibration
from ..store.database import Store
from ..store.evaluations import forecasts
from .figures import JudgeReport


def judge_reports(store: Store) -> tuple[JudgeReport, ...]:
    """The judges that scored tested dreams, the one with the most outcomes first. Raises ``StoreError``."""
    found: dict[str, list[tuple[float, float, bool]]] = {}
    for row in forecasts(store):
        known = found.setdefault(row["judge"], [])
        known.append((row["raw"], row["calibrated"], bool(row["passed"])))
    made = [
        JudgeReport(
            name=name,
            raw=calibration([(raw, passed) for raw, _, passed in rows]),
            calibrated=calibration([(calibrated, passed) for _, calibrated, passed in rows]),
        )
        for name, rows in found.items()
    ]
    return tuple(sorted(made, key=lambda judge: (-judge.raw.count, judge.name)))
