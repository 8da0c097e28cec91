"""From a store to verdicts and back, under the three xdist variants."""

from __future__ import annotations

import re
import shlex
import sys

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import Run

GOOD = "def clamp(x: int, low: int, high: int) -> int:\n    return sorted((low, x, high))[1]\n"
BAD = CLAMP.replace("max(low, min(x, high))", "min(low, max(x, high))")

DREAMS = {
    "good": (dream("good", GOOD), ("success", None)),
    "logic": (dream("logic", BAD), ("failure", "logic")),
    "syntax": (dream("syntax", "```python\n" + CLAMP + "```\n"), ("failure", "syntax")),
    "dependency": (dream("dependency", "import no_such_module\n" + CLAMP), ("failure", "dependency")),
    "type": (dream("type", CLAMP.replace(", high: int)", ")").replace("high", "low")), ("failure", "type")),
    "runtime": (dream("runtime", CLAMP.replace("max(low", "hgih or max(low")), ("failure", "runtime")),
    "validation": (dream("validation", "LIMIT = 3\n"), ("failure", "validation")),
    "loops": (
        dream("loops", "def clamp(x, low, high):\n    while True: pass\n"),
        ("failure", "timeout"),
    ),
    "eats-memory": (
        dream("eats-memory", "def clamp(x, low, high):\n    return len([0] * 10**12)\n"),
        ("failure", "resource"),
    ),
    "exits": (
        dream("exits", "import os\ndef clamp(x, low, high):\n    os._exit(0)\n"),
        ("failure", "runtime"),
    ),
    "prints-100-MB": (
        dream("prints-100-MB", "def clamp(x, low, high):\n    for _ in range(100): print('x' * 2**20)\n"),
        ("failure", "resource"),
    ),
    "equal-to-everything": (
        dream(
            "equal-to-everything",
            "class Any(int):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\n"
            "    __ne__ = lambda s, o: False\ndef clamp(x, low, high): return Any(7)\n",
        ),
        ("failure", "logic"),
    ),
    "kills-itself": (
        dream("kills-itself", "import os\ndef clamp(x, low, high): os.kill(os.getpid(), 9)\n"),
        ("failure", "resource"),
    ),
    "lone-surrogate": (
        dream("lone-surrogate", "def clamp(x, low, high): raise KeyError('\\ud800 \\x1b[2J')\n"),
        ("failure", "runtime"),
    ),
}


@pytest.fixture
def store(pytester: pytest.Pytester) -> str:
    make_store(pytester.path / "t.db", *(line for line, _ in DREAMS.values()))
    return "t.db"


def test_every_dream_gets_its_verdict(run_dreams: Run, store: str, pytester: pytest.Pytester) -> None:
    result = run_dreams("--athena-store", store, "--athena-timeout", "0.5")
    assert verdicts(pytester.path / store) == {name: expected for name, (_, expected) in DREAMS.items()}
    result.assert_outcomes(passed=1, failed=len(DREAMS) - 1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*athena dreams*", "category*dreams", "constraint_relaxation*1*13"])
    assert "\x1b[2J" not in result.stdout.str()


def test_a_process_of_its_own_and_this_one_show_the_same(
    run_apart: Run, run_alone: Run, pytester: pytest.Pytester
) -> None:
    shown = []
    for run in (run_apart, run_alone):
        (pytester.path / "t.db").unlink(missing_ok=True)
        make_store(pytester.path / "t.db", dream("good", GOOD), dream("logic", BAD))
        result = run("-v", "--athena-store", "t.db")
        result.assert_outcomes(passed=1, failed=1)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        lines = (re.sub(r"\d+\.\d+s", "TIME", line).strip("= ") for line in result.outlines)
        shown.append(
            [
                line
                for line in lines
                if not line.startswith(("platform", "cachedir", "plugins", "hypothesis profile"))
            ]
        )
    assert shown[0] == shown[1]


def test_a_failure_says_all_that_a_person_needs(run_dreams: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "t.db", dream("logic", BAD))
    result = run_dreams("--athena-store", "t.db")
    result.stdout.fnmatch_lines(
        [
            "logic: returned another value",
            "  call       clamp(*)",
            "  procedure  returned *",
            "  dream      returned *",
            "  >    4 |     return min(low, max(x, high))",
            "  contract superset, * of 100 inputs accepted, * of them fail this way",
            "  repeat: pytest --athena-dreams --athena-store t.db --athena-seed 0 *::constraint_relaxation-1",
            "FAILED t.db::clamp::constraint_relaxation-1 - logic: logic: returned*",
        ]
    )


def test_the_repeat_command_repeats(run_alone: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "t.db", dream("logic", BAD), dream("good", GOOD))
    first = run_alone("--athena-store", "t.db", "--athena-seed", "7")
    command = next(line for line in first.stdout.lines if line.startswith("  repeat:"))
    _, *arguments = shlex.split(command.removeprefix("  repeat:"))
    again = pytester.run(sys.executable, "-m", "pytest", *arguments)
    again.assert_outcomes(failed=1)
    calls = [line for line in first.stdout.lines if line.startswith("  call ")]
    assert [line for line in again.stdout.lines if line.startswith("  call ")] == calls


def test_nothing_pending_is_success_and_says_so(run_dreams: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "t.db", dream("good", GOOD, tier=2))
    result = run_dreams("--athena-store", "t.db")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["athena-dreams: no pending Tier 1 dreams in t.db, nothing to test"])


def test_no_store_is_a_usage_error_with_the_remedy(run_dreams: Run) -> None:
    result = run_dreams("--athena-store", "missing.db")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: no store at *missing.db; make one with: athena-dreams init --store *"]
    )


def test_with_paths_tests_and_dreams_run(run_dreams: Run, store: str, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "t.db", dream("good", GOOD))
    pytester.makepyfile(test_mine="def test_mine(): pass")
    run_dreams("--athena-store", store, "test_mine.py", "-k", "mine or good").assert_outcomes(passed=2)


def test_without_paths_only_dreams_run(run_dreams: Run, pytester: pytest.Pytester) -> None:
    make_store(pytester.path / "t.db", dream("good", GOOD))
    pytester.makepyfile(test_mine="def test_mine(): assert False")
    run_dreams("--athena-store", "t.db").assert_outcomes(passed=1)


def test_without_the_option_nothing_of_ours_runs(
    run_dreams: Run, store: str, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_mine="def test_mine(): pass")
    run_dreams(ask=False).assert_outcomes(passed=1)
    assert set(verdicts(pytester.path / store).values()) == {(None, None)}
