"""The pytest11 entry: options and hooks, wiring only.

Every pytest start pays for this module, so it imports nothing heavy until ``--athena-dreams`` asks.
"""

from __future__ import annotations

import os

import pytest

from .config import SETTINGS

_ASKED = frozenset({"1", "true", "yes", "on"})


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("athena-dreams", "Athena's dreams")
    group.addoption(
        "--athena-dreams",
        action="store_true",
        help="Test the pending Tier 1 dreams of the store (ATHENA_DREAMS, athena_dreams).",
    )
    parser.addini("athena_dreams", "Test dreams as --athena-dreams does.", type="bool", default=False)
    parser.addini(
        "athena_strategies",
        "Strategies of your own, one a line: PROCEDURE.PARAMETER = MODULE:ATTRIBUTE, or type:TYPE = ….",
        type="linelist",
        default=[],
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
    asked = os.environ.get("ATHENA_DREAMS", "").lower() in _ASKED
    if config.getoption("--athena-dreams") or asked or config.getini("athena_dreams"):
        from .session.setup import configure

        configure(config)
