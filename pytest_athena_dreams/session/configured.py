"""pytest's configuration without a session: for commands that test dreams as a run of pytest does.

Invariants: the ini file, the ``conftest.py`` files, the plugins and ``PYTEST_ADDOPTS`` are those of a plain
``pytest`` in this folder; nothing is collected, and no run begins.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import pytest

from ..config import Settings
from ..errors import SettingError
from .request import settings_of, strategies_of, worlds_of
from .setup import find_beside_ini_file

if TYPE_CHECKING:
    from ..resolution import Source
    from .custom import UserStrategies
    from .user_worlds import UserWorlds

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What a run of pytest tests with: the settings, and the user's own strategies and worlds."""

    settings: Settings
    strategies: UserStrategies
    worlds: UserWorlds


def configured(work: Callable[[Configured], T], *nearer: Source) -> T:
    """Give ``work`` what a run of pytest in this folder would test with, and return what it returns.

    ``nearer`` are sources of settings that come before pytest's. Raises ``SettingError`` if pytest can't be
    configured here; pytest has printed why then.
    """
    instead = _Instead(work, nearer)
    status = pytest.main(["--capture=no"], plugins=[instead])
    if not instead.results:
        raise SettingError(
            f"pytest can't be configured in this folder (exit status {int(status)}): its message is above"
        )
    return instead.results[0]


class _Instead(Generic[T]):
    """A plugin that does something else instead of a session."""

    def __init__(self, work: Callable[[Configured], T], nearer: tuple[Source, ...]) -> None:
        self._work, self._nearer = work, nearer
        self.results: list[T] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int:
        from hypothesis.errors import HypothesisSideeffectWarning

        from .custom import UserStrategies
        from .user_worlds import UserWorlds

        own = sys.modules.get("pytest_athena_dreams.plugin")
        if own is None or not config.pluginmanager.is_registered(own):
            raise SettingError(
                "pytest does not load the plugin athena_dreams here: unset PYTEST_DISABLE_PLUGIN_AUTOLOAD, "
                "or add -p athena_dreams to PYTEST_ADDOPTS"
            )
        lines = strategies_of(config)
        if lines:
            find_beside_ini_file(config)
        setup = Configured(
            settings=settings_of(config, *self._nearer),
            strategies=UserStrategies(config, lines),
            worlds=UserWorlds(config, worlds_of(config)),
        )
        with warnings.catch_warnings():
            # Hypothesis warns whoever draws before a session: it would slow down each start of pytest.
            warnings.simplefilter("ignore", HypothesisSideeffectWarning)
            self.results.append(self._work(setup))
        return 0
