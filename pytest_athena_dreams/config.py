"""The settings: their names, the values that they take, and their defaults.

One table, ``SETTINGS``, names each setting once; the option ``--athena-NAME``, the variable
``ATHENA_NAME`` and the ini key ``athena_name`` follow from it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import SettingError
from .sharding import Shard

_ON = ("1", "true", "yes", "on")
_OFF = ("0", "false", "no", "off")
BASELINE_WORDS = ("off", "store")
"""Values of the setting ``baseline`` that are no paths."""
EDGE_GROUPS = ("empty", "large", "extreme", "none")
"""Groups of edge cases. Each can be turned off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one run. ``SETTINGS`` describes every field."""

    store: str = "athena.db"
    select: str = "pending"
    explore: float = 0.1
    shard: str | None = None
    limit: int | None = None
    max_examples: int = 100
    edge_cases: tuple[str, ...] = EDGE_GROUPS
    seed: int = 0
    timeout: float = 1.0
    dream_timeout: float = 60.0
    shrink_time: float = 3.0
    tolerance: float = 1e-9
    signed_zero: str = "off"
    exceptions: str = "type"
    output_compare: str = "on"
    memory: int = 512
    output: int = 1
    sandbox: str = "auto"
    sandbox_minimum: str = "auto"
    allow_read: tuple[str, ...] = ()
    allow_env: tuple[str, ...] = ()
    scratch: int = 0
    effects: str = "auto"
    baseline: str = "off"
    fail_under: float | None = None
    evidence: str = "passes"
    min_evidence: float = 0.0
    refusals: str = "reject"
    untestable: str = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting: its name, how to parse it, which values it takes, and what it is for."""

    name: str
    parse: Callable[[str], Any]
    expects: str
    metavar: str
    help: str

    def written(self, value: Any) -> str:
        """A value as on the command line."""
        if value is None:
            return "off"
        if isinstance(value, tuple):
            return (os.pathsep if self.name == "allow_read" else ",").join(value) or "off"
        return str(value)

    @property
    def option(self) -> str:
        return "--athena-" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return "ATHENA_" + self.name.upper()

    @property
    def ini(self) -> str:
        return "athena_" + self.name


