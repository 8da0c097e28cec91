"""Reduces the reports of dreams that pytest holds until the end of a run to what is still read.

Invariants: a report is reduced only after every hook has seen it; reports of ordinary tests stay whole.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import pytest

from .plan import Plan

INTERNED = 40
"""Maximum characters of a text to intern: short texts are likely to repeat."""
CACHED_PAIRS = 512
"""Properties that reports share: most values are one of a few texts or a small number."""
_READ_ATTRIBUTES = ("athena_verdict", "athena_digest")
_NONE: Mapping[str, Any] = MappingProxyType({})


class WorkerReports:
    """Drops each report in an xdist worker once it was sent: nobody sees the worker's terminal."""

    def __init__(self, plan: Plan, config: pytest.Config) -> None:
        self._plan = plan
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        yield
        if self._plan.family(report.nodeid) is not None:
            drop(report, self._config)


def drop(report: pytest.TestReport, config: pytest.Config, *, uncounted: bool = False) -> None:
    """Remove the last report from the terminal's statistics; with ``uncounted``, only an uncounted one."""
    terminal = config.pluginmanager.getplugin("terminalreporter")
    stats = terminal.stats if terminal is not None else {}
    for category in ("",) if uncounted else tuple(stats):
        if (reports := stats.get(category)) and reports[-1] is report:
            reports.pop()


def slim(report: pytest.TestReport) -> None:
    """Remove what nobody reads again, and intern texts, which arrive as separate objects from a worker."""
    path, line, headline = report.location
    report.keywords = _NONE
    report.location = sys.intern(path), line, headline
    report.user_properties = [
        _pair(*pair) if isinstance(pair[1], str | int | float) else pair for pair in report.user_properties
    ]
    left = {sys.intern(n): _shared(v) for n, v in vars(report).items() if n not in _READ_ATTRIBUTES}
    vars(report).clear()
    vars(report).update(left)


@lru_cache(maxsize=CACHED_PAIRS, typed=True)
def _pair(name: str, value: object) -> tuple[str, object]:
    return sys.intern(name), value


def _shared(value: Any) -> Any:
    return sys.intern(value) if type(value) is str and len(value) <= INTERNED else value
