"""The doctor says what was tried, and the attacks can be run by anybody."""

from __future__ import annotations

import errno
import subprocess
import sys
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.sandbox import doctor
from pytest_athena_dreams.sandbox.attacks.run import AttackResult, attack, render_attacks
from pytest_athena_dreams.sandbox.doctor import Diagnosis, diagnose, render_diagnosis
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode

from .conftest import SMALL, root_only


def diagnosed(diagnosis: Diagnosis) -> dict[str, bool]:
    return {check.name: check.holds for check in diagnosis.checks}


def test_this_machine_is_diagnosed() -> None:
    diagnosis = diagnose(Policy(limits=SMALL))
    held = diagnosed(diagnosis)
    assert list(held) == [
        "Landlock alone",
        "system-call filter alone",
        "--athena-sandbox=landlock",
        "--athena-sandbox=bwrap",
        "--athena-sandbox=srt",
    ]
    assert diagnosis.met
    for check in diagnosis.checks:
        assert check.holds == (not check.why)
        assert check.holds == (not check.remedy)
    assert msgspec.json.decode(msgspec.json.encode(diagnosis), type=Diagnosis) == diagnosis


def test_a_diagnosis_is_rendered() -> None:
    text = render_diagnosis(diagnose(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)))
    assert "holds    Landlock alone\n" in text
    assert "--athena-sandbox=landlock: ok\n         landlock (ABI " in text
    assert "Not tried yet:\n  aarch64" in text


@root_only
def test_without_proc_the_reason_is_said() -> None:
    code = (
        "from pytest_athena_dreams.sandbox.doctor import *\n"
        "from pytest_athena_dreams.sandbox.policy import Policy\n"
        "print(render_diagnosis(diagnose(Policy())))"
    )
    hidden = f"mount -t tmpfs none /proc && exec {sys.executable} -c '{code}'"
    done = subprocess.run(["unshare", "-m", "sh", "-c", hidden], capture_output=True, text=True, check=False)
    assert "mount it ('mount -t proc proc /proc')" in done.stdout, done.stderr
    assert "could reach" not in done.stdout


def test_what_is_missing_comes_with_a_reason_and_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_athena_dreams.sandbox.launch.shutil.which", lambda name: None)
    monkeypatch.setattr("pytest_athena_dreams.sandbox.launch.importlib.util.find_spec", lambda name: None)
    policy = Policy(limits=SMALL, minimum=SandboxMode.BWRAP)
    diagnosis = diagnose(policy)
    assert not diagnosis.met
    assert diagnosed(diagnosis)["--athena-sandbox=landlock"]
    text = render_diagnosis(diagnosis)
    assert "MISSING  --athena-sandbox=bwrap\n" in text
    assert "fix: apt install bubblewrap" in text
    assert "--athena-sandbox=auto --athena-sandbox-minimum=bwrap: NOT AVAILABLE HERE" in text


@pytest.mark.parametrize(
    ("settings", "euid", "container", "remedy"),
    [
        ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, 1000, False, "apparmor_restrict"),
        ({"kernel/unprivileged_userns_clone": "0"}, 1000, False, "unprivileged_userns_clone=1"),
        ({"user/max_user_namespaces": "0"}, 0, False, "max_user_namespaces=15000"),
        ({}, 0, True, "docker run --security-opt"),
        ({}, 0, False, "docs/jail.md"),
    ],
    ids=["Ubuntu 24.04", "old Debian", "no namespaces", "Docker", "unknown"],
)
def test_the_remedy_fits_the_machine(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], euid: int, container: bool, remedy: str
) -> None:
    monkeypatch.setattr(doctor, "_setting", lambda name: settings.get(name, ""))
    monkeypatch.setattr(doctor, "_in_container", lambda: container)
    monkeypatch.setattr("os.geteuid", lambda: euid)
    assert remedy in doctor._remedy(SandboxMode.BWRAP, "setting up uid map: Permission denied")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSYS, "Linux 5.13"), (errno.EOPNOTSUPP, "lsm="), (errno.EPERM, "Docker 23")],
)
def test_a_missing_landlock_is_explained(monkeypatch: pytest.MonkeyPatch, number: int, remedy: str) -> None:
    def query() -> int:
        raise OSError(number, "no")

    monkeypatch.setattr(doctor, "_query", query)
    check = doctor._landlock(Policy())
    assert not check.holds
    assert remedy in check.remedy


@pytest.mark.parametrize(("platform", "remedy"), [("darwin", "Lima"), ("win32", "WSL2")])
def test_other_platforms_are_told_the_truth(
    monkeypatch: pytest.MonkeyPatch, platform: str, remedy: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    diagnosis = diagnose(Policy())
    assert not diagnosis.met
    mode = next(check for check in diagnosis.checks if check.name == "--athena-sandbox=landlock")
    assert ("do not run on Windows" if platform == "win32" else "no isolation on darwin") in mode.why
    assert remedy in mode.remedy


def test_a_system_without_posix_modules_is_diagnosed_too() -> None:
    code = (
        "import sys, tempfile, subprocess, pytest_athena_dreams.models, msgspec\n"
        "for name in ('resource', 'fcntl', 'termios'): sys.modules[name] = None\n"
        "from pytest_athena_dreams.sandbox import doctor, runner\n"
        "sys.platform = 'win32'\n"
        "print(doctor.render_diagnosis(doctor.diagnose(doctor.Policy())))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "use WSL2" in done.stdout, done.stderr


def test_attacks_run_one_by_one_and_are_rendered() -> None:
    results = list(islice(attack(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL)), 2))
    assert [result.held for result in results] == [True, True]
    assert results[0].name == "an object equal to everything"
    text = render_attacks(results)
    assert text.splitlines()[0].startswith("held    posing       an object equal to everything")
    assert text.endswith("2 of 2 attacks held")


def test_a_broken_jail_is_rendered_as_such() -> None:
    broken = AttackResult(
        name="read",
        group="files",
        expected="raised",
        got="returned \x1b[2J",
        held=False,
        harm=("secret out",),
    )
    assert render_attacks([broken]).splitlines() == [
        "BROKEN  files        read  returned \\x1b[2J",
        "        expected raised",
        "        secret out",
        "0 of 1 attacks held, 1 DID NOT",
    ]


def test_attacks_do_not_run_without_a_jail() -> None:
    with pytest.raises(SandboxError, match="in a jail only"):
        next(attack(Policy(mode=SandboxMode.NONE)))


def test_every_way_that_a_container_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda self: str(self) == "/.dockerenv")
    assert doctor._in_container()
