"""A regression test, run in the jail before anybody relies on it.

Invariants: the code under test runs in a jail and never in this process; it is the file's own text that runs,
with the dream and with the procedure in its place. A file whose test makes its calls in the jail itself runs
in a process of its own, any other one in the jail of that run's settings.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..config import Settings
from ..errors import ReproError
from ..models import Contract, Observation, ObservationKind
from ..sandbox.client import Sandbox, Source
from ..sandbox.policy import Policy
from ..sandbox.runner import Runner
from ..trial.isolation import policy_of
from .regression import CHECK, Failure, regression_test

REHEARSAL_FACTOR = 8
"""The file may take this many times as long as a call: it loads two sources and imports this package."""
_NO_JAIL = "SandboxError"
"""What a file without a jail complains of."""


def rehearse(failure: Failure) -> None:
    """Run the regression test of ``failure`` in the jail.

    Raises ``ReproError`` unless it fails with the dream and passes with the procedure in the dream's place,
    and ``SandboxError`` where there is no jail.
    """
    if failure.jailed:
        _rehearse_jailed(failure)
        return
    with _importable() as paths, Sandbox(_policy(failure.settings, paths)) as sandbox:
        if _run(failure, sandbox).kind is ObservationKind.RETURNED:
            raise ReproError(_text(failure, "passes with the dream, which failed in its run"))
        right = _with_procedure(failure)
        seen = _run(right, sandbox) if right else None
        if seen is not None and seen.kind is not ObservationKind.RETURNED:
            why = f"{seen.raised.type}: {seen.raised.message}" if seen.raised else seen.detail or seen.kind
            raise ReproError(_text(failure, f"fails with the procedure in the dream's place: {why}"))


def _rehearse_jailed(failure: Failure) -> None:
    if not (why := _status(failure)):
        raise ReproError(_text(failure, "passes with the dream, which failed in its run"))
    if _NO_JAIL in why:
        raise ReproError(_text(failure, f"could not run: {why}"))
    right = _with_procedure(failure)
    if right is not None and (why := _status(right)):
        raise ReproError(_text(failure, f"fails with the procedure in the dream's place: {why}"))


def _status(failure: Failure) -> str:
    """The last line of what the test of ``failure`` complains of; empty if it passes."""
    with tempfile.TemporaryDirectory(prefix="athena-dreams-repro-") as folder:
        path = Path(folder) / f"{failure.name}.py"
        path.write_text(regression_test(failure), encoding="utf-8")
        run = f"import runpy; runpy.run_path({str(path)!r})[{failure.name!r}]()"
        command = [sys.executable, "-c", run]
        done = subprocess.run(command, capture_output=True, text=True, errors="backslashreplace", check=False)
    return (done.stderr.strip().splitlines() or ["it failed"])[-1] if done.returncode else ""


def _text(failure: Failure, what: str) -> str:
    return (
        f"no regression test for dream {failure.dream.id}: the one that was run in the jail {what}. "
        f"Test the dream in its jail instead: {failure.repeat}"
    )


def _with_procedure(failure: Failure) -> Failure | None:
    """The same failure with the procedure as the dream; ``None`` if the dream has no procedure."""
    procedure = failure.dream.procedure
    if procedure is None or failure.contract is Contract.FREE:
        return None
    dream = replace(failure.dream, code=procedure.code, entry_point=procedure.entry_point)
    return replace(failure, dream=dream)


def _run(failure: Failure, sandbox: Sandbox) -> Observation:
    entry = CHECK if failure.alone else failure.name
    source = Source(code=regression_test(failure), entry_point=entry, described="not")
    with Runner(sandbox, source) as runner:
        return runner.run([pickle.dumps(((), {}), 5)], timeout=REHEARSAL_FACTOR * failure.settings.timeout)[0]


def _policy(settings: Settings, paths: tuple[str, ...]) -> Policy:
    policy = policy_of(settings, os.environ)
    return replace(policy, read_paths=(*policy.read_paths, *paths))


@contextmanager
def _importable() -> Iterator[tuple[str, ...]]:
    """What the jail must read to import this package, besides installed packages, which it reads anyway."""
    package = Path(__file__).parents[1]
    if str(package.parent) in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        yield ()
        return
    with tempfile.TemporaryDirectory(prefix="athena-dreams-package-") as folder:
        (Path(folder) / package.name).symlink_to(package)
        yield folder, str(package)
