"""The store's dreams and their scores: what a judge, a chat or the past said becomes evaluations.

Invariants: the tier follows the raw score, because Athena's thresholds are meant for what a judge says; the
calibrated score stands beside it. A dream without a score does not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from ..learn.novelty import distance, profile
from ..llm.privacy import is_private
from ..store.database import Store
from ..store.evaluations import Evaluation, forecasts, tested, waiting
from .calibration import Calibrator, Past, learn_calibration
from .forecast import History, Traits
from .judging import Candidate
from .scale import tier_of
from .scores import Score

HISTORY, CHAT = "history", "chat"
"""Names of the judges that are no models."""

Row = Mapping[str, Any]


class Bench:
    """The dreams that wait for a score, and all that was learnt from those that were tested.

    ``rows`` are the dreams that wait, ``past`` the tested ones, ``scored`` the scores given before a test.
    """

    def __init__(self, rows: Sequence[Row], past: Sequence[Row], scored: Sequence[Row]) -> None:
        self.rows = rows
        self.past = past
        self.scored = scored

    @classmethod
    def open(cls, store: Store, ids: Sequence[int] | None = None, *, again: bool = False) -> Bench:
        """Read it from ``store``. Raises ``StoreError``."""
        return cls(waiting(store, ids, again=again), tested(store), forecasts(store))

    @cached_property
    def history(self) -> History:
        """What became of the tested dreams."""
        return History((_traits(row), bool(row["passed"])) for row in self.past)

    def candidates(self, private: Sequence[str] = ()) -> list[Candidate]:
        """The waiting dreams, as a judge sees them, without those of ``private`` procedures."""
        return [
            Candidate(
                id=row["id"],
                label=row["label"],
                code=row["code"] or "",
                dream_type=row["dream_type"],
                contract=row["contract"],
                base=row["base"] or "",
                entry_point=row["base_entry_point"] or row["base_name"] or row["entry_point"] or "",
            )
            for row in self.rows
            if not row["base_private"] and not is_private(private, row["base_name"], row["base_project"])
        ]

    def calibrator(self, judge: str) -> Calibrator:
        """What the outcomes of ``judge``'s scores teach."""
        return learn_calibration(
            [
                Past(row["raw"], bool(row["passed"]), (row["writer"], row["dream_type"]))
                for row in self.scored
                if row["judge"] == judge
            ]
        )

    def from_scores(
        self, scores: Iterable[Score], judge: str, *, calls: Mapping[int, int] | None = None
    ) -> list[Evaluation]:
        """The scores of a judge as evaluations; ``calls`` are the rows of its requests, by dream."""
        calibrator = self.calibrator(judge)
        rows = {row["id"]: row for row in self.rows}
        found = []
        for one in scores:
            row = rows[one.dream]
            group = (row["writer"], row["dream_type"])
            tier = one.tier if one.score is None else tier_of(one.score)
            assert tier is not None
            found.append(
                Evaluation(
                    dream=one.dream,
                    code=row["code"] or "",
                    judge=judge,
                    raw=one.score,
                    calibrated=None if one.score is None else calibrator.calibrated(one.score, group),
                    tier=tier,
                    reasoning=one.reasoning,
                    call=(calls or {}).get(one.dream),
                )
            )
        return found

    def from_history(self, *, tiers: bool) -> list[Evaluation]:
        """Scores of all waiting dreams without a model. Unless ``tiers`` count, all are in Tier 1, to be
        tested."""
        calibrator = self.calibrator(HISTORY)
        found = []
        for row in self.rows:
            forecast = self.history.forecast(_traits(row))
            group = (row["writer"], row["dream_type"])
            found.append(
                Evaluation(
                    dream=row["id"],
                    code=row["code"] or "",
                    judge=HISTORY,
                    raw=forecast.score,
                    calibrated=calibrator.calibrated(forecast.score, group),
                    tier=tier_of(forecast.score) if tiers else 1,
                    reasoning=forecast.words,
                )
            )
        return found


def _traits(row: Row) -> Traits:
    own = profile(row["code"] or "")
    base = profile(row["base"]) if row["base"] else None
    return Traits(
        dream_type=row["dream_type"],
        writer=row["writer"],
        size=None if own is None or base is None else distance(own, base),
        novelty=row["novelty_score"],
    )
