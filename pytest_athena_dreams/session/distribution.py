"""How a run is spread over xdist's workers: the plan to each, and dreams of one procedure to the same one.

Invariant: which worker runs what decides how often a procedure's pool is drawn, and nothing else.
"""

from __future__ import annotations

from typing import Any

import pytest

from .plan import Plan


class Distribution:
    """The controller's dealings with xdist."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._packed: str | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        self._packed = self._packed or self._plan.packed()
        node.workerinput["athena_plan"] = self._packed

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Ours, unless ``--dist`` asks for one of xdist's."""
        if config.known_args_namespace.dist != "no":
            return None
        from .scheduler import ProcedureScheduling

        families = {self._plan.node_id(dream): dream.procedure_name for dream in self._plan.dreams}
        return ProcedureScheduling(config, log, families)
