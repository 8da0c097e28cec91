"""Dreams of a procedure go to one worker, work stays balanced, and verdicts do not depend on any of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_athena_dreams.session.scheduler import AHEAD, ProcedureScheduling
from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import runner

TELLS = """
def pytest_unconfigure(config):
    scheduler = getattr(config.pluginmanager.getplugin("dsession"), "sched", None)
    if scheduler is not None:
        print("scheduled by", type(scheduler).__name__)
"""


class Node:
    """What a scheduler knows of a worker."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.queue: list[int] = []
        self.ran: list[int] = []
        self.most = 0
        self.shutting_down = False

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        assert not self.shutting_down
        self.queue += indices
        self.most = max(self.most, len(self.queue))

    def shutdown(self) -> None:
        self.shutting_down = True


def deal(pytester: pytest.Pytester, families: dict[str, str], items: list[str], nodes: int) -> list[Node]:
    """Schedule ``items`` on workers of which a random one finishes an item at a time."""
    scheduler: Any = ProcedureScheduling(pytester.parseconfig(f"--tx={nodes}*popen"), None, families.get)
    workers = [Node(f"gw{n}") for n in range(nodes)]
    for node in workers:
        scheduler.add_node(node)
        scheduler.add_node_collection(node, items)
    scheduler.schedule()
    chance = random.Random(0)
    # A worker keeps its last item until it knows what comes next, or that nothing does.
    while ready := [n for n in workers if len(n.queue) > (0 if n.shutting_down else 1)]:
        node = chance.choice(ready)
        index = node.queue.pop(0)
        node.ran.append(index)
        scheduler.mark_test_complete(node, index)
    assert scheduler.tests_finished
    assert sorted(index for node in workers for index in node.ran) == list(range(len(items)))
    return workers


def test_equal_procedures_are_each_begun_by_one_worker_or_shared_at_the_end(
    pytester: pytest.Pytester,
) -> None:
    items = [f"p{n // 50}-{n}" for n in range(1000)]
    families = {item: item.partition("-")[0] for item in items}
    workers = deal(pytester, families, items, 2)
    begun = [{families[items[index]] for index in node.ran} for node in workers]
    assert len(begun[0] & begun[1]) <= 2
    assert min(len(node.ran) for node in workers) > 400


def test_a_procedure_that_has_most_of_the_dreams_is_shared(pytester: pytest.Pytester) -> None:
    items = [f"big-{n}" for n in range(900)] + [f"small-{n}" for n in range(100)]
    families = {item: item.partition("-")[0] for item in items}
    workers = deal(pytester, families, items, 4)
    assert min(len(node.ran) for node in workers) > 150
    assert sum(any(items[index].startswith("small") for index in node.ran) for node in workers) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 5, 16])
def test_a_few_items_on_many_workers(pytester: pytest.Pytester, count: int) -> None:
    items = [f"test.py::test_{n}" for n in range(count)]
    deal(pytester, dict.fromkeys(items[::2], "some"), items, 4)


def test_no_worker_runs_far_ahead_of_what_is_recorded(pytester: pytest.Pytester) -> None:
    items = [f"p{n % 7}-{n}" for n in range(3000)]
    families = {item: item.partition("-")[0] for item in items}
    assert all(AHEAD // 2 <= node.most <= AHEAD for node in deal(pytester, families, items, 2))


def test_a_worker_that_has_just_died_ends_no_run(pytester: pytest.Pytester) -> None:
    """Its channel is closed before xdist reports its end; then others get what it was to run."""
    items = [f"p-{n}" for n in range(200)]
    scheduler: Any = ProcedureScheduling(pytester.parseconfig("--tx=2*popen"), None, lambda item: item[0])
    alive, dead = Node("gw0"), Node("gw1")
    for node in (alive, dead):
        scheduler.add_node(node)
        scheduler.add_node_collection(node, items)
    scheduler.schedule()

    def closed(indices: Sequence[int]) -> None:
        raise OSError("cannot send (already closed?)")

    dead.send_runtest_some = closed  # type: ignore[method-assign]
    lost = set(dead.queue)
    while len(dead.queue) > 1:
        scheduler.mark_test_complete(dead, dead.queue.pop(0))
    ran = lost - set(dead.queue)
    crashed = scheduler.remove_node(dead)
    while len(alive.queue) > (0 if alive.shutting_down else 1):
        index = alive.queue.pop(0)
        alive.ran.append(index)
        scheduler.mark_test_complete(alive, index)
    assert {items.index(crashed), *ran, *alive.ran, *alive.queue} == set(range(len(items)))


def test_ordinary_tests_go_to_everybody_in_their_order(pytester: pytest.Pytester) -> None:
    items = [f"test.py::test_{n}" for n in range(100)]
    workers = deal(pytester, {}, items, 2)
    assert all(node.ran == sorted(node.ran) for node in workers)
    assert min(len(node.ran) for node in workers) > 30


@pytest.fixture
def store(pytester: pytest.Pytester) -> None:
    lines = []
    for name in ("one", "two"):
        base = CLAMP.replace("clamp", name)
        lines += [dream(f"{name}{n}", f"{base}# {n}\nX = {n}\n", procedure=base) for n in range(4)]
        lines += [dream(f"{name}-bad", base.replace("min(", "max("), procedure=base)]
    make_store(pytester.path / "athena.db", *lines)
    pytester.makeconftest(TELLS)


@pytest.mark.usefixtures("store")
def test_how_dreams_are_dealt_out_changes_no_verdict(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine="def test_mine(): pass")
    more = ("--athena-max-examples", "20", "--athena-select", "all")
    seen = []
    for dist in (["-n2"], ["-n2", "--dist", "load"], ["-n0"]):
        run = runner(pytester, *dist, inside="-n0" in dist)
        result = run(*more, "athena.db", "test_mine.py")
        result.assert_outcomes(passed=9, failed=2)
        seen.append(verdicts(pytester.path / "athena.db"))
        name = {"-n2": "ProcedureScheduling", "-n0": None, "load": "LoadScheduling"}[dist[-1]]
        lines = [line for line in result.stdout.lines if line.startswith("scheduled by")]
        assert lines == ([f"scheduled by {name}"] if name else [])
    assert seen[0] == seen[1] == seen[2]


CHANGES = {
    "another way to deal out": "scheduler.LoadScheduling = scheduler.EachScheduling",
    "a name is gone": "del scheduler.LoadScheduling",
    "what we override is called no more": """
class Renamed(scheduler.LoadScheduling):
    def schedule(self):
        self.collection = next(iter(self.node2collection.values()))
        self.pending[:] = range(len(self.collection))
        for node in self.nodes:
            self.check_schedule(node)
    def check_schedule(self, node, duration=0):
        chunk = self.pending[:2]
        del self.pending[:2]
        self.node2pending[node] += chunk
        node.send_runtest_some(chunk)
scheduler.LoadScheduling = Renamed
""",
}
"""Changes to xdist's internals that a release might make. xdist itself imported its classes before."""


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_xdist_deals_out_dreams_itself(pytester: pytest.Pytester, change: str) -> None:
    pytester.makeconftest(f"from xdist import dsession, scheduler\n{change}\n{TELLS}")
    result = runner(pytester, "-n2")("--athena-max-examples", "20", "--athena-select", "all", "athena.db")
    result.assert_outcomes(passed=8, failed=2)
    result.stdout.fnmatch_lines(
        [
            "athena-dreams: using xdist's own scheduler: its internals changed (*",
            "scheduled by LoadScheduling",
        ]
    )
