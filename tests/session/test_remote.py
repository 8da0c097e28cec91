"""Workers elsewhere: another interpreter, another folder, no store."""

from __future__ import annotations

import sys
import venv
from pathlib import Path

import pytest

from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import runner

BAD = CLAMP.replace("min(", "max(")
FAST = ("--athena-max-examples", "20")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def interpreter(tmp_path: Path) -> Path:
    """Another Python with what this one has, and a folder of its own."""
    venv.create(tmp_path / "other", symlinks=True)
    [packages] = (tmp_path / "other").glob("lib/python*/site-packages")
    (packages / "all.pth").write_text("\n".join(path for path in sys.path if path) + "\n")
    return tmp_path / "other" / "bin" / "python"


def test_a_worker_in_another_folder_with_another_python_needs_no_store(
    pytester: pytest.Pytester, elsewhere: Path, interpreter: Path
) -> None:
    make_store(pytester.path / "athena.db", dream("good", CLAMP), dream("bad", BAD))
    result = runner(pytester, "-d", "--tx", f"2*popen//python={interpreter}//chdir={elsewhere}")(*FAST)
    result.assert_outcomes(passed=1, failed=1)
    assert verdicts(pytester.path / "athena.db") == {"good": ("success", None), "bad": ("failure", "logic")}
    result.stdout.fnmatch_lines(["logic: *", "*repeat: pytest --athena-dreams --athena-store athena.db *"])
    assert not list(elsewhere.rglob("*.db*"))


def test_a_strategy_that_is_there_is_used_and_one_that_is_not_is_an_error(
    pytester: pytest.Pytester, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(pytester.path / "athena.db", dream("good", CLAMP))
    pytester.makeini("[pytest]\nathena_strategies =\n    clamp.x = mine_only_here:numbers\n")
    result = runner(pytester, "-d", "--tx", f"popen//chdir={elsewhere}")(*FAST)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["StrategyError: invalid line 'clamp.x = mine_only_here:numbers' in *"])
    assert verdicts(pytester.path / "athena.db") == {"good": (None, None)}
    (elsewhere / "mine_only_here.py").write_text(
        "from hypothesis import strategies as st\nnumbers = st.just(7)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    runner(pytester, "-d", "--tx", f"popen//chdir={elsewhere}")(*FAST).assert_outcomes(passed=1)


def test_a_path_that_dreams_may_read_must_be_there(pytester: pytest.Pytester, elsewhere: Path) -> None:
    make_store(pytester.path / "athena.db", dream("good", CLAMP))
    (pytester.path / "shared").mkdir()
    result = runner(pytester, "-d", "--tx", f"popen//chdir={elsewhere}")(*FAST, "--athena-allow-read=shared")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["SandboxError: *: --athena-allow-read: '*/elsewhere/shared' does not exist*"]
    )
    assert verdicts(pytester.path / "athena.db") == {"good": (None, None)}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--athena-store", "athena.db"],
            "--athena-store athena.db: xdist would send * as one argument, *",
        ),
        (["athena.db::clamp"], "athena.db::clamp: xdist can't pass this to a worker in another folder, *"),
    ],
)
def test_what_xdist_would_take_for_files_is_refused_with_the_remedy(
    pytester: pytest.Pytester, elsewhere: Path, arguments: list[str], says: str
) -> None:
    make_store(pytester.path / "athena.db", dream("good", CLAMP))
    result = runner(pytester, "-d", "--tx", f"popen//chdir={elsewhere}")(*FAST, *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {says}"])
