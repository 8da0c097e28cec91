"""Runs that share out a store's dreams: which dreams they test, and that merged they are one run."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.sharding import Shard
from tests.dreams import dream, make_store
from tests.session.conftest import Run

NAMES = ("double", "halve", "thrice", "scale", "square", "negate")
PROCEDURES = {name: f"def {name}(x: int) -> int:\n    return x * {n}\n" for n, name in enumerate(NAMES, 2)}
NOISE = {
    "dream_test_runs": ("started_at", "finished_at", "settings", "selection"),
    "dream_test_results": ("tested_at", "elapsed", "cpu", "peak_memory", "effectiveness"),
    "dream_procedures": ("test_timestamp", "effectiveness_metric", "generated_at"),
    "dream_failure_patterns": ("first_seen", "last_seen"),
    "dream_metrics": ("timestamp",),
    "procedures": ("created_at",),
}
"""Columns that no two runs have in common."""


def lines() -> list[dict[str, Any]]:
    found = []
    for name, code in PROCEDURES.items():
        body = code.partition("return ")[2].strip()
        found += [
            dream(f"{name}-right", f"def {name}(x: int) -> int:\n    return 0 + {body}\n", procedure=code),
            dream(f"{name}-twin", f"def {name}(x: int) -> int:\n    return (0 + {body})\n", procedure=code),
            dream(f"{name}-wrong", f"def {name}(x: int) -> int:\n    return {body} + 1\n", procedure=code),
        ]
    return found


def rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All tables, without what differs between any two runs."""
    with sqlite3.connect(path) as db:
        db.row_factory = sqlite3.Row
        tables = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        return {
            table: sorted(
                (
                    {k: v for k, v in dict(row).items() if k not in NOISE.get(table, ())}
                    for row in db.execute(f'SELECT * FROM "{table}"')
                ),
                key=repr,
            )
            for table in tables
            if not table.startswith("sqlite_")
        }


@pytest.fixture
def store(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATHENA_MAX_EXAMPLES", "20")
    return make_store(pytester.path / "athena.db", *lines())


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def shared_out(run: Run, store: Path, shards: int) -> list[Path]:
    """Copies of a store, each with the results of one shard."""
    parts = []
    for number in range(1, shards + 1):
        parts.append(store.with_name(f"part{number}.db"))
        shutil.copy(store, parts[-1])
        run("--athena-store", parts[-1].name, "--athena-shard", f"{number}/{shards}")
    return parts


@given(st.text(), st.text(), st.integers(1, 50))
def test_each_dream_is_in_one_shard(procedure: str, code: str, count: int) -> None:
    holding = [Shard(n, count) for n in range(1, count + 1) if Shard(n, count).holds(procedure, code)]
    assert len(holding) == 1
    assert not procedure or holding[0].holds(procedure, code + "x")
    assert Shard.parse(str(holding[0])) == holding[0]


def test_a_shard_is_the_same_everywhere() -> None:
    """A fixed value: other machines and versions must share out as this one."""
    assert [n for name in NAMES for n in range(1, 5) if Shard(n, 4).holds(name, "")] == [2, 1, 3, 4, 2, 1]


@pytest.mark.parametrize("value", ["0/4", "5/4", "1", "1/0", "a/b", "-1/3", "1/2/3", ""])
def test_a_shard_that_there_is_not(run_alone: Run, store: Path, value: str) -> None:
    ran = run_alone(f"--athena-shard={value}")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["*--athena-shard*expected off or K/N*"])


def test_shards_test_every_dream_once(run_dreams: Run, store: Path) -> None:
    seen = []
    for number in (1, 2, 3):
        before = len(rows(store)["dream_test_results"])
        ran = run_dreams("--athena-shard", f"{number}/3")
        seen.append(len(rows(store)["dream_test_results"]) - before)
        ran.stdout.fnmatch_lines([f"athena-dreams: athena.db, shard {number}/3, {seen[-1]} dreams of*"])
    assert sum(seen) == len(lines())
    assert len({row["dream_id"] for row in rows(store)["dream_test_results"]}) == len(lines())


