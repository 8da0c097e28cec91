"""From a Python file to an adopted patch, by the commands; and dreams that fit what their writer saw."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_athena_dreams.adoption.candidates import candidate, new_seed, new_test
from pytest_athena_dreams.adoption.conditions import decide
from pytest_athena_dreams.cli import main
from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Outcome
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.records import Result
from pytest_athena_dreams.trial import Engine
from tests.dreams import READS_SECRET, SECRET, dream, make_store, needs_worlds
from tests.night.kit import COMMAND, environment
from tests.store.kit import RUN

TOOLS = '''\
"""Tools."""


def unique(items: list[int]) -> list[int]:
    """Each once."""
    found: list[int] = []
    for item in items:  # in order
        if item not in found:
            found.append(item)
    return found


def last() -> int: return 3
'''
DREAMS = """\
# dream of unique
def quick(items: list[int]) -> list[int]:
    return list(dict.fromkeys(items))


# dream of unique
def wrong(items: list[int]) -> list[int]:
    return sorted(set(items))
"""


def run(*arguments: str, status: int = 0) -> Any:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == status, done.output
    return done


def passes(store: Store, *ids: int) -> None:
    """As a run stores it that these dreams pass."""
    run_id = store.begin_run(RUN)
    for dream_id in ids:
        store.record(
            run_id,
            Result(
                dream_id=dream_id,
                outcome=Outcome.SUCCESS,
                category=None,
                athena_outcome="success",
                contract="superset",
                error=None,
                failing_input=None,
                procedure_result=None,
                dream_result=None,
                details=None,
            ),
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("tools.py").write_text(TOOLS)
    Path("dreams.py").write_text(DREAMS)
    run("import", "tools.py", "--functions", "unique")
    run("import", "dreams.py")
    with Store.open("athena.db") as store:
        passes(store, 1, 2)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_a_dream_that_holds_is_adopted_and_its_file_changed_and_back() -> None:
    tried = run("adopt", "--best", "2", "--dry-run")
    assert "dream 1 (dreams.quick) of tools.unique: would be adopted (" in tried.stderr
    assert "1000 inputs, evidence " in tried.stderr
    assert run("adopt", "--list").stdout == ""

    patched = run("adopt", "1", "--by", "me", "--patch", "tools.py", "--write")
    assert "adopted as version 2" in patched.stderr
    assert patched.stdout.startswith("--- a/tools.py\n+++ b/tools.py\n@@")
    assert Path("tools.py").read_text() == (
        '"""Tools."""\n\n\ndef unique(items: list[int]) -> list[int]:\n'
        "    return list(dict.fromkeys(items))\n\n\ndef last() -> int: return 3\n"
    )
    assert " dream 1 is version 2 of tools.unique, by me\n" in run("adopt", "--list").stdout
    with sqlite3.connect("athena.db") as db:
        found = db.execute(
            "SELECT entry_point, substr(code, 1, 11) FROM procedures WHERE version = 2"
        ).fetchone()
    assert found == ("unique", "def unique(")

    assert run("adopt", "1", "--undo").stdout == "dream 1: undone; version 3 is what was there before\n"
    assert ", undone by " in run("adopt", "--list").stdout


@pytest.mark.usefixtures("project")
def test_a_change_can_be_written_after_it_was_read_and_undone_and_adopted_again() -> None:
    read = run("adopt", "dreams.quick", "--patch", "tools.py")
    assert Path("tools.py").read_text() == TOOLS
    written = run("adopt", "dreams.quick", "--patch", "tools.py", "--write")
    assert "dream 1 (dreams.quick) of tools.unique: is adopted as version 2\n" in written.stderr
    assert written.stdout == read.stdout
    assert Path("tools.py").read_text() != TOOLS
    assert len(run("adopt", "--list").stdout.splitlines()) == 1

    again = run("import", "tools.py", "--functions", "unique")
    assert again.stdout == "athena.db: procedures: 0 added, 1 known\n"

    run("adopt", "dreams.quick", "--undo")
    Path("tools.py").write_text(TOOLS)
    again = run("adopt", "dreams.quick", "--patch", "tools.py", "--write")
    assert "adopted as version 4 (" in again.stderr
    assert Path("tools.py").read_text() != TOOLS


@pytest.mark.usefixtures("project")
def test_a_dream_that_fails_on_a_new_seed_is_refused_and_nothing_changes() -> None:
    refused = run("adopt", "2", "--patch", "tools.py", "--write", status=1)
    assert (
        "dream 2 (dreams.wrong) of tools.unique: not adopted: it fails on a new seed: logic: "
        in refused.stderr
    )
    assert refused.stdout == ""
    assert Path("tools.py").read_text() == TOOLS
    assert run("adopt", "--list").stdout == ""
    again = run("adopt", "2", status=1)
    assert "not adopted: it failed when it was to be adopted before: it fails on a new seed" in again.stderr


@pytest.mark.usefixtures("project")
def test_a_file_that_holds_other_code_is_refused() -> None:
    Path("tools.py").write_text(TOOLS.replace("not in", "in"))
    refused = run("adopt", "1", "--patch", "tools.py", "--write", status=2)
    assert "tools.py holds another unique than the procedure that dream 1 varies" in refused.stderr
    assert run("adopt", "--list").stdout == ""


@pytest.mark.usefixtures("project")
def test_line_ends_encoding_and_mode_of_a_file_stay() -> None:
    text = ("# coding: latin-1\n# ä\n" + TOOLS).replace("\n", "\r\n").encode("latin-1")
    Path("tools.py").write_bytes(text)
    Path("tools.py").chmod(0o640)
    run("adopt", "1", "--patch", "tools.py", "--write")
    changed = Path("tools.py").read_bytes()
    assert changed.startswith(b"# coding: latin-1\r\n# \xe4\r\n")
    assert changed.count(b"\r\n") == changed.count(b"\n")
    assert Path("tools.py").stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir()) == ["athena.db", "dreams.py", "tools.py"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "give one of: ids or labels of dreams, --best N, --list"),
        (("1", "--best", "2"), "give one of: ids or labels of dreams, --best N, --list"),
        (("--best", "2", "--undo"), "--undo needs ids or labels of adopted dreams"),
        (("1", "2", "--patch", "tools.py"), "--patch needs the id or label of one dream to adopt"),
        (("1", "--write"), "--write needs --patch FILE.py"),
        (("99",), "has no dream with the id or label '99'"),
        (("1", "--undo"), "dream 1 is not adopted"),
        (("1", "--patch", "gone.py"), "gone.py can't be read"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_request_that_can_t_be_carried_out_is_status_2(arguments: tuple[str, ...], why: str) -> None:
    assert why in run("adopt", *arguments, status=2).stderr


SQUARE = "def f(n: int, s: str) -> str:\n    return s * (n % 4) + str(n)\n"
FITS = {
    "a table of all inputs": "TABLE.get((n, s), '')\nTABLE = {table}\n",
    "a table of digests": "right(n, s) if md5(repr((n, s)).encode()).hexdigest() in {digests} else ''\n",
    "small numbers alone": "right(n, s) if abs(n) <= {most} else s\n",
    "lengths that came": "right(n, s) if len(s) in {lengths} else s\n",
    "the characters that came": "right(n, s) if set(s) <= set({characters}) else s\n",
    "the numbers that came": "right(n, s) if n in {numbers} else s\n",
    "the texts that came": "right(n, s) if s in {texts} else s\n",
    "the sums that came": "right(n, s) if n + len(s) in {sums} else s\n",
    "the first calls": "right(n, s) if CALLS.append(n) or len(CALLS) <= 3 * {count} else s\nCALLS = []\n",
    "the hashes that came": "right(n, s) if (n * 31 + len(s)) % 997 in {hashes} else s\n",
    "short or even lengths": "right(n, s) if len(s) % 2 == 0 or len(s) <= 4 else s\n",
    "machine integers": "right(n, s) if n < 2**63 else s\n",
    "texts in their normal form": "normalize('NFC', right(n, s))\n",
    "texts without marks": "right(n, s) if not any(map(combining, s)) else s\n",
}
"""What dreams return that are right on the inputs of a run's seed, and wrong elsewhere."""
FITTED = """\
from hashlib import md5
from unicodedata import combining, normalize
def right(n, s): return s * (n % 4) + str(n)
def f(n: int, s: str) -> str:
    return """


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    """What a writer may make of the pool of seed 0."""
    import hashlib

    from pytest_athena_dreams.models import Procedure

    with Engine(Settings(), Policy()) as engine:
        pool = engine.reference(Procedure(id=1, name="f", code=SQUARE, entry_point="f")).pool
        calls = [call.by_name(pool.spec.signature) for call in pool.inputs.values()]
    pairs = [(call["n"], call["s"]) for call in calls]
    numbers, texts = {n for n, _ in pairs}, {s for _, s in pairs}
    return {
        "table": {pair: pair[1] * (pair[0] % 4) + str(pair[0]) for pair in pairs},
        "digests": {hashlib.md5(repr(pair).encode()).hexdigest() for pair in pairs},
        "most": max(map(abs, numbers)),
        "lengths": sorted(set(map(len, texts))),
        "characters": sorted(set("".join(texts))),
        "numbers": sorted(numbers),
        "texts": sorted(texts),
        "sums": sorted({n + len(s) for n, s in pairs}),
        "hashes": sorted({(n * 31 + len(s)) % 997 for n, s in pairs}),
        "count": len(pairs),
    }


