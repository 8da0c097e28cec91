"""Classes, each with a fault that shows after two or more calls: the code, the change, the fewest calls."""

from __future__ import annotations

LATER: dict[str, tuple[str, tuple[str, str], int]] = {
    "average": (
        """
class A:
    def __init__(self) -> None:
        self._sum = 0
        self._n = 0
    def add(self, x: int) -> float:
        self._sum += x
        self._n += 1
        return self._sum / self._n
""",
        ("self._sum += x", "self._sum = x"),
        2,
    ),
    "queue": (
        """
class A:
    def __init__(self) -> None:
        self._items: list[int] = []
    def put(self, item: int) -> None:
        self._items.append(item)
    def take(self) -> int | None:
        return self._items.pop(0) if self._items else None
""",
        ("pop(0)", "pop()"),
        3,
    ),
    "history": (
        """
class A:
    def __init__(self, text: str = "") -> None:
        self._texts = [text]
    def write(self, text: str) -> str:
        self._texts.append(self._texts[-1] + text)
        return self._texts[-1]
    def undo(self) -> str:
        if len(self._texts) > 1:
            self._texts.pop()
        return self._texts[-1]
""",
        ("self._texts.pop()", "del self._texts[1:]"),
        3,
    ),
    "turnstile": (
        """
class A:
    def __init__(self) -> None:
        self._coins = 0
    def coin(self) -> int:
        self._coins += 1
        return self._coins
    def push(self) -> bool:
        if self._coins:
            self._coins -= 1
            return True
        return False
""",
        ("self._coins -= 1", "self._coins = 0"),
        4,
    ),
    "ring": (
        """
class A:
    def __init__(self) -> None:
        self._last: list[int] = []
    def add(self, x: int) -> list[int]:
        self._last.append(x)
        if len(self._last) > 3:
            del self._last[0]
        return list(self._last)
""",
        ("> 3", "> 4"),
        4,
    ),
    "numbers": (
        """
class A:
    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = 1
    def take(self) -> int:
        if self._free:
            return self._free.pop()
        self._next += 1
        return self._next - 1
    def give(self, number: int) -> bool:
        if 0 < number < self._next and number not in self._free:
            self._free.append(number)
            return True
        return False
""",
        (" and number not in self._free", ""),
        3,
    ),
    "toggle": (
        """
class A:
    def __init__(self) -> None:
        self._on: dict[str, bool] = {}
    def toggle(self, key: str) -> bool:
        self._on[key] = not self._on.get(key, False)
        return self._on[key]
""",
        ("not self._on.get(key, False)", "True"),
        2,
    ),
    "account": (
        """
class A:
    def __init__(self) -> None:
        self.balance = 0
        self._locked = False
    def deposit(self, amount: int) -> int:
        if not self._locked and amount > 0:
            self.balance += amount
        return self.balance
    def lock(self) -> None:
        self._locked = True
""",
        ("if not self._locked and amount > 0", "if amount > 0"),
        2,
    ),
    "once": (
        """
class A:
    def __init__(self) -> None:
        self._voters: set[str] = set()
        self.votes: dict[str, int] = {}
    def vote(self, voter: str, choice: str) -> bool:
        if voter in self._voters:
            return False
        self._voters.add(voter)
        self.votes[choice] = self.votes.get(choice, 0) + 1
        return True
""",
        ("if voter in self._voters:", "if voter in self._voters and choice in self.votes:"),
        2,
    ),
    "largest": (
        """
class A:
    def __init__(self) -> None:
        self._seen: list[int] = []
    def add(self, x: int) -> int:
        self._seen.append(x)
        return max(self._seen)
    def forget(self) -> None:
        self._seen.clear()
""",
        ("self._seen.clear()", "pass"),
        3,
    ),
}
