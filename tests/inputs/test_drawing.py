"""Both engines draw examples and find the smallest failing one; which engine is used when."""

from __future__ import annotations

import importlib
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, event, find, given, note, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from pytest_athena_dreams.inputs import conjecture, decorated
from pytest_athena_dreams.inputs.drawing import Choices, Engine, Meter, Spent, draw, shrunk, way
from pytest_athena_dreams.inputs.mining import nothing_mined
from pytest_athena_dreams.inputs.search import Search, SearchStopped
from tests.inputs.kit import drawn, signature_of


@dataclass
class Point:
    x: int
    name: str


def _one_argument(a: int) -> int:
    return a


@st.composite
def noted_points(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Point:
    event("drawn")
    note("for a report")
    point: Point = draw(st.builds(Point, x=st.integers(), name=st.text()))
    return point


@st.composite
def while_it_draws(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[int, int]:
    function = draw(st.functions(like=_one_argument, returns=st.integers(), pure=True))
    return draw(st.data()).draw(st.integers(), label="n"), function(1)


STRATEGIES: list[st.SearchStrategy[Any]] = [
    st.integers(),
    st.lists(st.text(), unique=True),
    st.floats() | st.dictionaries(st.text(max_size=3), st.booleans()),
    st.lists(st.integers()).filter(lambda xs: len(xs) % 2 == 0),
    st.integers(0, 20).flatmap(lambda n: st.lists(st.just(n), max_size=n)),
    st.randoms().map(lambda chance: chance.random()),
    noted_points(),
    while_it_draws(),
    st.tuples(st.shared(st.integers(), key="n"), st.shared(st.integers(), key="n")),
    st.recursive(st.integers(), st.lists, max_leaves=9),
    st.from_regex("(a|b)+c?", fullmatch=True),
    st.datetimes(timezones=st.timezones()),
]
QUIET = settings(database=None, deadline=None)
INTEGERS = Search(strategy=st.integers(), examples=100, seed=0)
both_ways = pytest.mark.parametrize("engine", [conjecture, decorated], ids=["directly", "by given"])


def drawn_by(engine: Engine, strategy: st.SearchStrategy[Any], examples: int) -> list[Any]:
    found: list[Any] = []
    with nothing_mined():
        search = Search(strategy=strategy, examples=examples, seed=7)
        engine.draw(search, lambda value, _: found.append(value), Meter())
    return found


def drawn_with_choices(strategy: st.SearchStrategy[Any], examples: int) -> list[tuple[Any, Choices | None]]:
    found: list[tuple[Any, Choices | None]] = []
    draw(strategy, lambda value, choices: found.append((value, choices)), examples=examples, seed=7)
    return found


@both_ways
@pytest.mark.parametrize("strategy", STRATEGIES, ids=repr)
def test_the_first_example_is_the_simplest_and_all_are_drawn_again(
    strategy: st.SearchStrategy[Any], engine: Engine
) -> None:
    found = list(map(repr, drawn_by(engine, strategy, 60)))
    assert len(found) == 60
    assert found[0] == repr(find(strategy, lambda _: True, settings=QUIET))
    assert found == list(map(repr, drawn_by(engine, strategy, 60)))


@pytest.mark.parametrize("strategy", STRATEGIES, ids=repr)
def test_no_choices_come_twice_and_all_give_their_example_again(strategy: st.SearchStrategy[Any]) -> None:
    found = drawn_with_choices(strategy, 60)
    assert len({choices for _, choices in found}) == 60
    for value, choices in found[::7]:
        replayed: list[str] = []
        shrunk(strategy, lambda x, seen=replayed: seen.append(repr(x)), choices, examples=9, seed=0)  # type: ignore[misc]
        assert replayed[0] == repr(value)


@both_ways
def test_a_strategy_with_few_examples_draws_all_of_them(engine: Engine) -> None:
    """One in thirty has a thousandth of the chance of the others."""
    rare = st.integers(0, 999).map(lambda n: "rare" if n == 777 else "often")
    few = st.tuples(st.sampled_from("abc"), st.booleans(), st.none() | st.booleans())
    assert len(set(drawn_by(engine, few, 100))) == 18
    assert set(drawn_by(engine, st.integers(0, 2), 100)) == {0, 1, 2}
    assert set(drawn_by(engine, st.booleans().flatmap(lambda x: st.just(1) if x else rare), 2000)) == {
        *("rare", "often", 1),
    }


@given(st.data())
def test_examples_are_drawn_as_often_as_hypothesis_draws_them(data: st.DataObject) -> None:
    """Half of the numbers in a range of two, with or without a record of the choices."""
    seed = data.draw(st.integers(0, 2**64 - 1))
    found: list[int] = []
    search = Search(strategy=st.lists(st.integers(0, 1), min_size=400, max_size=400), examples=2, seed=seed)
    conjecture.draw(search, lambda value, _: found.extend(value), Meter())
    assert 400 + 400 * 0.3 < found.count(0) < 400 + 400 * 0.7  # the first example has zeros alone


@given(st.integers(0, 2**64 - 1))
def test_what_a_strategy_assumes_holds_for_all_that_is_drawn(seed: int) -> None:
    def assumed(n: int) -> int:
        assume(n % 3 == 0)
        return n

    found: list[int] = []
    search = Search(strategy=st.integers().map(assumed), examples=30, seed=seed)
    conjecture.draw(search, lambda value, _: found.append(value), Meter())
    assert len(found) == 30
    assert all(n % 3 == 0 for n in found)


def test_a_strategy_of_itself_is_drawn() -> None:
    trees = st.deferred(lambda: st.none() | st.tuples(trees, trees))
    assert len(drawn_by(conjecture, trees, 40)) == 40
    endless: st.SearchStrategy[Any] = st.deferred(lambda: st.tuples(st.integers(), endless))
    assert drawn_by(conjecture, endless, 10) == []


@both_ways
def test_random_is_the_same_for_each_example_if_seeded(engine: Engine) -> None:
    runs: list[list[float]] = [[], []]
    for found in runs:
        chances = st.integers().map(lambda n: n + random.random())
        search = Search(strategy=chances, examples=20, seed=7, seeded=True)
        engine.draw(search, lambda value, _, found=found: found.append(value), Meter())  # type: ignore[misc]
    assert runs[0] == runs[1]


def test_random_is_left_alone_unless_seeded() -> None:
    chances = st.integers().map(lambda n: n + random.random())
    assert drawn_with_choices(chances, 20) != drawn_with_choices(chances, 20)


@both_ways
def test_what_keep_raises_ends_the_drawing(engine: Engine) -> None:
    found: list[int] = []

    def keep(value: int, choices: Choices | None) -> None:
        found.append(value)
        if len(found) == 3:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        engine.draw(Search(strategy=st.integers(), examples=50, seed=0), keep, Meter())
    assert len(found) == 3


@both_ways
def test_large_examples_use_up_the_budget(engine: Engine) -> None:
    found: list[Any] = []
    many = st.lists(st.integers(), min_size=700, max_size=700)
    search = Search(strategy=many, examples=10_000, seed=0)
    with pytest.raises(Spent):
        engine.draw(search, lambda value, _: found.append(value), Meter())
    assert 3 < len(found) < 200


def test_attempts_without_an_example_use_up_the_budget() -> None:
    """Half of the attempts grow too large for Hypothesis."""
    began = time.process_time()
    many = st.lists(st.lists(st.integers(), min_size=90, max_size=90), min_size=99)
    few_or_many = st.booleans().flatmap(lambda few: st.lists(st.text()) if few else many)
    with pytest.raises(Spent):
        draw(few_or_many, lambda *_: None, examples=10_000, seed=0)
    assert time.process_time() - began < 15


@both_ways
def test_what_a_strategy_raises_is_raised(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        drawn_by(engine, st.integers().map(lambda n: n // 0), 10)


@both_ways
def test_a_strategy_that_lets_nothing_through_gives_no_example(engine: Engine) -> None:
    assert drawn_by(engine, st.integers().filter(lambda n: False), 10) == []


def test_a_strategy_that_lets_nothing_through_is_named() -> None:
    with pytest.raises(Unsatisfiable, match=r"integers\(\)\.filter"):
        drawn_with_choices(st.integers().filter(lambda n: False), 10)


def test_a_shrink_starts_from_the_choices_of_an_example() -> None:
    lists = st.lists(st.integers())
    failing, choices = next(pair for pair in drawn_with_choices(lists, 100) if sum(pair[0]) > 1000)
    replayed: list[list[int]] = []

    def fails(value: list[int]) -> bool:
        replayed.append(value)
        return sum(value) > 1000

    assert shrunk(lists, fails, choices, examples=100, seed=0) == [1001]
    assert replayed[0] == failing


@both_ways
def test_a_shrink_without_a_start_draws_until_an_example_fails(engine: Engine) -> None:
    def smallest(least: int) -> int | None:
        return engine.shrunk(INTEGERS, lambda n: n > least, None)

    assert smallest(300) == 301
    assert smallest(2**200) is None


@both_ways
def test_a_stopped_shrink_gives_the_smallest_example_until_then(engine: Engine) -> None:
    """Hypothesis tries no further: on a large example it would try for minutes, and every answer is no."""
    seen: list[int] = []
    failing: list[int] = []

    def fails(n: int) -> bool:
        seen.append(n)
        if len(failing) == 5:
            raise SearchStopped
        if n > 300:
            failing.append(n)
        return n > 300

    found = engine.shrunk(INTEGERS, fails, None)
    assert found == min(failing)
    assert seen.index(failing[-1]) == len(seen) - 2


def test_constants_of_imported_modules_are_not_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    signature, _ = signature_of("def f(a: int, s: str, x: float) -> int: return a")
    before = drawn(signature, 300)
    lines = (f"N{n}, S{n} = {n * 7919 + 123457}, 'mine {n}'\n" for n in range(300))
    (tmp_path / "figures.py").write_text("".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("figures")
    assert drawn(signature, 300) == before


def test_the_installed_hypothesis_is_used_directly() -> None:
    assert way().engine is conjecture
    assert way().notes == ()


@both_ways
def test_hypothesis_state_is_as_before(engine: Engine) -> None:
    from hypothesis.internal.conjecture import providers

    before = dict(vars(providers)), random.getstate()
    drawn_by(engine, st.integers(), 50)
    assert (dict(vars(providers)), random.getstate()) == before


CHANGES = {
    "a name is gone": "del engine.ConjectureRunner",
    "a parameter is gone": "engine.ConjectureRunner = lambda function, options: None",
    "a shrink goes wrong": "shrinker.sort_key = lambda nodes: 0",
    "constants are mined elsewhere": "providers._get_local_constants = None; "
    "providers.HypothesisProvider._local_constants = Constants()",
}
"""Changes to Hypothesis' internals that a release might make; Hypothesis itself still works with them."""

PROBE = """
from hypothesis import core
from hypothesis.internal.constants_ast import Constants
from hypothesis.internal.conjecture import engine, providers, shrinker
{change}
from pytest_athena_dreams.inputs.drawing import way
from pytest_athena_dreams.inputs.pool import PoolSpec, draw_pool
from tests.inputs.kit import signature_of
signature, _ = signature_of("def f(xs: list[int], s: str) -> int: return 0")
pool = draw_pool(PoolSpec(signature=signature, literals=(), size=60, seed=3))
print(way().engine.__name__)
print(*pool.notes)
print(repr(list(pool.inputs.values())))
"""


def pool_after(change: str) -> list[str]:
    code = PROBE.format(change=change)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_hypothesis_draws_a_pool_of_its_own_and_says_so(change: str) -> None:
    engine, notes, inputs = pool_after("")
    _, changed_notes, changed_inputs = pool_after(change)
    assert engine.endswith("conjecture")
    assert notes == ""
    assert "Hypothesis has changed" in changed_notes
    assert changed_inputs.count("Arguments(") == inputs.count("Arguments(") > 10
    assert pool_after(change)[2] == changed_inputs
