"""Wiring of one process: a controller makes the plan, a worker receives it, and either may run dreams.

Invariants: a worker does not import the store, and a controller with workers does not import Hypothesis.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

from .items import DreamPlugin
from .plan import Plan


def configure(config: pytest.Config) -> None:
    """Register what this process needs. Raises ``DreamsError`` or ``pytest.UsageError``."""
    workerinput: dict[str, Any] | None = getattr(config, "workerinput", None)
    if workerinput is None:
        from .control import control

        plan = control(config)
        if plan is None:
            return
    else:
        from .crossing import Packing
        from .retention import WorkerReports

        plan = Plan.unpacked(workerinput.pop("athena_plan"))
        config.pluginmanager.register(WorkerReports(plan, config), "athena-dreams-reports")
        config.pluginmanager.register(Packing(plan), "athena-dreams-packing")
    if plan.alone and config.args_source is not config.ArgsSource.ARGS:
        config.args[:] = []
    else:
        config.args[:] = [arg for arg in config.args if arg not in plan.arguments]
    if plan.strategies:
        find_beside_ini_file(config)
    config.pluginmanager.register(DreamPlugin(plan, config), "athena-dreams-items")


def find_beside_ini_file(config: pytest.Config) -> None:
    """Make modules beside the ini file importable for this session, as pytest's key ``pythonpath`` does."""
    folder = str(config.inipath.parent if config.inipath else config.rootpath)
    sys.path.insert(0, folder)
    config.add_cleanup(lambda: sys.path.remove(folder))
