"""Extension points for users: hooks to implement in a ``conftest.py`` or a plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@pytest.hookspec(firstresult=True)
def pytest_athena_dreams_strategy(
    procedure: str, parameter: str, annotation: str
) -> SearchStrategy[Any] | None:
    """Give the strategy for one parameter, or ``None`` to leave it to the plugin.

    Called in the process that tests the dreams, once for each parameter of each procedure. What the
    strategy draws must be such that pickle can write it and that the jail can import its classes.

    :param procedure: the procedure's name, as the store has it.
    :param parameter: the parameter's name.
    :param annotation: its type as it would be written, ``Any`` where there is none.
    """
