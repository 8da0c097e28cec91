"""The attacks as a plain user sees them: the same run, in a process that gave up being root."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest

from pytest_athena_dreams.sandbox.attacks.run import AttackResult

NOBODY = 65534
_RUN = """
import sys
import msgspec
from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.sandbox.attacks.run import attack
from pytest_athena_dreams.sandbox.policy import MIB, Limits, Policy, SandboxMode
policy = Policy(mode=SandboxMode(sys.argv[1]), limits=Limits(memory=256 * MIB))
try:
    print(msgspec.json.encode(list(attack(policy))).decode())
except SandboxError as exc:
    sys.exit(f"skip: {exc}")
"""


class PlainUser:
    """Runs Python as nobody, from a copy of the packages that nobody can read. Use it in a ``with`` block.

    Workers of one test run share ``folder``, and so each jail is attacked once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
            rows = msgspec.json.decode(self._output(mode), type=list[AttackResult])
            self._results[mode] = {row.name: row for row in rows}
        return self._results[mode]

    def _output(self, mode: str) -> bytes:
        self._folder.mkdir(exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._folder / f"{mode}.json"
            if not kept.exists():
                done = self.python("-W", "error", "-c", _RUN, mode)
                kept.write_bytes(done.stdout if done.returncode == 0 else done.stderr)
            output = kept.read_bytes()
        if output.startswith(b"skip: "):
            pytest.skip(output.decode())
        return output

    def python(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run an interpreter as nobody."""
        environment = {"PYTHONPATH": self._copy.name, "PATH": os.environ["PATH"], "HOME": "/tmp"}
        for interpreter in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
            try:
                check = _as_nobody([interpreter, "-c", "import msgspec"], environment)
            except OSError:
                continue
            if check.returncode == 0:
                return _as_nobody([interpreter, *arguments], environment)
        pytest.skip("no interpreter here that a plain user can run")


def _as_nobody(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        env=environment,
        cwd="/",
        capture_output=True,
        timeout=300,
    )
