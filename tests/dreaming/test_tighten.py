"""The command ``tighten``: it shows what prompts and the allotment use, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.dreaming.allotment import Arm, Record
from pytest_athena_dreams.dreaming.generating import Past
from pytest_athena_dreams.dreaming.tightening import turns
from pytest_athena_dreams.store.database import Store

from .conftest import briefing, written
from .kit import store_of


@pytest.fixture
def path(failing: Path) -> Path:
    """A store with failed dreams."""
    return failing


def tighten(path: Path, *more: str) -> str:
    done = CliRunner().invoke(main, ["tighten", "--store", str(path), *more])
    assert done.exit_code == 0, done.output
    return done.output


def test_rules_are_shown_as_prompts_carry_them(path: Path) -> None:
    output = tighten(path)
    assert output.startswith("3 rules for prompts, at most five in each; one prompt in five carries none\n")
    for lesson in briefing(path).rules(1, "constraint_relaxation"):
        assert lesson.text in output
    assert "  why: 2 dreams now: " in output
    assert "  wrong | if low >= high:\n  right | if low > high:\n" in output
    assert "  for: 2 of 2 procedures (clamp, half)\n" in output
    assert "no dream of an earlier run was tested" in output


def test_the_effect_of_a_rule_is_shown(path: Path) -> None:
    first = briefing(path).rules(1, "constraint_relaxation")[0].pattern
    written(path, {(first,): 20}, lambda n: "success" if n < 15 else "failure", control=False)
    written(path, {(first,): 8}, lambda n: "success" if n < 3 else "failure", control=True)
    assert "  so far: 15 of 20 pass with it, 3 of 8 without: +38 points (95 %: -1 to +65)\n" in tighten(path)


def test_procedures_and_types_restrict(path: Path) -> None:
    data = json.loads(tighten(path, "half", "--type", "conditional_variant", "--json"))
    assert {tuple(pair) for rule in data["rules"] for pair in rule["prompts"]} == {
        ("half", "conditional_variant")
    }
    assert CliRunner().invoke(main, ["tighten", "nothing", "--store", str(path)]).exit_code == 2


def test_a_private_procedure_is_left_out(path: Path) -> None:
    output = tighten(path, "--private", "clamp")
    assert "for: 1 of 1 procedure (half)" in output
    assert "low >= high" not in output


def test_a_store_without_failures(tmp_path: Path) -> None:
    output = tighten(store_of(tmp_path / "athena.db"))
    assert output.startswith("no rule goes into prompts: no failure pattern is open\n")


def test_nothing_changes(path: Path) -> None:
    with Store.open(path) as store, store.reading() as db:
        before = list(db.conn.iterdump())
    tighten(path)
    with Store.open(path) as store, store.reading() as db:
        assert list(db.conn.iterdump()) == before


def test_shares_follow_the_records() -> None:
    def records(kind: str, writer: str, better: int, worse: int, age: int = 0) -> list[Record]:
        arm = Arm(procedure=1, dream_type=kind, writer=writer)
        return [Record(arm=arm, better=n < better, age=age) for n in range(better + worse)]

    past = Past(records=(*records("a", "ruff", 2, 38), *records("b", "model:m", 30, 10, age=1)))
    first, second = turns(past, 0)
    assert (first.writer, second.writer) == ("model:m", "ruff")
    assert first.share > 0.9
    assert first.share + second.share == pytest.approx(1)
    assert (first.better, first.worse) == pytest.approx((27, 9))
    assert first.even == 0.5
    assert turns(Past(), 0) == []