@pytest.mark.parametrize("code", FITS.values(), ids=FITS.keys())
def test_a_dream_that_fits_the_pool_alone_is_never_adopted(
    tmp_path: Path, shown: dict[str, Any], code: str
) -> None:
    fitted = dream(
        "fits", FITTED + code.format(**shown), entry_point="f", procedure=SQUARE, contract="superset"
    )
    with Store.open(make_store(tmp_path / "a.db", fitted)) as store:
        passes(store, 1)
        seed = new_seed(store)
        decision = decide(candidate(store, 1), seed=seed, test=new_test(Settings(), seed))
    assert not decision.adopted
    if "CALLS" in code:
        assert "its results may depend on earlier calls" in str(decision.refusals)
    else:
        assert decision.verdict is not None
        assert decision.verdict.outcome is Outcome.FAILURE, decision.refusals


CHECKED = """\
import zlib


def body(text: str) -> str:
    parts = text.rpartition("-")
    if f"{zlib.crc32(parts[0].encode()):08x}" != parts[2]:
        raise ValueError("broken")
    result = ""
    for part in parts[0]:
        result = result + part
    return result
"""
"""Only the user knows how to make its inputs."""
SHORTER = CHECKED[: CHECKED.index("    result")] + "    return parts[0]\n"
STRATEGY = """\
import zlib

from hypothesis import strategies as st

TEXTS = st.text("abcxyz", max_size=20).map(lambda text: f"{text}-{zlib.crc32(text.encode()):08x}")
"""
HOOK = """\
from texts_of_body import TEXTS


def pytest_athena_dreams_strategy(procedure, parameter, annotation):
    return TEXTS if (procedure, parameter) == ("body", "text") else None
"""
OTHER_SECRET = READS_SECRET.replace('"known"', '"new"')
INI = "[pytest]\nathena_strategies =\n    body.text = texts_of_body:TEXTS\n"


