"""xdist's load scheduling, except that a worker continues with the procedures that it has begun.

Each worker that tests dreams of a procedure draws its pool once. So a worker first gets the remaining dreams
of its own procedures, then the largest procedure that no worker has begun, and only then a share of another
worker's. Batches are those of load scheduling, which get smaller towards the end and so keep workers
balanced. But no worker gets far ahead, or its reports would pile up in the controller.

This overrides internals of xdist, so ``distribution`` calls :func:`check` first.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from xdist.scheduler import LoadScheduling  # type: ignore[import-untyped]

AHEAD = 128
"""Maximum items queued for a worker: that many reports of quick dreams take a few hundred KiB."""


class ProcedureScheduling(LoadScheduling):  # type: ignore[misc]
    """Assigns items to workers by family.

    ``family`` maps a node id to the name of the dream's procedure, and an ordinary test's to ``None``.
    Ordinary tests go to any worker, in their order. ``_families`` are those of the collection, in its order,
    once it is known; ``_begun`` are the workers that got dreams of each family. Both live as long as the run.
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
        with contextlib.suppress(OSError):  # the worker has just died; once xdist notices, others get these
            super()._send_tests(node, len(chosen))

    def _chosen(self, node: Any, num: int) -> list[int]:
        """The next items for ``node``, at most ``num``, as indices into the collection."""
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


def check(config: pytest.Config, log: Any) -> None:
    """Schedule a few items on two simulated workers.

    Raises ``RuntimeError``, or whatever changed internals of xdist raise, if the result is not as expected.
    """
    scheduler: Any = ProcedureScheduling(config, log, lambda item: item[0])
    scheduler.numnodes = 2
    workers = [_SimulatedWorker("1"), _SimulatedWorker("2")]
    items = [f"{family}{n}" for family in "abcd" for n in range(5)]
    for worker in workers:
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, items)
    scheduler.schedule()
    for _ in items:
        for worker in workers:
            if worker.queue:
                index = worker.queue.pop(0)
                worker.ran.append(items[index])
                scheduler.mark_test_complete(worker, index)
    one, other = ({item[0] for item in worker.ran} for worker in workers)
    if sorted(workers[0].ran + workers[1].ran) != items or len(one & other) > 1:
        raise RuntimeError("items are scheduled in another way")


class _SimulatedWorker:
    """The interface of a worker that the scheduler uses."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.shutting_down = False
        self.queue: list[int] = []
        self.ran: list[str] = []

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        self.queue += indices

    def shutdown(self) -> None:
        self.shutting_down = True