def test_an_empty_shard_is_no_failure(run_alone: Run, store: Path) -> None:
    empty = next(n for n in range(1, 51) if not any(Shard(n, 50).holds(name, "") for name in NAMES))
    assert run_alone("--athena-shard", f"{empty}/50").ret == pytest.ExitCode.OK


def test_a_limit(run_dreams: Run, store: Path) -> None:
    ran = run_dreams("--athena-limit", "4")
    found = rows(store)
    assert sorted(row["dream_id"] for row in found["dream_test_results"]) == [1, 2, 3, 4]
    ran.stdout.fnmatch_lines(["athena-dreams: athena.db, 4 dreams of*"])
    run_dreams("--athena-limit", "100")
    assert len({row["dream_id"] for row in rows(store)["dream_test_results"]}) == len(lines())


def test_four_shards_are_as_one_run(run_alone: Run, store: Path) -> None:
    """In every table, but for times and what a call costs."""
    one = store.with_name("one.db")
    shutil.copy(store, one)
    run_alone("--athena-store", one.name)
    parts = shared_out(run_alone, store, 4)
    parts.append(store.with_name("empty.db"))
    shutil.copy(store, parts[-1])  # of a shard without dreams: its run tested nothing, and left no row
    merged = command("merge", "--store", store, *parts)
    assert merged.exit_code == 0, merged.output
    assert merged.output == f"run 1 in {store}: 12 passed, 6 failed, 0 untestable\n"
    assert rows(store) == rows(one)


def test_split_stores_hold_their_shard_alone(run_alone: Run, store: Path) -> None:
    split = command("split", "3", "--store", store, "--into", store.parent / "parts")
    assert split.exit_code == 0, split.output
    parts = sorted((store.parent / "parts").iterdir())
    assert [path.name for path in parts] == [f"athena-{n}-of-3.db" for n in (1, 2, 3)]
    sizes = [len(rows(path)["dream_procedures"]) for path in parts]
    assert sum(sizes) == len(lines())
    assert len(set(sizes)) > 1
    assert split.output == "".join(f"{p}: {n} dreams\n" for p, n in zip(parts, sizes, strict=True))
    for number, path in enumerate(parts, start=1):
        run_alone("--athena-store", str(path), "--athena-shard", f"{number}/3")
    merged = command("merge", "--store", store, *parts)
    assert merged.exit_code == 0, merged.output
    assert {row["status"] for row in rows(store)["dream_procedures"]} == {"tested"}


def test_split_replaces_no_file(store: Path) -> None:
    (store.parent / "athena-2-of-3.db").touch()
    split = command("split", "3", "--store", store, "--into", store.parent)
    assert split.exit_code == 2
    assert "athena-2-of-3.db exists" in split.output
    assert not (store.parent / "athena-1-of-3.db").exists()


def test_conflicts_are_named_and_nothing_is_merged(run_alone: Run, store: Path) -> None:
    parts = shared_out(run_alone, store, 2)
    with sqlite3.connect(store) as db:
        db.execute("UPDATE dream_procedures SET code = 'changed' WHERE label = 'double-right'")
        db.execute("DELETE FROM dream_procedures WHERE label = 'halve-wrong'")
        db.execute("UPDATE procedures SET code = 'other' WHERE name = 'square'")
    before = rows(store)
    merged = command("merge", "--store", store, *parts)
    assert merged.exit_code == 2
    for text in (
        "dream double-right of",
        "has another code there",
        "dream halve-wrong of",
        "is not in it",
        "has another procedure's code there",
    ):
        assert text in merged.output
    assert rows(store) == before


