"""Which part of a store's dreams a run tests, where several runs share them out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard ``number`` of ``count``, from 1. All dreams of a procedure are in one shard.

    The shard follows from the procedure's name alone: it is the same in any store, on any machine, whatever
    other procedures there are.
    """

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The shard that ``text`` names, as in ``2/4``. Raises ``ValueError``."""
        number, slash, count = text.partition("/")
        shard = cls(int(number), int(count))
        if not slash or not 1 <= shard.number <= shard.count:
            raise ValueError(text)
        return shard

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, procedure: str, code: str) -> bool:
        """Whether a dream of ``procedure`` is in this shard; without one, its own ``code`` decides."""
        name = f"procedure {procedure}" if procedure else f"code {code}"
        digest = hashlib.blake2b(name.encode("utf-8", "backslashreplace"), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.count == self.number - 1
