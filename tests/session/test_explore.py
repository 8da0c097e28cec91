"""A random share of Tiers 2 and 3 is tested as well, drawn by the seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import PENDING
from pytest_athena_dreams.session.selection import explored
from pytest_athena_dreams.store.database import Store
from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import Run

GOOD = CLAMP.replace("max(low, min(x, high))", "sorted((low, x, high))[1]")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with 100 dreams of Tier 1, 600 of Tier 2, 400 of Tier 3, and 50 of Tier 2 that were tested."""
    tiers = [1] * 100 + [2] * 600 + [3] * 400
    lines = [dream(f"d/{n}", GOOD + f"# {n}\n", tier=tier) for n, tier in enumerate(tiers)]
    lines += [dream(f"t/{n}", GOOD + f"# t {n}\n", tier=2, status="tested") for n in range(50)]
    return make_store(tmp_path_factory.mktemp("many") / "athena.db", *lines)


def drawn(path: Path, **settings: object) -> list[int]:
    with Store.open(path) as store:
        return explored(store, Settings(**settings), PENDING)  # type: ignore[arg-type]


def test_about_a_tenth_is_drawn_of_both_tiers(many: Path) -> None:
    found = drawn(many)
    assert 70 <= len(found) <= 130
    assert all(100 < dream_id <= 1100 for dream_id in found)
    assert {dream_id <= 700 for dream_id in found} == {True, False}


def test_the_seed_and_the_id_alone_decide(many: Path, tmp_path: Path) -> None:
    assert drawn(many) == drawn(many)
    assert drawn(many, seed=1) != drawn(many)
    assert set(drawn(many, explore=0.05)) < set(drawn(many, explore=0.2))
    few = make_store(tmp_path / "few.db", *(dream(f"d/{n}", GOOD + f"# {n}\n", tier=3) for n in range(150)))
    assert drawn(few) == [dream_id for dream_id in _all_drawn() if dream_id <= 150]


def _all_drawn() -> list[int]:
    """The ids up to 1000 that are drawn by the seed 0, if all are in Tiers 2 and 3."""
    from pytest_athena_dreams.session.selection import draws

    return [dream_id for dream_id in range(1, 1001) if draws(Settings(), dream_id)]


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (1.0, 1000)])
def test_none_and_all(many: Path, share: float, count: int) -> None:
    assert len(drawn(many, explore=share)) == count


def test_a_run_tests_them_in_the_order_of_ids(run_alone: Run, pytester: pytest.Pytester) -> None:
    lines = [dream(f"d/{n}", GOOD + f"# {n}\n", tier=tier) for n, tier in enumerate((3, 1, 2))]
    path = make_store(pytester.path / "athena.db", *lines)
    run_alone("--athena-explore", "0").assert_outcomes(passed=1)
    assert [label for label, (outcome, _) in verdicts(path).items() if outcome] == ["d/1"]
    done = run_alone("--athena-explore", "1", "-v")
    done.assert_outcomes(passed=2)
    assert [label for label, (outcome, _) in verdicts(path).items() if outcome] == ["d/0", "d/1", "d/2"]