def test_a_missing_shard_is_named(run_alone: Run, store: Path) -> None:
    first, _, third = shared_out(run_alone, store, 3)
    merged = command("merge", "--store", store, first, third)
    assert merged.exit_code == 2
    assert "the results of shard 2/3 are missing" in merged.output
    merged = command("merge", "--partial", "--store", store, first, third)
    assert merged.exit_code == 0, merged.output
    waiting = sum(Shard(2, 3).holds(name, "") for name in NAMES) * 3
    assert f"still waiting for a test: {waiting} dreams of Tier 1" in merged.output


def test_results_are_merged_once(run_alone: Run, store: Path) -> None:
    parts = shared_out(run_alone, store, 2)
    assert command("merge", "--store", store, *parts).exit_code == 0
    before = rows(store)
    again = command("merge", "--store", store, *parts)
    assert again.exit_code == 2
    assert "has that or a later result in run 1 there" in again.output
    copied = store.with_name("copied.db")
    shutil.copy(parts[0], copied)
    fresh = make_store(store.with_name("fresh.db"), *lines())
    twice = command("merge", "--store", fresh, *parts, copied)
    assert twice.exit_code == 2
    assert "result in another of the stores" in twice.output
    assert rows(store) == before
    assert rows(fresh)["dream_test_results"] == []


def test_runs_with_other_settings_are_refused(run_alone: Run, store: Path) -> None:
    one, two = store.with_name("one.db"), store.with_name("two.db")
    for path, more in ((one, []), (two, ["--athena-timeout", "2"])):
        shutil.copy(store, path)
        run_alone("--athena-store", path.name, "--athena-shard", "1/2" if path == one else "2/2", *more)
    merged = command("merge", "--store", store, one, two)
    assert merged.exit_code == 2
    assert "timeout is 2.0 in run 1 of" in merged.output
    assert "and 1.0 in" in merged.output


def test_the_last_of_several_runs_of_a_part_counts(run_alone: Run, store: Path) -> None:
    part = store.with_name("part.db")
    shutil.copy(store, part)
    run_alone("--athena-store", part.name, "--athena-limit", "5")
    run_alone("--athena-store", part.name)
    run_alone("--athena-store", part.name, "--athena-select=all", "-k", "double")
    assert command("merge", "--store", store, part).exit_code == 0
    found = rows(store)
    assert [run["tested"] for run in found["dream_test_runs"]] == [len(lines())]
    assert {row["run_id"] for row in found["dream_test_results"]} == {1}
    assert json.dumps(found["dream_test_results"]).count("failure") >= len(NAMES)


@pytest.mark.parametrize("parts", [["athena.db"], ["part.db", "part.db"], ["none.db"], ["text.db"]])
def test_what_is_no_part(store: Path, parts: list[str]) -> None:
    shutil.copy(store, store.with_name("part.db"))
    store.with_name("text.db").write_text("no database")
    merged = command("merge", "--store", store, *(store.with_name(name) for name in parts))
    assert merged.exit_code == 2
    assert rows(store)["dream_test_runs"] == []


def test_a_part_without_a_run(store: Path) -> None:
    shutil.copy(store, store.with_name("part.db"))
    merged = command("merge", "--store", store, store.with_name("part.db"))
    assert merged.exit_code == 2
    assert f"no run of {store.with_name('part.db')} is new" in merged.output


def test_a_part_that_was_killed(run_alone: Run, store: Path) -> None:
    [part] = shared_out(run_alone, store, 1)
    with sqlite3.connect(part) as db:
        db.execute("UPDATE dream_test_runs SET finished_at = NULL, exit_status = NULL")
        db.execute("DELETE FROM dream_test_results WHERE dream_id > 10")
    merged = command("merge", "--store", store, part)
    assert merged.exit_code == 0, merged.output
    assert "never ended" in merged.output
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT finished_at, exit_status, tested FROM dream_test_runs").fetchall() == [
            (None, None, 10)
        ]
