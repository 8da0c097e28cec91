"""Packs the reports of dreams for the way from a worker to the controller.

execnet serialises every value in Python; a single byte string takes it a fifth of the time. Both ends are
this package, and reports are plain values.
"""

from __future__ import annotations

import marshal
from collections.abc import Generator
from typing import Any

import pytest

from .plan import Plan

_PACKED = "athena_packed"
_FORMAT = 2
"""A version of marshal's format that all supported Pythons read and write alike."""


class Packing:
    """The worker's side. The reports of ordinary tests stay unpacked."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @pytest.hookimpl(wrapper=True)
    def pytest_report_to_serializable(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
        data = yield
        if data is None or self._plan.family(report.nodeid) is None:
            return data
        try:
            return {_PACKED: marshal.dumps(data, _FORMAT)}
        except ValueError:  # holds a value of another plugin, which execnet may be able to send
            return data


class Unpacking:
    """The controller's side."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_from_serializable(self, data: dict[str, Any]) -> None:
        if packed := data.pop(_PACKED, None):
            data.update(marshal.loads(packed))
