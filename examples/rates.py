"""Functions to try ``athena-dreams inputs`` on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def weighted(values: list[float], weights: list[float]) -> list[float]:
    return [value * weight for value, weight in zip(values, weights, strict=True)]


def interest(amount, days):
    assert amount > 0
    return amount * days // 365


@dataclass
class Account:
    owner: str
    balance: int = 0

    def deposit(self, amount: int) -> int:
        self.balance += amount
        return self.balance


def total(accounts: list[Account], fee: Callable[[int], int]) -> int:
    return sum(account.balance - fee(account.balance) for account in accounts)
