"""A stored verdict names all that it depends on: installed packages, versions and the layers of the jail."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Contract, Dream, Procedure
from pytest_athena_dreams.session.digests import Digests
from pytest_athena_dreams.session.packages import installed_packages
from pytest_athena_dreams.session.plan import Plan
from tests.dreams import CLAMP, dream, make_store, verdicts
from tests.session.conftest import Run, rows

RUNS = ("--athena-max-examples", "10", "--athena-shrink-time", "0", "--athena-evidence", "off")
IMPORTING = "from helping import top\n" + CLAMP.replace(
    "max(low, min(x, high))", "max(low, min(x, high)) + top"
)
HIDING = "import importlib\n" + CLAMP.replace(
    "    return max(low, min(x, high))",
    "    top = importlib.import_module('help' + 'ing').top\n    return max(low, min(x, high)) + top",
)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    paths = {name: str(folder) for name in ("purelib", "platlib")}
    found = sysconfig.get_path
    monkeypatch.setattr(sysconfig, "get_path", lambda name, *more: paths.get(name) or found(name, *more))
    return folder


def install(site: Path, version: str, top: int) -> None:
    """Install ``helping`` in place of what is there of it."""
    for old in site.glob("helping*"):
        shutil.rmtree(old)
    about = site / f"helping-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: helping\nVersion: {version}\n")
    (about / "RECORD").write_text(f"helping/__init__.py,,\n{about.name}/METADATA,,\n{about.name}/RECORD,,\n")
    (site / "helping").mkdir()
    (site / "helping" / "__init__.py").write_text(f"top = {top}\n")


def again(pytester: pytest.Pytester, run: Run) -> dict[str, str | None]:
    """Run all dreams again; the outcomes of those that really ran, by label."""
    rows(pytester, "UPDATE dream_procedures SET status = 'pending_test'")
    run(*RUNS)
    ran = rows(pytester, "SELECT dream_id FROM dream_test_results WHERE taken_from_run IS NULL AND run_id ="
               " (SELECT max(id) FROM dream_test_runs)")  # fmt: skip
    ids = {row["dream_id"] for row in ran}
    outcomes = verdicts(pytester.path / "athena.db")
    labels = rows(pytester, "SELECT id, label FROM dream_procedures")
    return {row["label"]: outcomes[row["label"]][0] for row in labels if row["id"] in ids}


def test_a_verdict_does_not_outlive_the_version_of_a_package(
    run_alone: Run, pytester: pytest.Pytester, site: Path
) -> None:
    install(site, "1.0", 0)
    dreams = [dream("plain", CLAMP), dream("importing", IMPORTING), dream("hiding", HIDING)]
    make_store(pytester.path / "athena.db", *dreams)
    run_alone(*RUNS).assert_outcomes(passed=3)
    assert again(pytester, run_alone) == {}
    install(site, "2.0", 1)
    assert again(pytester, run_alone) == {"importing": "failure", "hiding": "failure"}
    assert again(pytester, run_alone) == {}


def test_nor_the_version_of_a_package_that_its_procedure_imports(
    run_alone: Run, pytester: pytest.Pytester, site: Path
) -> None:
    install(site, "1.0", 0)
    make_store(pytester.path / "athena.db", dream("plain", CLAMP, procedure=IMPORTING))
    run_alone(*RUNS).assert_outcomes(passed=1)
    install(site, "2.0", 1)
    assert again(pytester, run_alone) == {"plain": "failure"}


def test_nor_a_package_that_was_missing(run_alone: Run, pytester: pytest.Pytester, site: Path) -> None:
    make_store(pytester.path / "athena.db", dream("importing", IMPORTING))
    run_alone(*RUNS).assert_outcomes(failed=1)
    assert again(pytester, run_alone) == {}
    install(site, "1.0", 0)
    assert again(pytester, run_alone) == {"importing": "success"}


def test_a_module_without_a_version_is_known_by_its_files(site: Path) -> None:
    install(site, "1.0", 0)
    before = installed_packages([str(site)])
    module, package = site / "loose.py", site / "open" / "inner"
    module.write_text("a = 1\n")
    package.mkdir(parents=True)
    (package / "deep.py").write_text("a = 1\n")
    seen = [before, installed_packages([str(site)])]
    for file in (module, package / "deep.py"):
        file.write_text("b = 1\n")
        os.utime(file, ns=(1, 1))
        seen.append(installed_packages([str(site)]))
    assert len({*seen}) == 4
    (site / "helping" / "__init__.py").write_text("top = 5\n")
    (site / "__pycache__").mkdir()
    (site / "__pycache__" / "loose.pyc").write_text("")
    (site / "open" / "__pycache__").mkdir()
    (site / "open" / "__pycache__" / "deep.pyc").write_text("")
    assert installed_packages([str(site)]) == seen[-1]
    assert installed_packages([str(site), str(site / "none")]) == seen[-1]


BASE = Procedure(id=1, name="clamp", code=CLAMP, entry_point="clamp")
DREAM = Dream(id=1, code=CLAMP, dream_type="x", procedure=BASE, contract=Contract.SUPERSET)


def digests(pytester: pytest.Pytester, *strategies: str, **settings: object) -> Digests:
    chosen = replace(Settings(), **settings)  # type: ignore[arg-type]
    plan = Plan(path="x.db", store_id="x.db", dreams=(), settings=chosen, strategies=strategies)
    return Digests(pytester.parseconfig(), plan)


def test_what_a_digest_is_of(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    one = digests(pytester)
    found = [
        one.of(DREAM, "bwrap"),
        one.of(DREAM, "landlock"),
        one.of(replace(DREAM, code=CLAMP + "\n"), "bwrap"),
        one.of(replace(DREAM, entry_point="clamp"), "bwrap"),
        one.of(replace(DREAM, contract=Contract.EQUIVALENT), "bwrap"),
        one.of(replace(DREAM, procedure=None), "bwrap"),
        one.of(replace(DREAM, procedure=None, procedure_name="x"), "bwrap"),
        one.of(replace(DREAM, procedure=replace(BASE, code=CLAMP + "\n")), "bwrap"),
        one.of(replace(DREAM, procedure=replace(BASE, name="x")), "bwrap"),
        one.of(replace(DREAM, procedure=replace(BASE, entry_point=None)), "bwrap"),
        digests(pytester, seed=1).of(DREAM, "bwrap"),
        digests(pytester, memory=256).of(DREAM, "bwrap"),
    ]
    monkeypatch.setattr(sys, "version", sys.version + " patched")
    found.append(digests(pytester).of(DREAM, "bwrap"))
    assert len({*found}) == len(found)
    assert None not in found


def test_what_it_is_not_of(pytester: pytest.Pytester) -> None:
    found = {
        digests(pytester).of(DREAM, "bwrap"),
        digests(pytester, store="x.db", fail_under=1.0).of(DREAM, "bwrap"),
        digests(pytester).of(replace(DREAM, id=2, label="x", tier=2, dream_type="y"), "bwrap"),
        digests(pytester).of(replace(DREAM, procedure=replace(BASE, id=7, project="y")), "bwrap"),
    }
    assert len(found) == 1


def test_there_is_none_where_other_things_count(pytester: pytest.Pytester) -> None:
    assert digests(pytester, allow_read=("/tmp",)).of(DREAM, "bwrap") is None
    assert digests(pytester, "f.x = a:b").of(DREAM, "bwrap") is None
    assert digests(pytester, allow_env=("HOME",)).of(DREAM, "bwrap") is None
    assert digests(pytester).of(replace(DREAM, problem="odd"), "bwrap") is None
