"""What every step of a trial uses in one worker: settings, jails, and the user's own strategies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..config import Settings
from ..inputs.scalars import Strategy
from ..judge.asked import Order
from ..judge.oracle import Oracle
from ..judge.output import STREAMS
from ..models import Contract
from ..sandbox.client import SandboxPair
from ..sandbox.policy import Policy
from ..signatures import Signature
from ..worlds import World

UserStrategies = Callable[[str, Signature], Mapping[str, Strategy]]
"""The user's own strategies by parameter, for a procedure's name and signature."""
UserWorlds = Callable[[str], World | None]
"""The user's own world, for a procedure's name."""


SPARE_SEEDS = (2, 3)
"""Hash and random seeds under which a procedure runs again before a dream is blamed."""


class Jails:
    """The jails of one worker. They differ in the hash seed and the random seed alone.

    Procedures and dreams run in ``main``, and again in ``reseeded`` to see whether they do the same there. A
    procedure runs in ``spare`` ones before a dream is blamed for a difference. Each starts on first use.
    """

    def __init__(self, policy: Policy) -> None:
        self.main = SandboxPair(policy)
        self.reseeded = SandboxPair(policy, hash_seed=1, random_seed=1)
        self.spare = tuple(SandboxPair(policy, hash_seed=seed, random_seed=seed) for seed in SPARE_SEEDS)

    def close(self) -> None:
        """End the jails and everything in them. Safe to call twice."""
        for jail in (self.main, self.reseeded, *self.spare):
            jail.close()


_ORDERS = {"ordered": Order.TOTAL, "final": Order.NOTHING}
"""How requests are compared by the setting ``effects``; all others ask for the order for each target."""


def order_of(settings: Settings) -> Order:
    """How the settings ask to compare requests."""
    return _ORDERS.get(settings.effects, Order.PER_TARGET)


@dataclass(frozen=True, slots=True)
class Lab:
    """The settings of a run, its jails, and the user's own strategies and worlds."""

    settings: Settings
    jails: Jails
    user_strategies: UserStrategies
    user_worlds: UserWorlds = lambda _: None

    def compares_output(self, contract: Contract) -> bool:
        """Whether ``contract`` compares what calls print."""
        return self.settings.output_compare == "on" and contract in (Contract.EQUIVALENT, Contract.SUPERSET)

    def oracle(self, contract: Contract) -> Oracle:
        """The oracle of ``contract`` that compares as the settings say."""
        return Oracle(
            contract=contract,
            tolerance=self.settings.tolerance,
            signed_zero=self.settings.signed_zero == "on",
            messages=self.settings.exceptions == "message",
            refusals=self.settings.refusals == "compare",
            streams=tuple(STREAMS) if self.compares_output(contract) else (),
            requests=order_of(self.settings),
            slept=order_of(self.settings) is not Order.NOTHING,
        )
