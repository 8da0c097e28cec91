"""What may be spent: money and calls.

Invariant: what was spent and what the calls in flight can cost at most is never more than the limits. A call
whose cost turns out higher than its worst case is the one exception, and the next call sees it.
"""

from __future__ import annotations

from decimal import Decimal

NOTHING = Decimal(0)


class BudgetSpent(Exception):
    """The limits leave no room for another call; the text says which."""


class Budget:
    """Limits of one run, and what it has used of them.

    ``money`` is in USD, ``calls`` counts requests; ``None`` is no limit. ``spent`` is in USD, ``made`` counts
    requests. ``held`` is what the calls in flight can cost at most, and ``flying`` how many they are.
    """

    def __init__(self, *, money: Decimal | None = None, calls: int | None = None) -> None:
        self.money = money
        self.calls = calls
        self.spent = NOTHING
        self.made = 0
        self.held = NOTHING
        self.flying = 0

    def reserve(self, worst: Decimal | None) -> None:
        """Take room for a call that costs ``worst`` at most. Raises ``BudgetSpent``.

        Each call that was reserved is settled later, whatever becomes of it.
        """
        if self.calls is not None and self.made + self.flying >= self.calls:
            raise BudgetSpent(f"all {self.calls} calls are used")
        if self.money is not None:
            if worst is None:
                raise BudgetSpent("the price of the model is not known")
            if self.spent + self.held + worst > self.money:
                raise BudgetSpent(
                    f"${self.spent + self.held:f} of ${self.money} is used, and the next call can cost "
                    f"${worst:f}"
                )
        self.held += worst or NOTHING
        self.flying += 1

    def settle(self, worst: Decimal | None, cost: Decimal | None) -> None:
        """Book the ``cost`` of a reserved call; if it is not known, it counts as ``worst``."""
        self.held -= worst or NOTHING
        self.flying -= 1
        self.made += 1
        self.spent += (worst or NOTHING) if cost is None else cost

    def may_free(self) -> bool:
        """Whether a call in flight may leave room for another one once it is settled."""
        return self.flying > 0 and (self.calls is None or self.made + self.flying < self.calls)
