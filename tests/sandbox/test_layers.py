"""No layer is decoration: with it taken away, a named attack succeeds that fails with it in place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from pytest_athena_dreams.errors import SandboxError, SettingError
from pytest_athena_dreams.sandbox.attacks.run import ATTACKS, AttackResult, attempt
from pytest_athena_dreams.sandbox.attacks.surroundings import Surroundings
from pytest_athena_dreams.sandbox.client import Sandbox
from pytest_athena_dreams.sandbox.policy import MIB, Policy, SandboxMode

from .conftest import SMALL, root_only
from .kit import run, value

BY_NAME = {attack.name: attack for attack in ATTACKS}


def attempted(without: set[str], name: str) -> AttackResult:
    """How ``name`` goes in a jail of Landlock and seccomp that lacks some layers."""
    policy = Policy(mode=SandboxMode.LANDLOCK, limits=SMALL, without=frozenset(without))
    with Surroundings() as surroundings, Sandbox(policy) as sandbox:
        return attempt(sandbox, surroundings, BY_NAME[name], heard=False)


@pytest.mark.parametrize(
    ("layer", "attack", "already_without"),
    [
        ("landlock", "read a secret", ()),
        ("landlock", "read the accounts", ()),
        ("landlock", "list a folder", ()),
        ("landlock", "overwrite a file", ("seccomp",)),
        ("landlock", "TCP", ("seccomp",)),
        ("scope", "kill another process", ("seccomp",)),
        ("scope", "a Unix socket by an abstract name", ("seccomp",)),
        ("seccomp", "UDP", ()),
        ("seccomp", "a Unix socket by its path", ()),
        ("seccomp", "change a file's times", ()),
        ("seccomp", "change a file's mode", ()),
        ("seccomp", "fork", ()),
        ("seccomp", "a daemon", ()),
        ("seccomp", "limit another process", ()),
        ("seccomp", "memory with a descriptor", ()),
        ("seccomp", "SysV shared memory", ()),
        ("seccomp", "a user namespace", ()),
        ("rlimits", "a gigabyte", ()),
        ("rlimits", "output by making the file long", ()),
        ("descriptors", "talk on the fork server's socket", ()),
        pytest.param("capabilities", "change the root folder", ("seccomp",), marks=root_only),
    ],
)
def test_each_layer_is_needed(layer: str, attack: str, already_without: tuple[str, ...]) -> None:
    guarded = attempted({*already_without}, attack)
    assert guarded.held, guarded
    assert not attempted({*already_without, layer}, attack).held


def test_the_environment_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "secret")
    code = "import os\ndef f(): return os.environ.get('API_KEY')"
    for without, seen in ((frozenset[str](), None), (frozenset({"environment"}), "secret")):
        policy = Policy(mode=SandboxMode.LANDLOCK, limits=SMALL, without=without)
        with Sandbox(policy) as sandbox:
            assert value(run(sandbox, code)) == seen


@pytest.mark.parametrize("abi", range(1, 8))
def test_every_version_of_landlock_is_enough(abi: int) -> None:
    with Sandbox(Policy(mode=SandboxMode.LANDLOCK, limits=SMALL, landlock_abi=abi)) as sandbox:
        layers = sandbox.layers()
    assert layers.missing == ()
    assert 1 <= layers.landlock <= abi


def test_layers_say_what_holds(sandbox: Sandbox) -> None:
    layers = sandbox.layers()
    assert layers.seccomp
    assert layers.capabilities_dropped
    assert layers.no_new_privileges
    assert str(layers) == f"landlock (ABI {layers.landlock}) + seccomp + rlimits"


def test_without_isolation_all_is_named_that_does_not_hold() -> None:
    with Sandbox(Policy(mode=SandboxMode.NONE, limits=SMALL)) as sandbox:
        layers = sandbox.layers()
        assert value(run(sandbox, "def f(): return 1")) == 1
    assert {"files", "the network", "new processes", "other processes by signals"} <= set(layers.missing)
    assert "NOT HELD: files" in str(layers)


@pytest.mark.parametrize("without", ["pidfd_open", "memfd_create"])
def test_none_works_without_what_only_linux_has(monkeypatch: pytest.MonkeyPatch, without: str) -> None:
    monkeypatch.delattr(os, without)
    with Sandbox(Policy(mode=SandboxMode.NONE, limits=SMALL)) as sandbox:
        assert value(run(sandbox, "def f(): return 1")) == 1
        observations = run(sandbox, "import os\ndef f(x): os._exit(x)", (0,)).observations
        assert [o.detail for o in observations] == ["exited with status 0 without answering"]


def test_elsewhere_only_none_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_athena_dreams.sandbox.client.sys.platform", "darwin")
    with pytest.raises(SandboxError, match="no isolation on darwin: this version needs Linux"):
        Sandbox(Policy()).layers()


# A process that lacks what a container or an old kernel lacks, by a filter of its own.
_LACKING = """
import platform, sys
from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.sandbox.client import Sandbox
from pytest_athena_dreams.sandbox.jail import kernel, seccomp
from pytest_athena_dreams.sandbox.policy import Policy, SandboxMode
names = sys.argv[2].split()
refuse = {name: [(0x06, 0, 0, 0x00050000 | int(sys.argv[3]))] for name in names if name != "clone"}
if "clone" in names:
    refuse["clone"] = seccomp._bits(0, 0x7E020000, present=0x00050000 | 1, absent=0x7FFF0000)
    refuse["clone3"] = [(0x06, 0, 0, 0x00050000 | 38)]
