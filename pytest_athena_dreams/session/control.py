"""Wiring of a controller: it reads the store, plans, and records."""

from __future__ import annotations

import os

import pytest

from ..config import SETTINGS, Settings, resolve
from ..sandbox.client import Sandbox
from ..store.database import Store
from ..trial import policy_of
from .crossing import Unpacking
from .distribution import Distribution
from .gate import Gate, read_baseline
from .plan import Plan
from .recorder import Recorder
from .selection import make_plan


def control(config: pytest.Config) -> Plan:
    """Register what controls a run, and give its plan. Raises ``DreamsError`` where it can't be had."""
    settings = settings_of(config)
    path = config.invocation_params.dir.joinpath(settings.store).resolve()
    store = Store.open(path)
    try:
        plan, unchanged = make_plan(config, settings, path, store)
        sandbox = "not probed" if config.option.collectonly or not plan.dreams else _probe(plan)
        gate = Gate(plan, read_baseline(plan, store, config.invocation_params.dir))
    except BaseException:
        store.close()
        raise
    recorder = Recorder(config, plan, unchanged, store, sandbox, gate)
    config.pluginmanager.register(recorder, "athena-dreams-recorder")
    config.pluginmanager.register(gate, "athena-dreams-gate")
    config.pluginmanager.register(Distribution(plan), "athena-dreams-distribution")
    config.pluginmanager.register(Unpacking(), "athena-dreams-unpacking")
    return plan


def _probe(plan: Plan) -> str:
    sandbox = Sandbox(policy_of(plan.settings, os.environ), lean=True)
    try:
        return str(sandbox.layers())
    finally:
        sandbox.close()


def settings_of(config: pytest.Config) -> Settings:
    """The settings of this run; a store that the ini file names is named from where that file is."""
    ini = {setting.name: config.getini(setting.ini) for setting in SETTINGS}
    if ini["store"] is not None and config.inipath is not None:
        ini["store"] = str(config.inipath.parent / ini["store"])
    return resolve(
        {setting.name: config.getoption(setting.option) for setting in SETTINGS},
        os.environ,
        {name: None if value is None else str(value) for name, value in ini.items()},
        config.inipath.name if config.inipath else "the ini file",
    )
