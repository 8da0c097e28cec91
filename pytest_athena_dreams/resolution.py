"""Where the values of the settings come from: the nearest source that has a value wins.

Every error names the value, the source that it came from, and what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .config import SETTINGS, Setting, Settings, invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Values as text by setting name, and how a message names a setting of this source."""

    texts: Mapping[str, str | None]
    called: Callable[[Setting], str]


def pytest_options(texts: Mapping[str, str | None]) -> Source:
    """The command line of pytest."""
    return Source(texts=texts, called=lambda setting: setting.option)


def command_options(texts: Mapping[str, str | None]) -> Source:
    """The command line of ``athena-dreams``, whose options have no prefix."""
    return Source(texts=texts, called=lambda setting: setting.option.replace("--athena-", "--"))


def arguments(texts: Mapping[str, str | None]) -> Source:
    """The keyword arguments of the Python API."""
    return Source(texts=texts, called=lambda setting: f"the argument {setting.name}")


def variables(environment: Mapping[str, str], table: Sequence[Setting] = SETTINGS) -> Source:
    """Environment variables, those of the settings in ``table``."""
    texts = {setting.name: environment.get(setting.variable) for setting in table}
    return Source(texts=texts, called=lambda setting: f"the environment variable {setting.variable}")


def ini_keys(texts: Mapping[str, str | None], file: str) -> Source:
    """The keys of pytest's configuration ``file``."""
    return Source(texts=texts, called=lambda setting: f"{setting.ini} in {file}")


def resolve(*sources: Source) -> Settings:
    """The settings of these sources, the nearest first.

    Raises ``SettingError`` for a value that a setting does not take.
    """
    return Settings(**chosen(SETTINGS, *sources))


def chosen(table: Sequence[Setting], *sources: Source) -> dict[str, Any]:
    """The values of the settings in ``table`` that these sources give, the nearest first, by name.

    Raises ``SettingError`` for a value that a setting does not take.
    """
    found: dict[str, Any] = {}
    for setting in table:
        source = _nearest(setting.name, sources)
        if source is not None:
            text = source.texts[setting.name]
            assert text is not None
            try:
                found[setting.name] = setting.parse(text)
            except (ValueError, OverflowError):
                raise invalid(text, source.called(setting), setting.expects) from None
    return found


def origin(name: str, *sources: Source) -> str | None:
    """How the source is named that the setting ``name`` has its value from; ``None`` for the default."""
    source = _nearest(name, sources)
    (setting,) = (setting for setting in SETTINGS if setting.name == name)
    return None if source is None else source.called(setting)


def _nearest(name: str, sources: tuple[Source, ...]) -> Source | None:
    return next((source for source in sources if source.texts.get(name) is not None), None)
