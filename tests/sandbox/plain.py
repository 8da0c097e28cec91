"""The attacks as a plain user sees them: the same run, in a process that gave up being root."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from pytest_athena_dreams.sandbox.attacks.run import AttackResult

NOBODY = 65534
WITH_WORLDS = " with worlds"
"""End of a mode's name in which each call has a file tree of its own."""
_RUN = """
import sys
import msgspec
from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.sandbox.attacks.run import attack
from pytest_athena_dreams.sandbox.policy import MIB, WORLD_BYTES, Limits, Policy, SandboxMode
mode, _, worlds = sys.argv[1].partition(" ")
scratch = WORLD_BYTES if worlds else 0
limits = Limits(memory=256 * MIB)
policy = Policy(mode=SandboxMode(mode), limits=limits, scratch=scratch, acts=bool(worlds))
try:
    print(msgspec.json.encode(list(attack(policy))).decode())
except SandboxError as exc:
    sys.exit(f"skip: {exc}")
"""


class PlainUser:
    """Attacks jails as nobody, from a copy of the packages that nobody can read. Use it in a ``with`` block.

    The jails of all ``modes`` are attacked at once, for most of the time is spent waiting. Workers of one
    test run share ``folder``, and so each is attacked once.
    """

    def __init__(self, folder: Path, modes: Sequence[str]) -> None:
        self._folder = folder
        self._modes = modes
        self._results: dict[str, dict[str, AttackResult]] = {}
        self._copy = tempfile.TemporaryDirectory(prefix="athena-dreams-plain-")

    def __enter__(self) -> PlainUser:
        for name in ("pytest_athena_dreams", "msgspec"):
            spec = importlib.util.find_spec(name)
            assert spec is not None
            assert spec.origin is not None
            shutil.copytree(Path(spec.origin).parent, Path(self._copy.name, name))
        subprocess.run(["chmod", "-R", "a+rX", self._copy.name], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._copy.cleanup()

    def attacked(self, mode: str) -> dict[str, AttackResult]:
        """How each attack went in ``mode``, by name. Skips where this machine can't do it."""
        if mode not in self._results:
            output = self._output(mode)
            if output.startswith(b"skip: "):
                pytest.skip(output.decode())
            rows = msgspec.json.decode(output, type=list[AttackResult])
            self._results[mode] = {row.name: row for row in rows}
        return self._results[mode]

    def _output(self, mode: str) -> bytes:
        self._folder.mkdir(exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self._folder / f"{mode}.json").exists():
                self._attack()
            return (self._folder / f"{mode}.json").read_bytes()

    def _attack(self) -> None:
        interpreter = self._interpreter()
        running = {mode: self._start(interpreter, "-W", "error", "-c", _RUN, mode) for mode in self._modes}
        for mode, process in running.items():
            said, complaint = process.communicate(timeout=300)
            (self._folder / f"{mode}.json").write_bytes(complaint if process.returncode else said)

    def _interpreter(self) -> str:
        """A Python that nobody may run and that has what the copy needs; skips where there is none."""
        for interpreter in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
            try:
                check = self._start(interpreter, "-c", "import msgspec")
            except OSError:
                continue
            check.communicate(timeout=60)
            if check.returncode == 0:
                return interpreter
        pytest.skip("no interpreter here that a plain user can run")

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        environment = {"PYTHONPATH": self._copy.name, "PATH": os.environ["PATH"], "HOME": "/tmp"}
        return subprocess.Popen(
            command,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            env=environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
