"""The pytest11 entry: options and hooks, wiring only.

Every start of pytest imports this module, so it imports nothing heavy until a run tests dreams.
"""

from __future__ import annotations

import pytest

from .config import SETTINGS
from .errors import DreamsError


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("athena-dreams", "Athena's dreams")
    group.addoption(
        "--athena-dreams",
        action="store_true",
        help="Test the pending Tier 1 dreams of the store: alone, or beside the paths that are given. "
        "ATHENA_DREAMS=1 and athena_dreams = true test them beside whatever pytest would run anyway.",
    )
    parser.addini(
        "athena_dreams", "Test dreams too, beside your own tests: true or false.", type="string", default=None
    )
    parser.addini(
        "athena_strategies",
        "Your own strategies, one per line: PROCEDURE.PARAMETER = MODULE:ATTRIBUTE, or type:TYPE = …. "
        "The folder of the ini file is added to sys.path for them.",
        type="linelist",
        default=[],
    )
    parser.addini(
        "athena_world",
        "A folder with a world of your own for code that acts: files/, commands.toml, http.toml, world.toml. "
        "It is relative to the folder of the ini file.",
        type="string",
        default=None,
    )
    for setting in SETTINGS:
        text = f"{setting.help[0].upper()}{setting.help[1:]}"
        group.addoption(
            setting.option,
            metavar=setting.metavar,
            default=None,
            help=f"{text} ({setting.variable}, {setting.ini}).",
        )
        parser.addini(setting.ini, f"{text}.", type="string", default=None)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "athena_dream(dream_type, tier, label, model): carried by every dream; "
        "select with -m \"athena_dream(dream_type='conditional_variant')\".",
    )
    from .session.request import wants_dreams

    try:
        if wants_dreams(config):
            from .session.setup import configure

            configure(config)
    except DreamsError as error:
        raise pytest.UsageError(str(error)) from None
