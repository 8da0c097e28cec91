"""Of several changes, the one that is found to matter is the example of its pattern."""

from __future__ import annotations

import json
import sqlite3

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from tests.dreams import dream, make_store
from tests.session.conftest import Run, runner

BASE = """\
def spread(values: list[int]) -> int:
    if not values:
        return 0
    low = min(values)
    high = max(values)
    return high - low
"""
SEVERAL = BASE.replace("if not values:", "if len(values) == 0:").replace("high - low", "high - low + 1")
BOTH = BASE.replace("return 0", "return 1").replace("high - low", "high - low + 1")


@pytest.fixture
def run_alone(pytester: pytest.Pytester) -> Run:
    """Run ``pytest --athena-dreams`` in this process."""
    return runner(pytester, "-p", "no:xdist", inside=True)


def examples() -> list[tuple[str, str, bool]]:
    """The examples of the report's open patterns."""
    report = json.loads(CliRunner().invoke(main, ["report", "--format", "json"]).output)
    found = [pattern["example"] for pattern in report["patterns"]]
    return [(each["wrong"], each["right"], each["proven"]) for each in found]


def test_the_change_that_makes_the_dream_pass_is_the_example(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    make_store(pytester.path / "athena.db", dream("several", SEVERAL, procedure=BASE))
    run_alone()
    assert examples() == [("if len(values) == 0:", "if not values:", False)]
    done = CliRunner().invoke(main, ["repair"])
    assert done.output.endswith(
        "1 with several changes pass with one of them put back, which the report shows\n"
    )
    assert examples() == [("return high - low + 1", "return high - low", True)]


def test_where_no_change_alone_does_it_none_is_proven(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "athena.db", dream("both", BOTH, procedure=BASE))
    run_alone()
    assert "put back" not in CliRunner().invoke(main, ["repair"]).output
    assert [proven for _, _, proven in examples()] == [False]


def test_repair_goes_on_past_a_procedure_that_can_not_be_run(
    run_alone: Run, pytester: pytest.Pytester
) -> None:
    lines = [dream(name, SEVERAL, procedure=f"# {name}\n{BASE}") for name in ("first", "second")]
    make_store(pytester.path / "athena.db", *lines)
    run_alone()
    db = sqlite3.connect(pytester.path / "athena.db")
    db.execute("update procedures set code = 'import no_such_module\n' || code where code like '# first%'")
    db.commit()
    db.close()
    done = CliRunner().invoke(main, ["repair"])
    assert done.exit_code == 0
    assert (
        "dream 1 (first): not tested: procedure 'spread' (id 1) can't be run: ModuleNotFoundError"
        in done.output
    )
    assert "\n1 could not be tested\n1 with several changes pass" in done.output
