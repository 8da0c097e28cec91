"""How a dream's reports cross from a worker to the controller: packed.

execnet, which carries them, takes apart whatever it is given, value by value, in Python; a single string of
bytes takes it a fifth of the time. Both ends are this package, and what crosses are plain values.
"""

from __future__ import annotations

import marshal
from collections.abc import Generator
from typing import Any

import pytest

from .plan import Plan

_PACKED = "athena_packed"
_FORMAT = 2
"""Of marshal's formats one that every version of Python reads and writes alike."""


class Packing:
    """In a worker, where nothing else reads what a report is made into. Other tests' are left alone."""

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
        except ValueError:  # another plugin's, which execnet may know how to send
            return data


class Unpacking:
    """In the controller."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_from_serializable(self, data: dict[str, Any]) -> None:
        if packed := data.pop(_PACKED, None):
            data.update(marshal.loads(packed))
