"""Hooks that users can implement, in a ``conftest.py`` or a plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hypothesis.strategies import SearchStrategy

    from .models import Lesson, Procedure
    from .worlds import World


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


@pytest.hookspec(firstresult=True)
def pytest_athena_dreams_world(procedure: str) -> World | None:
    """Return a world for the calls of a procedure that acts, or ``None`` for the folder's or none.

    Three of four calls meet its files, answers and variables, among others that are drawn; the fourth meets
    drawn ones alone. The plugin calls this in the process that tests the dreams, once for each procedure.

    :param procedure: the procedure's name in the store.
    """


@pytest.hookspec
def pytest_athena_dreams_generate(
    procedure: Procedure, dream_type: str, count: int, lessons: Sequence[Lesson]
) -> Iterable[str | tuple[str, str]] | None:
    """Write dreams: return up to ``count`` variants of ``procedure``, or ``None`` for none.

    ``athena-dreams dream --plugin`` calls this, in its own process, for each procedure that is not private
    and each type. A variant is Python source, alone or with a reason. It must define the procedure's
    function. It is filtered and tested like any other dream.

    :param procedure: the procedure to vary, with ``name``, ``code``, ``entry_point`` and ``project``.
    :param dream_type: the type to write, such as ``constraint_relaxation``.
    :param count: how many are wanted.
    :param lessons: rules from dreams that failed, the most important first.
    """
