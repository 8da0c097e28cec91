"""Wiring of one process: a controller makes the plan, a worker is handed it, and either may run dreams.

Invariants: a worker imports nothing of the store, and a controller that has workers no Hypothesis.
"""

from __future__ import annotations

from typing import Any

import pytest

from ..errors import DreamsError, StorePathError
from .items import DreamPlugin
from .plan import Plan


def configure(config: pytest.Config) -> None:
    """Register what this process needs. Raises ``pytest.UsageError`` where a run can't be had."""
    workerinput: dict[str, Any] | None = getattr(config, "workerinput", None)
    if workerinput is not None:
        from .crossing import Packing
        from .kept import Forgetful

        plan = Plan.unpacked(workerinput.pop("athena_plan"))
        config.pluginmanager.register(Forgetful(plan, config), "athena-dreams-forgetful")
        config.pluginmanager.register(Packing(plan), "athena-dreams-packing")
    else:
        from .control import control

        try:
            plan = control(config)
        except StorePathError as exc:
            raise pytest.UsageError(f"{exc} (for another store: --athena-store PATH)") from None
        except DreamsError as exc:
            raise pytest.UsageError(str(exc)) from None
    if config.args_source is config.ArgsSource.ARGS:
        config.args[:] = [arg for arg in config.args if arg not in plan.arguments]
    else:
        config.args[:] = []  # nothing was named: only dreams run
    config.pluginmanager.register(DreamPlugin(plan, config), "athena-dreams-items")
