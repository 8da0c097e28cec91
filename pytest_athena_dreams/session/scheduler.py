"""xdist's load scheduling, in which a worker goes on with the procedures that it has begun.

A procedure's pool is drawn once in each worker that runs dreams of it. So a worker is given what is left of
its own procedures first, then one that nobody has begun, the largest first, and only when there is none a
share of another worker's. How much it is given at a time is as in load scheduling, less and less towards the
end, which keeps the workers balanced; but never much ahead, or what a worker reports could pile up here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadScheduling  # type: ignore[import-untyped]

AHEAD = 128
"""Items that a worker is given at most before the controller has seen what became of them."""


class ProcedureScheduling(LoadScheduling):  # type: ignore[misc]
    """Deals out items by family; ``family`` names that of a dream by its node id.

    Ordinary tests, for which it gives ``None``, belong to everybody and are dealt out in their order.
    """

    def __init__(self, config: pytest.Config, log: Any, family: Callable[[str], str | None]) -> None:
        super().__init__(config, log)
        self._family = family
        self._families: list[str | None] = []
        self._begun: defaultdict[str, set[Any]] = defaultdict(set)

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        same = [known for known in self.node2collection.values() if known == collection]
        super().add_node_collection(node, same[0] if same else collection)

    def _send_tests(self, node: Any, num: int) -> None:
        held = len(self.node2pending[node])
        if held > AHEAD // 2:
            return
        chosen = self._chosen(node, min(num, AHEAD - held))
        left = set(self.pending).difference(chosen)
        self.pending[:] = [*chosen, *(index for index in self.pending if index in left)]
        super()._send_tests(node, len(chosen))

    def _chosen(self, node: Any, num: int) -> list[int]:
        """The next ``num`` items for ``node``, as indices into the collection."""
        assert self.collection is not None
        self._families = self._families or list(map(self._family, self.collection))
        by_family: dict[str | None, list[int]] = {}
        for index in self.pending:
            by_family.setdefault(self._families[index], []).append(index)
        chosen = by_family.pop(None, [])
        families = {name: indices for name, indices in by_family.items() if name is not None}
        while families and len(chosen) < num:
            name = max(families, key=lambda name: (self._rank(name, node), len(families[name])))
            self._begun[name].add(node)
            chosen += families.pop(name)
        return chosen[:num]

    def _rank(self, family: str, node: Any) -> int:
        begun = self._begun[family]
        return 2 if node in begun else 0 if begun else 1
