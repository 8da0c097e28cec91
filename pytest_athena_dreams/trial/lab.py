"""What every step of a trial uses in one worker: settings, the two jails, and the user's own strategies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..config import Settings
from ..inputs.scalars import Strategy
from ..judge.oracle import Oracle
from ..models import Contract, Signature
from ..sandbox.client import SandboxPair
from ..sandbox.policy import Policy

UserStrategies = Callable[[str, Signature], Mapping[str, Strategy]]
"""The user's own strategies by parameter, for a procedure's name and signature."""


class Jails:
    """The two jails of one worker. They differ in the hash seed and the random seed alone.

    Procedures and dreams run in ``main``, and again in ``reseeded`` to see whether they do the same there.
    """

    def __init__(self, policy: Policy) -> None:
        self.main = SandboxPair(policy)
        self.reseeded = SandboxPair(policy, hash_seed=1, random_seed=1)

    def close(self) -> None:
        """End both jails and everything in them. Safe to call twice."""
        self.main.close()
        self.reseeded.close()


@dataclass(frozen=True, slots=True)
class Lab:
    """The settings of a run, its jails, and the user's strategies."""

    settings: Settings
    jails: Jails
    user_strategies: UserStrategies

    def oracle(self, contract: Contract) -> Oracle:
        """The oracle of ``contract`` that compares as the settings say."""
        return Oracle(
            contract=contract,
            tolerance=self.settings.tolerance,
            signed_zero=self.settings.signed_zero == "on",
            messages=self.settings.exceptions == "message",
        )
