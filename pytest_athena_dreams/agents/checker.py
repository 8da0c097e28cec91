"""One engine that stays warm: the verdict on a variant, and a repair where one passes.

Invariants: one process uses a checker from one thread at a time; what a procedure did is cached between
variants, and nothing of any variant.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from ..closing import Closing
from ..config import Settings
from ..models import Dream, Outcome, Verdict
from ..repair.proof import Repair, find_repairs
from ..trial import Engine, policy_of
from ..trial.direct import Direct
from .variant import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The verdict on a variant, and the first repair that passes, on request and if there is
    one.
    """

    verdict: Verdict
    repair: Repair | None = None


class Checker(Closing):
    """Tests variants one after another. A context manager: closing it ends its jails.

    ``folders`` are further folders that code in the jail may read, and import from. Raises ``SettingError``
    for settings that no jail can have.
    """

    def __init__(self, settings: Settings, *, folders: tuple[str, ...] = ()) -> None:
        policy = policy_of(settings, os.environ)
        self._engine = Engine(settings, replace(policy, read_paths=(*policy.read_paths, *folders)))

    @property
    def direct(self) -> Direct:
        """Single calls, and inputs, without a verdict."""
        return self._engine.direct

    def close(self) -> None:
        """End the jails. Safe to call twice."""
        self._engine.close()

    def check(self, variant: Variant, *, number: int = 0, repair: bool = False) -> Checked:
        """The verdict on ``variant``, with ``number`` as its ``dream_id``. Raises ``SandboxError``."""
        return self.judge(variant.dream(number), repair=repair)

    def judge(self, dream: Dream, *, repair: bool = False) -> Checked:
        """The verdict on a dream of a store: that of a run with the same settings.

        Raises ``SandboxError``, and ``PlanError`` where its row names no known contract.
        """
        verdict = self._engine.test(dream)
        if not repair or verdict.outcome is not Outcome.FAILURE or dream.procedure is None:
            return Checked(verdict=verdict)
        found = next(find_repairs(self._engine, [(dream, verdict.faults[0])]), None)
        return Checked(verdict=verdict, repair=found if isinstance(found, Repair) else None)
