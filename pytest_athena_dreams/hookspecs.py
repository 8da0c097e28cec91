"""Hooks that users can implement, in a ``conftest.py`` or a plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@pytest.hookspec(firstresult=True)
def pytest_athena_dreams_strategy(
    procedure: str, parameter: str, annotation: str
) -> SearchStrategy[Any] | None:
    """Return the strategy for one parameter, or ``None`` for the plugin's own.

    The plugin calls this in the process that tests the dreams, once for each parameter of each procedure.
    Drawn values must be picklable, with classes importable in the jail.

    :param procedure: the procedure's name in the store.
    :param parameter: the parameter's name.
    :param annotation: its type as source text, ``Any`` if it has none.
    """
