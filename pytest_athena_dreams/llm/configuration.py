"""The settings of models: their names, the values that they take, and their defaults.

They belong to the commands that ask a model, so they are options of ``athena-dreams`` and environment
variables, and no ini keys. A key is no setting: it comes from the environment alone.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from ..config import Setting, number, off_or
from ..errors import SettingError
from ..resolution import Source, chosen
from .keys import redacted
from .prices import Price

DEAREST = 10_000
"""USD for a million tokens beyond which a price is a slip of the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """The settings of models. ``MODEL_SETTINGS`` describes every field."""

    model: tuple[str, ...] = ()
    judge: tuple[str, ...] = ()
    model_url: str | None = None
    model_command: tuple[str, ...] = ()
    model_price: Price | None = None
    model_timeout: float = 120.0
    model_tokens: int = 4096
    model_concurrency: int = 4
    private: tuple[str, ...] = ()


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(name.isprintable() and name for name in names):
        raise ValueError(text)
    return () if names == ("off",) else names


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError(text)
    return text


def _command(text: str) -> tuple[str, ...]:
    words = tuple(shlex.split(text))
    if not words:
        raise ValueError(text)
    return () if words == ("off",) else words


def _price(text: str) -> Price:
    try:
        given = [Decimal(part.strip()) for part in text.split(",")]
    except InvalidOperation:
        raise ValueError(text) from None
    if len(given) != 2 or not all(value.is_finite() and 0 <= value <= DEAREST for value in given):
        raise ValueError(text)
    return Price(input=given[0], output=given[1])


def _setting(name: str, parse: Any, expects: str, metavar: str, help: str) -> Setting:
    return Setting(name=name, parse=parse, expects=expects, metavar=metavar, help=help)


MODEL_SETTINGS: tuple[Setting, ...] = (
    _setting(
        "model",
        _names,
        "off, or PROVIDER:MODEL, several with commas between them; with a URL, the name alone",
        "MODELS",
        "model that writes dreams; if one fails, the next one gets the request",
    ),
    _setting(
        "judge",
        _names,
        "off, or PROVIDER:MODEL, several with commas between them; with a URL, the name alone",
        "MODELS",
        "model that scores dreams",
    ),
    _setting(
        "model_url",
        off_or(_url),
        "off or an http(s) URL without user and password",
        "URL",
        "server with OpenAI's API, such as http://127.0.0.1:11434/v1",
    ),
    _setting(
        "model_command",
        _command,
        "off or a command line",
        "COMMAND",
        "command line of an agent, which reads a prompt on its standard input",
    ),
    _setting(
        "model_price",
        off_or(_price),
        f"off, or two numbers from 0 to {DEAREST} with a comma between them",
        "IN,OUT",
        "USD for a million tokens of input and output, for a model that no price list has",
    ),
    _setting(
        "model_timeout",
        number(float, 1, 3600),
        "a number of seconds from 1 to 3600",
        "SECONDS",
        "seconds that one request may take",
    ),
    _setting(
        "model_tokens",
        number(int, 64, 131_072),
        "a whole number from 64 to 131072",
        "N",
        "tokens that one answer may have",
    ),
    _setting(
        "model_concurrency",
        number(int, 1, 64),
        "a whole number from 1 to 64",
        "N",
        "requests at a time",
    ),
    _setting(
        "private",
        _names,
        "off, or names of procedures or projects, separated by commas; * stands for anything",
        "NAMES",
        "procedures that are shown to no model",
    ),
)


def written(setting: Setting, value: Any) -> str:
    """A value of a setting of models as on the command line."""
    if setting.name == "model_command":
        return shlex.join(value) or "off"
    if isinstance(value, Price):
        return f"{value.input},{value.output}"
    return setting.written(value)


def resolve_models(*sources: Source) -> ModelSettings:
    """The settings of models that these sources give, the nearest first.

    Raises ``SettingError`` for a value that a setting does not take; its text shows no password of a URL.
    """
    try:
        return ModelSettings(**chosen(MODEL_SETTINGS, *sources))
    except SettingError as error:
        raise SettingError(redacted(str(error), ())) from None
