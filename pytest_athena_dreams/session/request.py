"""Reads what the user requested on the command line, in the environment and in pytest's ini file.

It imports nothing heavy, because every start of pytest calls :func:`wants_dreams`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..config import BASELINE_WORDS, SETTINGS, Setting, Settings, invalid, is_on

if TYPE_CHECKING:
    from ..resolution import Source
    from ..worlds import World

SWITCH = "--athena-dreams"

_SHOWING = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow")
"""Options with which pytest shows something instead of running tests."""


def wants_dreams(config: pytest.Config) -> bool:
    """Whether this process tests dreams. Raises ``SettingError`` if the switch is neither on nor off."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:  # of xdist: the controller has decided
        return "athena_plan" in workerinput
    if any(config.getoption(name, None) for name in _SHOWING):
        return False
    if config.getoption(SWITCH):
        return True
    if text := os.environ.get("ATHENA_DREAMS"):
        return is_on(text, "the environment variable ATHENA_DREAMS")
    text = _text(_ini(config, "athena_dreams"))
    return text is not None and is_on(text, f"athena_dreams in {_file(config)}")


def wants_nothing_else(config: pytest.Config) -> bool:
    """Whether only dreams run if no path is given."""
    return _typed(config, SWITCH)


def insists_on_store(config: pytest.Config) -> bool:
    """Whether a missing store is an error; it is not if only an ini file or a variable asks for dreams."""
    return _typed(config, SWITCH) or _typed(config, "--athena-store")


def _typed(config: pytest.Config, option: str) -> bool:
    """Whether an option is on the command line itself, or in an ``@file`` there, but not in ``addopts``."""
    arguments = _expanded(config.invocation_params.args, config.invocation_params.dir)
    return any(arg == option or arg.startswith(f"{option}=") for arg in arguments)


def _expanded(arguments: Iterable[str], folder: Path) -> Iterator[str]:
    """Arguments, where each ``@file`` is replaced by the lines of that file, as pytest does."""
    for argument in arguments:
        if argument.startswith("@"):
            yield from _expanded((folder / argument[1:]).read_text().splitlines(), folder)
        else:
            yield argument


def settings_of(config: pytest.Config, *nearer: Source) -> Settings:
    """The settings of this run; ``nearer`` sources come before pytest's. Raises ``SettingError``."""
    from ..resolution import resolve

    return resolve(*nearer, *_sources(config))


def origin_of(config: pytest.Config, setting: str) -> str | None:
    """The name of the source that gives a setting its value; ``None`` for the default."""
    from ..resolution import origin

    return origin(setting, *_sources(config))


def strategies_of(config: pytest.Config) -> tuple[str, ...]:
    """The lines of the ini key ``athena_strategies``. Raises ``SettingError``."""
    lines = _ini(config, "athena_strategies")
    if isinstance(lines, str):  # an ini file; TOML has a list
        lines = [line.strip() for line in lines.splitlines() if line.strip()]
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        source = f"athena_strategies in {_file(config)}"
        raise invalid(lines, source, "lines of text, PATTERN = MODULE:ATTRIBUTE")
    return tuple(lines)


def worlds_of(config: pytest.Config) -> dict[str, World]:
    """The user's worlds in the folder that ``athena_world`` names, by procedure. Raises ``WorldError``."""
    folder = _text(_ini(config, "athena_world"))
    if not folder:
        return {}
    from .user_worlds import worlds_in

    return worlds_in((config.inipath.parent if config.inipath else config.rootpath) / folder)


def _sources(config: pytest.Config) -> tuple[Source, ...]:
    """Sources of settings, the strongest first.

    A store or baseline in the ini file is relative to that file's folder.
    """
    from ..resolution import ini_keys, pytest_options, variables

    ini = {setting.name: _text(_ini(config, setting.ini), setting) for setting in SETTINGS}
    for name, words in (("store", ()), ("baseline", BASELINE_WORDS)):
        if (path := ini[name]) is not None and config.inipath is not None and path not in words:
            ini[name] = os.path.relpath(config.inipath.parent / path, config.invocation_params.dir)
    return (
        pytest_options({setting.name: config.getoption(setting.option) for setting in SETTINGS}),
        variables(os.environ),
        ini_keys(ini, _file(config)),
    )


def _file(config: pytest.Config) -> str:
    return config.inipath.name if config.inipath else "the ini file"


def _ini(config: pytest.Config, key: str) -> Any:
    """The value of a key: text, a list of lines, or whatever type a TOML file gives it."""
    try:
        return config.getini(key)
    except (TypeError, pytest.UsageError):  # pytest allows one type per key; TOML values have their own
        table = _toml(config.inipath)
        if key not in table:
            raise
        return table[key]


def _toml(path: Path | None) -> Mapping[str, Any]:
    """pytest's table in a TOML file."""
    import tomllib

    tables = tomllib.loads(path.read_text(encoding="utf-8")) if path and path.suffix == ".toml" else {}
    table: dict[str, Any] = tables.get("tool", {}).get("pytest") or tables.get("pytest", {})
    return table


def _text(value: Any, setting: Setting | None = None) -> str | None:
    """A value of the ini file as text for the command line."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list) and setting is not None:
        return setting.written(tuple(map(str, value)))
    return None if value is None else str(value)
