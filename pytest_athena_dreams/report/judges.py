"""How well each judge's scores foretold the outcomes, raw and calibrated.

Invariant: only scores that were given before the dream's test count, each as it was calibrated at that time.
"""

from __future__ import annotations

from array import array

from ..learn.metrics import calibration
from ..store.database import Store
from ..store.evaluations import each_forecast
from .figures import JudgeReport


def judge_reports(store: Store) -> tuple[JudgeReport, ...]:
    """The judges that scored tested dreams, the one with the most outcomes first. Raises ``StoreError``."""
    found: dict[str, tuple[array[float], array[float], bytearray]] = {}
    for judge, raw, calibrated, passed in each_forecast(store):
        known = found.setdefault(judge, (array("d"), array("d"), bytearray()))
        known[0].append(raw)
        known[1].append(calibrated)
        known[2].append(passed)
    made = [
        JudgeReport(
            name=name,
            raw=calibration(zip(raws, map(bool, outcomes), strict=True)),
            calibrated=calibration(zip(calibrateds, map(bool, outcomes), strict=True)),
        )
        for name, (raws, calibrateds, outcomes) in found.items()
    ]
    return tuple(sorted(made, key=lambda judge: (-judge.raw.count, judge.name)))
