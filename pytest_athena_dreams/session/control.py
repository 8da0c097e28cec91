"""Wiring of a controller: it reads the store, plans, and records."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from ..config import Settings
from ..errors import SandboxError, StorePathError
from ..sandbox.client import Sandbox
from ..store.database import Store
from ..trial import policy_of
from .crossing import Unpacking
from .distribution import Distribution
from .gate import Gate, read_baseline
from .plan import Plan
from .recorder import Recorder
from .request import insists_on_store, origin_of, settings_of, wants_nothing_else
from .selection import make_plan
from .tally import Tally


def control(config: pytest.Config) -> Plan | None:
    """Register the controller's plugins and return its plan; ``None`` if there is no store.

    A missing store gets a line in the summary, or an error if the command line asks for dreams. Raises
    ``DreamsError`` if the run is impossible.
    """
    settings = settings_of(config)
    path = config.invocation_params.dir.joinpath(settings.store).resolve()
    if not path.exists() and not insists_on_store(config):
        shown = os.path.relpath(path, config.invocation_params.dir)
        config.pluginmanager.register(NoStore(shown), "athena-dreams-no-store")
        return None
    store = _opened(config, path)
    try:
        layers = cache(lambda: _probe(settings))
        plan, unchanged = make_plan(config, settings, path, store, layers)
        try:
            sandbox = "not probed" if config.option.collectonly or not plan.dreams else layers()
        except SandboxError:
            if wants_nothing_else(config):
                raise
            sandbox = "none"  # the user's own tests run; each dream is an error that says why
        tally = Tally(len(plan.dreams))
        source = origin_of(config, "baseline")
        gate = Gate(plan, read_baseline(plan, store, config.invocation_params.dir, source), tally)
    except BaseException:
        store.close()
        raise
    recorder = Recorder(config, plan, unchanged, store, sandbox, gate, tally)
    config.pluginmanager.register(recorder, "athena-dreams-recorder")
    config.pluginmanager.register(gate, "athena-dreams-gate")
    config.pluginmanager.register(Distribution(plan), "athena-dreams-distribution")
    config.pluginmanager.register(Unpacking(), "athena-dreams-unpacking")
    return plan


def _opened(config: pytest.Config, path: Path) -> Store:
    try:
        return Store.open(path)
    except StorePathError as error:
        source = origin_of(config, "store")
        path_is = f"this path is from {source}" if source else "this is the default path"
        raise StorePathError(f"{error} ({path_is}; for another store: --athena-store PATH)") from None


def _probe(settings: Settings) -> str:
    sandbox = Sandbox(policy_of(settings, os.environ), lean=True)
    try:
        return str(sandbox.layers())
    finally:
        sandbox.close()


class NoStore:
    """Prints that no dream was tested, and why; pytest runs everything else as usual."""

    def __init__(self, path: str) -> None:
        self._path = path

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(
            f"athena-dreams: no store at {self._path}, so no dream was tested; "
            f"make one with: athena-dreams init --store {self._path}"
        )