@pytest.mark.slow
@pytest.mark.parametrize("given", ["conftest.py", "pytest.ini"])
def test_adopt_and_repair_use_the_user_s_own_strategies(tmp_path: Path, given: str) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=tmp_path,
            env=environment(PYTHONPATH=str(tmp_path)),
            text=True,
            capture_output=True,
            check=False,
        )

    store = make_store(
        tmp_path / "athena.db",
        dream("shorter", SHORTER, procedure=CHECKED),
        dream("no import", SHORTER.replace("import zlib\n", ""), procedure=CHECKED),
    )
    with Store.open(store) as opened:
        passes(opened, 1)
    without = command("adopt", "1")
    assert (without.returncode, without.stdout) == (1, "")
    assert "not adopted: it can't be tested: " in without.stderr

    (tmp_path / "texts_of_body.py").write_text(STRATEGY)
    (tmp_path / given).write_text(HOOK if given == "conftest.py" else INI)
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "--athena-dreams", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 1, tested.stdout
    repaired = command("repair")
    assert "1 of 1 failed dreams have a repair that passes\n" in repaired.stdout, repaired
    assert repaired.stderr == ""
    adopted = command("adopt", "1")
    assert adopted.returncode == 0, adopted.stderr
    assert "(shorter) of body: adopted as version 2 (" in adopted.stderr
    assert " inputs, evidence " in adopted.stderr
    assert "Warning" not in adopted.stderr


@pytest.mark.parametrize("given", [False, True], ids=["drawn-worlds", "the-user-s-world"])
def test_adopt_tests_in_the_user_s_own_worlds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    """There the dream fails; in drawn ones nothing speaks against it."""
    needs_worlds()
    monkeypatch.chdir(tmp_path)
    make_store(tmp_path / "athena.db", dream("shorter", OTHER_SECRET, procedure=READS_SECRET))
    with Store.open("athena.db") as store:
        passes(store, 1)
    (tmp_path / "given" / "files").mkdir(parents=True)
    (tmp_path / "given" / "files" / "notes.txt").write_text(SECRET)
    (tmp_path / "pytest.ini").write_text("[pytest]\nathena_world = given\n" if given else "[pytest]\n")
    done = run("adopt", "1", status=1)
    assert ("it fails on a new seed: logic: " in done.stderr) == given, done.stderr


@pytest.mark.usefixtures("project")
def test_the_best_dream_of_a_file_is_its_patch() -> None:
    Path("other.py").write_text("def other(items: list[int]) -> list[int]:\n    return sorted(items)\n")
    refused = run("adopt", "--best", "1", "--patch", "other.py", status=1)
    assert "not adopted: other.py: the file has no function unique" in refused.stderr
    assert run("adopt", "--best", "2", "--patch", "tools.py", status=2).stdout == ""
    patched = run("adopt", "--best", "1", "--patch", "tools.py", "--write")
    assert "+    return list(dict.fromkeys(items))" in patched.stdout
    assert "dict.fromkeys" in Path("tools.py").read_text()


@pytest.mark.usefixtures("project")
def test_settings_of_the_ini_file_count_and_a_broken_one_is_an_error() -> None:
    Path("pytest.ini").write_text("[pytest]\nathena_sandbox = nowhere\n")
    refused = run("adopt", "1", status=2)
    assert "invalid value 'nowhere' for athena_sandbox in pytest.ini" in refused.stderr
    Path("pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    refused = run("adopt", "1", status=2)
    assert "pytest can't be configured in this folder (exit status 4): its message is above" in refused.stderr
