"""What pytest keeps of the dreams' reports until a run ends: as little as is read again.

Invariants: a report is made smaller only after every hook has seen it; those of ordinary tests stay whole.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import pytest

from .plan import Plan

WORD = 40
"""Characters up to which a text is likely to come again."""
CACHED_PAIRS = 512
"""Properties that are kept once for all reports: most say one of a few words or a small number."""
_READ_ATTRIBUTES = ("athena_verdict", "athena_digest")
_NONE: Mapping[str, Any] = MappingProxyType({})


class Forgetful:
    """In an xdist worker, whose terminal nobody sees: nothing is kept of a report that was sent."""

    def __init__(self, plan: Plan, config: pytest.Config) -> None:
        self._plan = plan
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        yield
        if self._plan.family(report.nodeid) is not None:
            drop(report, self._config)


def drop(report: pytest.TestReport, config: pytest.Config, *, uncounted: bool = False) -> None:
    """Take the last report out of what the terminal keeps; ``uncounted``: only if it tells nothing."""
    terminal = config.pluginmanager.getplugin("terminalreporter")
    stats = terminal.stats if terminal is not None else {}
    for category in ("",) if uncounted else tuple(stats):
        if (kept := stats.get(category)) and kept[-1] is report:
            kept.pop()


def slim(report: pytest.TestReport) -> None:
    """Let go of what nobody reads again; of what came by wire, keep equal texts once for all reports."""
    path, line, headline = report.location
    report.keywords = _NONE
    report.location = sys.intern(path), line, headline
    report.user_properties = [
        _pair(*told) if isinstance(told[1], str | int | float) else told for told in report.user_properties
    ]
    left = {sys.intern(n): _shared(v) for n, v in vars(report).items() if n not in _READ_ATTRIBUTES}
    vars(report).clear()
    vars(report).update(left)


@lru_cache(maxsize=CACHED_PAIRS, typed=True)
def _pair(name: str, value: object) -> tuple[str, object]:
    return sys.intern(name), value


def _shared(value: Any) -> Any:
    return sys.intern(value) if type(value) is str and len(value) <= WORD else value
