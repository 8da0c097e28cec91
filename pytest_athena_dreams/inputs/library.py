"""Strategies for the scalar types of the standard library, by their qualified names."""

from __future__ import annotations

import datetime
import pathlib
import re
import string
import types
from typing import Any

from hypothesis import strategies as st

from .pathlike import path_of
from .recipes import Recipe
from .weights import weighted

Strategy = st.SearchStrategy[Any]

SHORT_ARRAY = 8
"""Items of a drawn array, and bounds of a slice, at most."""


def standard(name: str) -> Strategy | None:
    """The strategy of a type; ``None`` for a type that is not here."""
    return _STANDARD_TYPES[name]() if name in _STANDARD_TYPES else None


def _paths() -> Strategy:
    part = st.text(string.ascii_lowercase + string.digits + "._-", min_size=1, max_size=6).filter(
        lambda name: name not in (".", "..")
    )
    return st.lists(part, min_size=1, max_size=3).map(lambda parts: pathlib.PurePosixPath(*parts))


def _networks(version: int) -> Strategy:
    bits = 32 if version == 4 else 128
    reference = f"ipaddress:IPv{version}Network"

    def network(address: Any, prefix: int) -> Recipe:
        return Recipe("call", reference, (f"{address}/{prefix}", False))

    return st.builds(network, st.ip_addresses(v=4 if version == 4 else 6), st.integers(0, bits))


def _interfaces(version: int) -> Strategy:
    def interface(network: Recipe) -> Recipe:
        return Recipe("call", f"ipaddress:IPv{version}Interface", network.args[:1])

    return _networks(version).map(interface)


def _ranges() -> Strategy:
    return st.builds(range, st.integers(-5, 10), st.integers(-5, 20), st.sampled_from([1, 2, 3, -1]))


_FIRST_DAY, _LAST_DAY = datetime.date(1950, 1, 1), datetime.date(2060, 12, 31)


def _days() -> Strategy:
    """Days around the end of a February and the turn of a year, so that two of them are close."""
    near = st.sampled_from([datetime.date(2023, 12, 20), datetime.date(2024, 2, 20)])
    return st.builds(lambda day, after: day + datetime.timedelta(after), near, st.integers(0, 20))


def _moments() -> Strategy:
    times = st.builds(datetime.time, st.sampled_from([0, 9, 12, 23]), st.sampled_from([0, 30, 59]))
    return st.builds(datetime.datetime.combine, _days(), times)


_STANDARD_TYPES: dict[str, Any] = {
    "bool": st.booleans,
    "range": _ranges,
    "slice": lambda: st.slices(SHORT_ARRAY).map(
        lambda s: Recipe("call", "builtins:slice", (s.start, s.stop, s.step))
    ),
    "datetime.date": lambda: weighted((3, _days()), (1, st.dates(_FIRST_DAY, _LAST_DAY)), (1, st.dates())),
    "datetime.datetime": lambda: weighted((1, _moments()), (1, st.datetimes())),
    "datetime.time": st.times,
    "datetime.timedelta": lambda: st.timedeltas(
        datetime.timedelta(days=-1000), datetime.timedelta(days=1000)
    ),
    "datetime.timezone": lambda: st.integers(-23, 23).map(
        lambda hours: datetime.timezone(datetime.timedelta(hours=hours))
    ),
    "datetime.tzinfo": lambda: st.integers(-23, 23).map(
        lambda hours: datetime.timezone(datetime.timedelta(hours=hours))
    ),
    "zoneinfo.ZoneInfo": lambda: st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"]
    ).map(lambda key: Recipe("call", "zoneinfo:ZoneInfo", (key,))),
    "decimal.Decimal": lambda: st.decimals(-1000, 1000, places=2),
    "fractions.Fraction": lambda: st.fractions(-100, 100, max_denominator=50),
    "numbers.Rational": lambda: st.fractions(-100, 100, max_denominator=50),
    "uuid.UUID": st.uuids,
    "re.Pattern": lambda: st.sampled_from([r"\d+", r"\w", r"[a-c]*", r"^x", r"\s"]).map(re.compile),
    "re.Match": lambda: st.text("ab1 ", min_size=1).map(
        lambda text: Recipe("call", "re:match", (r"(.)(.*)", text))
    ),
    "pathlib.PurePath": _paths,
    "pathlib.PurePosixPath": _paths,
    "os.PathLike": _paths,
    "pathlib.Path": lambda: _paths().map(lambda path: path_of(str(path))),
    "pathlib.PosixPath": lambda: _paths().map(lambda path: path_of(str(path))),
    "ipaddress.IPv4Address": lambda: st.ip_addresses(v=4),
    "ipaddress.IPv6Address": lambda: st.ip_addresses(v=6),
    "ipaddress.IPv4Network": lambda: _networks(4),
    "ipaddress.IPv6Network": lambda: _networks(6),
    "ipaddress.IPv4Interface": lambda: _interfaces(4),
    "ipaddress.IPv6Interface": lambda: _interfaces(6),
    "array.array": lambda: st.lists(st.integers(-100, 100), max_size=SHORT_ARRAY).map(
        lambda items: Recipe("call", "array:array", ("i", items))
    ),
    "types.ModuleType": lambda: st.sampled_from(["math", "string"]).map(
        lambda name: Recipe("call", "importlib:import_module", (name,))
    ),
    "types.SimpleNamespace": lambda: st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)).map(
        lambda fields: types.SimpleNamespace(**fields)
    ),
    "random.Random": lambda: st.integers(0, 99).map(lambda seed: Recipe("call", "random:Random", (seed,))),
    "types.TracebackType": lambda: st.just(Recipe("traceback", "")),
    "logging.Logger": lambda: st.just(Recipe("call", "logging:getLogger", ("dream",))),
}