kernel.forbid_new_privileges()
seccomp.Filter(platform.machine(), seccomp._program(platform.machine(), refuse, 0x7FFF0000)).install()
try:
    with Sandbox(Policy(mode=SandboxMode(sys.argv[1]))) as sandbox:
        print(sandbox.layers())
except SandboxError as exc:
    print(exc)
"""
CONTAINER = ("unshare mount setns pivot_root clone", 1)
NO_LANDLOCK = ("landlock_create_ruleset", 38)
NEITHER = ("landlock_create_ruleset unshare mount setns pivot_root clone", 38)


def lacking(mode: str, what: tuple[str, int]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _LACKING, mode, what[0], str(what[1])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_in_a_container_auto_falls_back_to_landlock() -> None:
    assert lacking("auto", CONTAINER).startswith("landlock (ABI ")


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bwrap here")
def test_in_a_container_bwrap_says_why_it_does_not_work() -> None:
    message = lacking("bwrap", CONTAINER)
    assert message.startswith("no isolation here, and untrusted code does not run without. bwrap: ")
    assert "'athena-dreams doctor'" in message


def test_without_landlock_its_mode_is_refused() -> None:
    assert "a child could reach files" in lacking("landlock", NO_LANDLOCK)


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bwrap here")
def test_without_landlock_auto_takes_bwrap() -> None:
    assert lacking("auto", NO_LANDLOCK) == "bwrap + seccomp + rlimits"


def test_without_both_nothing_runs() -> None:
    message = lacking("auto", NEITHER)
    assert message.startswith("no isolation here")
    assert "--athena-sandbox=none runs without isolation" in message


@pytest.mark.parametrize(
    ("mode", "minimum", "message"),
    [
        (SandboxMode.LANDLOCK, SandboxMode.BWRAP, "landlock is weaker than --athena-sandbox-minimum=bwrap"),
        (SandboxMode.NONE, SandboxMode.LANDLOCK, "none is weaker than --athena-sandbox-minimum=landlock"),
    ],
)
def test_less_than_the_minimum_is_refused(mode: SandboxMode, minimum: SandboxMode, message: str) -> None:
    with pytest.raises(SandboxError, match=message):
        Sandbox(Policy(mode=mode, minimum=minimum)).layers()


def test_auto_never_takes_less_than_the_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_athena_dreams.sandbox.launch.shutil.which", lambda name: None)
    monkeypatch.setattr("pytest_athena_dreams.sandbox.launch.importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        SandboxError, match=r"no isolation of at least bwrap here.*no bwrap here.*no srt here"
    ):
        Sandbox(Policy(minimum=SandboxMode.BWRAP)).layers()
    with Sandbox(Policy(minimum=SandboxMode.LANDLOCK)) as sandbox:
        assert sandbox.layers().mode is SandboxMode.LANDLOCK


def test_a_layer_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="no such layers"):
        Policy(without=frozenset({"lock"}))


def test_scratch_needs_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("no bwrap here")
    policy = Policy(mode=SandboxMode.BWRAP, limits=SMALL, scratch=MIB, landlock_abi=0)
    with pytest.raises(SandboxError, match="scratch folders need Landlock"):
        Sandbox(policy).layers()
