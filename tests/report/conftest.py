"""Stores with nights in them that were never run: results are written as the recorder writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_athena_dreams.learning import learn, sightings
from pytest_athena_dreams.models import Category, Fault, Figures, Outcome
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.records import Result, Run
from pytest_athena_dreams.worlds import CommandAnswer, Entry, Reply, ServiceAnswer, World
from tests.dreams import CLAMP, dream, make_store

HOSTILE = "</script><img src=x onerror=alert(1)> \x1b[2J \u202e `|` \ud800 ::error:: & '\""
LONG = "".join(f"    step_{n} = low + {n} * (high - low)\n" for n in range(30))
GOOD = CLAMP.replace("    return", f"{LONG}    return")
BAD = GOOD.replace("max(low, min(x, high))", "min(low, max(x, high))")
WRONG = Fault(
    category=Category.LOGIC,
    summary="returned another value",
    expected="returned 0",
    got="returned 1",
    call="clamp(0, 0, 1)",
)
SURROUNDINGS = World(
    files={"a.txt": Entry(content=b"one\n"), HOSTILE.encode(errors="replace").decode(): Entry()},
    commands=(CommandAnswer(words=("git", "push"), status=1),),
    services=(ServiceAnswer(method="GET", url="http://a.example/", replies=(Reply(status=404),)),),
    variables={"TOKEN": "x"},
    input="in",
    arguments=("-v",),
    clock=0.0,
)
IN_WORLD = replace(
    WRONG, contrast=("- git push", "+ git pull"), world=tuple(SURROUNDINGS.lines()), surroundings=SURROUNDINGS
)
"""A fault in a world; its call fails only there."""
RAISED = Fault(
    category=Category.RUNTIME,
    summary=f"ValueError: {HOSTILE}",
    expected="returned 0",
    got=f"raised ValueError: {HOSTILE}",
    call=f"clamp({HOSTILE!r})",
    line=3,
    exception="ValueError",
)

Night = Callable[..., int]


def result(dream_id: int, *faults: Fault, **fields: Any) -> Result:
    """What the recorder makes of a verdict with ``faults``."""
    import msgspec

    first = faults[0] if faults else None
    values: dict[str, Any] = {
        "dream_id": dream_id,
        "outcome": Outcome.FAILURE if first else Outcome.SUCCESS,
        "category": first.category if first else None,
        "athena_outcome": "runtime_error" if first else "success",
        "contract": "superset",
        "error": f"{first.category}: {first.summary}" if first else None,
        "failing_input": first.call if first else None,
        "procedure_result": first.expected if first else None,
        "dream_result": first.got if first else None,
        "figures": Figures(
            tried=100,
            accepted=90,
            rejected=10,
            elapsed=0.1,
            cpu=0.1,
            peak_memory=1,
            speed=None if first else 1.0 + dream_id % 7 / 4,
            evidence=None if first else (dream_id % 3 + 1) / 4,
            lines_reached=None if first else 3,
            lines_total=None if first else 4,
        ),
        "details": msgspec.json.encode(_clean(faults)).decode() if faults else None,
    }
    return Result(**values | fields)


def _clean(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    from dataclasses import fields, replace

    def text(value: Any) -> Any:
        return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value

    return tuple(replace(f, **{x.name: text(getattr(f, x.name)) for x in fields(f)}) for f in faults)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store of a test is."""
    return tmp_path / "athena.db"


def fill(path: Path, count: int) -> None:
    """A store of ``count`` dreams: two bad ones for a good one, one with a hostile name."""
    lines = [
        dream(
            f"night/{n}" if n else "night/0 </b><script>alert(1)</script> `|`",
            GOOD if n % 3 == 0 else BAD + f"# {n} \x1b[2J\u202e</pre><script>\n",
            viability_score=(n % 10) / 10,
            dream_type=("constraint_relaxation", "conditional_variant")[n % 2],
            model_used=("model-a", "model-b")[n % 2],
        )
        for n in range(count)
    ]
    make_store(path, *lines)


def night(path: Path, failures: dict[int, Fault], *, started_at: int) -> int:
    """One run over all dreams; those in ``failures`` fail."""
    with Store.open(path) as store:
        run = store.begin_run(
            Run(started_at=started_at, settings="{}", seed=0, versions="{}", sandbox="landlock")
        )
        for each in store.dreams():
            faults = [failures[each.id]] if each.id in failures else []
            store.record(run, result(each.id, *faults), sightings(each, faults))
        store.finish_run(run, exit_status=int(bool(failures)))
        learn(store, run)
        return run
