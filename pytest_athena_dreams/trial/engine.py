"""One dream, end to end: describe → pool → observe → judge → shrink.

The procedure decides the inputs, and its outputs never enter a dream's process. Nothing is carried
from one dream to the next but what the procedures were seen to do.
"""

from __future__ import annotations

import time
from typing import Literal

from ..config import Settings
from ..errors import PlanError
from ..models import Contract, Dream, Figures, Outcome, Reason, Verdict
from ..sandbox.client import Source
from ..sandbox.policy import Policy
from .reference import Given, References
from .trial import Trial

_DESCRIBED: dict[Contract, Literal["fully", "returns"]] = {
    Contract.FREE: "fully",
    Contract.COMPATIBLE: "returns",
}
"""What has to be known of a dream, where that is more than its docstring."""


class Engine:
    """Tests dreams one after another in one worker. Close it to end the jail."""

    def __init__(self, settings: Settings, policy: Policy, given: Given = lambda *_: {}) -> None:
        self.references = References(settings, policy, given)

    def close(self) -> None:
        """End the jail and everything in it."""
        self.references.close()

    def test(self, dream: Dream) -> Verdict:
        """The verdict on one dream: ``untestable`` where its procedure does not load.

        Raises ``PlanError`` where its row names no contract that is known.
        """
        contract = _contract(dream)
        try:
            return self._tested(dream, contract)
        except PlanError as error:
            return Verdict(
                dream_id=dream.id,
                outcome=Outcome.UNTESTABLE,
                contract=contract,
                reason=Reason.NOT_LOADED,
                text=str(error),
            )

    def _tested(self, dream: Dream, contract: Contract) -> Verdict:
        started = time.monotonic()
        procedure = dream.procedure
        source = Source(
            code=dream.code,
            entry_point=dream.entry_point,
            fallbacks=(procedure.entry_point,) if procedure and procedure.entry_point else (),
            title=procedure.name if procedure else "",
            described=_DESCRIBED.get(contract, "doc"),
        )
        with Trial(self.references, source, dream, contract) as trial:
            judgement = trial.judge()
            category = judgement.groups[0].finding.category if judgement.groups else None
            compared = contract is Contract.COMPATIBLE and judgement.accepted
            asked = self.references.settings.evidence
            measured = asked == "on" or (asked == "passes" and category is None)
            faults = trial.faults(judgement)
            speed = None if category else trial.effectiveness()
            evidence = trial.evidence() if measured else None
            reached, total = (measured and trial.lines()) or (None, None)
        return Verdict(
            dream_id=dream.id,
            outcome=Outcome.FAILURE if category else Outcome.SUCCESS,
            contract=contract,
            category=category,
            faults=faults,
            figures=Figures(
                tried=trial.tried,
                accepted=judgement.accepted,
                rejected=max(0, trial.tried - judgement.accepted),
                diverged=judgement.diverged / judgement.accepted if compared else None,
                speed=speed,
                evidence=evidence,
                lines_reached=reached,
                lines_total=total,
                elapsed=time.monotonic() - started,
                cpu=trial.runner.cpu,
                peak_memory=trial.runner.peak_memory,
            ),
        )


def _contract(dream: Dream) -> Contract:
    """The contract in force: without a procedure there is nothing to be held against."""
    if dream.problem is not None:
        raise PlanError(dream.problem)
    if dream.procedure is None:
        return Contract.FREE
    if dream.contract is None:
        raise PlanError(
            f"dream {dream.id} has the unknown type {dream.dream_type!r} and names no contract; "
            f"set its contract to one of {', '.join(Contract)}"
        )
    return dream.contract