def number(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], Any]:
    """A parser of numbers from ``low`` to ``high``; it raises ``ValueError`` for anything else."""

    def parse(text: str) -> int | float:
        value = kind(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return parse


def off_or(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser that takes ``off`` as well, as ``None``."""
    return lambda text: None if text == "off" else parse(text)


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text


def _parts(between: str) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        parts = tuple(part.strip() for part in text.split(between))
        if not all(parts):
            raise ValueError(text)
        return () if parts == ("off",) else parts

    return parse


def _variables(text: str) -> tuple[str, ...]:
    """Names of variables. No jail gets a key of a model: dreams can't use it, and could only show it."""
    names: tuple[str, ...] = _parts(",")(text)
    if any(name == "ATHENA_MODEL_KEY" or name.upper().endswith("_API_KEY") for name in names):
        raise ValueError(text)
    return names


def _groups(text: str) -> tuple[str, ...]:
    chosen = tuple(part.strip() for part in text.split(",")) if text.strip() != "off" else ()
    if not set(chosen) <= set(EDGE_GROUPS):
        raise ValueError(text)
    return chosen


def _choice(*allowed: str) -> tuple[Callable[[str], str], str, str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return parse, "one of " + ", ".join(allowed), "|".join(allowed)


def _setting(name: str, parse: Callable[[str], Any], expects: str, metavar: str, help: str) -> Setting:
    return Setting(name=name, parse=parse, expects=expects, metavar=metavar, help=help)


SETTINGS: tuple[Setting, ...] = (
    _setting("store", _text, "a path", "PATH", "SQLite file that holds the dreams"),
    _setting(
        "select",
        *_choice("pending", "all"),
        "which Tier 1 dreams to test: pending ones, or all",
    ),
    _setting(
        "explore",
        number(float, 0, 1),
        "a number from 0 to 1",
        "SHARE",
        "share of the dreams of Tiers 2 and 3 to test as well, drawn by the seed; 0 for none",
    ),
    _setting(
        "shard",
        off_or(lambda text: str(Shard.parse(text))),
        "off or K/N, a shard and how many there are, such as 2/4",
        "K/N",
        "which part of the dreams to test, by procedure; other runs test the others",
    ),
    _setting(
        "limit",
        off_or(number(int, 1, 1_000_000_000)),
        "off or a whole number from 1 to 1000000000",
        "N",
        "dreams to test at most; the others wait for a later run",
    ),
    _setting(
        "max_examples",
        number(int, 1, 100_000),
        "a whole number from 1 to 100000",
        "N",
        "inputs of each procedure's pool, edge cases included",
    ),
    _setting(
        "edge_cases",
        _groups,
        f"'off' or some of {', '.join(EDGE_GROUPS)}, separated by commas",
        "GROUPS",
        "groups of edge cases to include",
    ),
    _setting(
        "seed",
        number(int, 0, 2**63 - 1),
        "a whole number from 0 to 2**63 - 1",
        "N",
        "seed of the inputs; the same seed gives the same inputs and verdicts",
    ),
    _setting(
        "timeout",
        number(float, 0.01, 3600),
        "a number of seconds from 0.01 to 3600",
        "SECONDS",
        "seconds that one call of a dream may take; the procedure gets a quarter of it",
    ),
    _setting(
        "dream_timeout",
        number(float, 0.1, 86400),
        "a number of seconds from 0.1 to 86400",
        "SECONDS",
        "seconds that all calls of one dream may take together",
    ),
    _setting(
        "shrink_time",
        number(float, 0, 3600),
        "a number of seconds from 0 to 3600",
        "SECONDS",
        "seconds to spend on shrinking a failing input; 0 for no shrinking",
    ),
    _setting(
        "tolerance",
        number(float, 0, 1),
        "a number from 0 to 1",
        "SHARE",
        "relative tolerance for comparing floats; 0 for none",
    ),
    _setting(
        "signed_zero",
        *_choice("off", "on"),
        "whether 0.0 and -0.0 count as different",
    ),
    _setting(
        "exceptions",
        *_choice("type", "message"),
        "whether the contract 'equivalent' compares only the type of an exception, or its message too",
    ),
    _setting(
        "output_compare",
        *_choice("on", "off"),
        "whether what a call prints, to standard output and standard error, is compared",
    ),
    _setting(
        "memory",
        number(int, 64, 1_048_576),
        "a whole number of MiB from 64 to 1048576",
        "MIB",
        "MiB of address space that a dream may use",
    ),
    _setting(
        "output",
        number(int, 1, 1024),
        "a whole number of MiB from 1 to 1024",
        "MIB",
        "MiB that one call of a dream may print to standard output, and to standard error",
    ),
    _setting(
        "sandbox",
        *_choice("auto", "bwrap", "srt", "landlock", "none"),
        "the jail that dreams run in; auto takes the strongest that works here, none gives no isolation",
    ),
    _setting(
        "sandbox_minimum",
        *_choice("auto", "bwrap", "srt", "landlock"),
        "the weakest jail to accept; auto accepts any",
    ),
    _setting(
        "allow_read",
        _parts(os.pathsep),
        f"'off' or paths separated by {os.pathsep!r}",
        "PATHS",
        "files and folders that dreams may read; folders can be imported from",
    ),
    _setting(
        "allow_env",
        _variables,
        "'off' or names of variables, separated by commas, none of them a model's key",
        "NAMES",
        "environment variables that dreams can read",
    ),
    _setting(
        "scratch",
        number(int, 0, 65_536),
        "a whole number of MiB from 0 to 65536",
        "MIB",
        "MiB that each dream may write to its own folder; 0 for no folder",
    ),
    _setting(
        "effects",
        *_choice("auto", "per-target", "ordered", "final", "off"),
        "whether code that acts gets a world; how to compare its requests: in order for each target (auto), "
        "in one order, or not at all (final)",
    ),
    _setting(
        "baseline",
        _text,
        "off, store, or the path of a JSON report",
        "PATH",
        "known failures, which do not fail the run: those in the store, or those in a report",
    ),
    _setting(
        "fail_under",
        off_or(number(float, 0, 100)),
        "off or a percentage from 0 to 100",
        "PCT",
        "per cent of dreams that must pass; above it, failed dreams do not fail the run",
    ),
    _setting(
        "evidence",
        *_choice("passes", "on", "off"),
        "for which dreams to measure how many faults their inputs detect and which lines they reach",
    ),
    _setting(
        "min_evidence",
        number(float, 0, 100),
        "a percentage from 0 to 100",
        "PCT",
        "per cent of mutants that the inputs of a pass must detect; with less, the dream is untestable",
    ),
    _setting(
        "refusals",
        *_choice("reject", "compare"),
        "what to do with inputs on which the jail refused the procedure something: reject or compare them",
    ),
    _setting(
        "untestable",
        *_choice("skip", "fail"),
        "what to do with a dream that can't be tested here: skip it with the reason, or report an error",
    ),
)


def is_on(text: str, source: str) -> bool:
    """The state of a switch that ``source`` sets to ``text``. Raises ``SettingError``."""
    if text.lower() in (*_ON, *_OFF):
        return text.lower() in _ON
    raise invalid(text, source, f"one of {', '.join((*_ON, *_OFF))}")


def invalid(value: object, source: str, expects: str) -> SettingError:
    """The error for an invalid value from ``source``."""
    return SettingError(f"invalid value {value!r} for {source}: expected {expects}")
