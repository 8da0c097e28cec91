"""Spreads a run over xdist's workers: the dreams of a procedure go to one worker if possible.

Invariant: which worker tests which dream decides how often a procedure's pool is drawn, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from .plan import Plan

_PATHS = ("--athena-store", "--athena-allow-read", "--athena-baseline")


class Distribution:
    """The controller's hooks for xdist."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._local = 0
        self._places: dict[Any, int] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, config: pytest.Config, specs: Sequence[Any]) -> None:
        """Reject arguments that xdist would mistake for files to send. Raises ``pytest.UsageError``."""
        self._local = sum(bool(spec.popen) for spec in specs)
        if all(spec.popen and not spec.chdir for spec in specs):
            return
        if self._plan.arguments:
            raise pytest.UsageError(
                f"{self._plan.arguments[0]}: xdist can't pass this to a worker in another folder, it is not"
                " a file there; select dreams with -k or -m instead"
            )
        arguments = config.invocation_params.args
        for option, value in pairwise(arguments):
            if option in _PATHS and config.invocation_params.dir.joinpath(value).exists():
                raise pytest.UsageError(
                    f"{option} {value}: xdist would send this path to a worker in another folder; "
                    f"write it as one argument, {option}={value}"
                )

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["athena_plan"] = self._plan.packed()
        if node.gateway.spec.popen:
            free = set(range(self._local)) - set(self._places.values())
            self._places[node] = min(free, default=0)
            node.workerinput["athena_place"] = self._places[node], self._local

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:
        del node.workerinput["athena_plan"]  # it has arrived

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._places.pop(node, None)  # free for a replacement

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Our scheduler, unless ``--dist`` names one of xdist's or xdist's internals have changed."""
        if config.known_args_namespace.dist != "no":
            return None
        try:
            from .scheduler import ProcedureScheduling, check

            check(config, log)
        except Exception as exc:
            _say(config, f"using xdist's own scheduler: its internals changed ({type(exc).__name__}: {exc})")
            return None
        return ProcedureScheduling(config, log, self._plan.family)


def _say(config: pytest.Config, text: str) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"athena-dreams: {text}")
