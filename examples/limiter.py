"""A class, which is tested by sequences of calls."""

from __future__ import annotations


class Limiter:
    """At most ``limit`` calls of ``allow`` for each key."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._count: dict[str, int] = {}

    def allow(self, key: str) -> bool:
        """Whether another call is allowed, which counts it."""
        count = self._count.get(key, 0)
        if count >= self.limit:
            return False
        self._count[key] = count + 1
        return True

    def reset(self, key: str) -> None:
        """Forget the calls of a key."""
        self._count.pop(key, None)
