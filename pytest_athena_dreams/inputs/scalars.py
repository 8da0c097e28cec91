"""Strategies for scalars, fed with the literals of the source.

Small values come often, because they meet (equal items, a number that is an index) and because procedures
that loop on a number end; literals and their neighbours come often, because that is where branches lie.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import math
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ..models import Canonical
from .library import Strategy as Strategy
from .library import standard
from .recipes import Recipe
from .weights import weighted

FEW_ITEMS = 8
"""Maximum items in a drawn container, unless a literal suggests more."""
LONGEST = 400
"""Maximum literal that serves as the length of a text, in characters."""
_PLAIN_CHARACTERS = string.ascii_letters + string.digits + " _-.,"
_SMALL = (-8, 24)
_MEDIUM = (-1_000, 1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How far values reach: ``wide`` for numbers of any size and any character.

    ``lowest`` and ``highest`` bound all integers, ``min_size`` all containers and texts. With ``nan``, some
    floats are NaN or infinite. With ``tiny``, most values are among so many, so that parts of a call meet.
    """

    wide: bool = True
    lowest: int | None = None
    highest: int | None = None
    min_size: int = 0
    nan: bool = False
    tiny: int = 0

    def holds(self, value: str | int) -> bool:
        """Whether a value is within the bounds for all values."""
        if isinstance(value, str):
            return len(value) >= self.min_size
        above = self.lowest is None or value >= self.lowest
        return above and (self.highest is None or value <= self.highest)


def literal_value(value: Canonical) -> Any:
    """The Python value of a canonical scalar; ``None`` for ``None`` and for anything but a scalar."""
    if not isinstance(value, list):
        return value
    match value:
        case ["int", str(text)]:
            return int(text, 16)
        case ["float", str(text)]:
            return float(text)
        case ["str", str(text)]:
            return bytes.fromhex(text).decode("utf-8", "surrogatepass")
        case ["bytes", str(text)]:
            return bytes.fromhex(text)
        case ["enum", str(reference), str(name), _]:
            return Recipe("member", reference, (name,))
        case ["value", str(name), str(text)] if name in _CONSTRUCTORS:
            return _constructed(name, text)
    return None


_CONSTRUCTORS = {
    "decimal.Decimal": decimal.Decimal,
    "fractions.Fraction": fractions.Fraction,
    "datetime.date": datetime.date,
    "datetime.datetime": datetime.datetime,
    "datetime.time": datetime.time,
    "datetime.timedelta": datetime.timedelta,
}
"""Scalars whose ``repr`` is a call of these with whole numbers or a short text."""
_ARGUMENT = re.compile(
    r"(?:([a-z]{1,20})=)?(?:(-?\d{1,30})|'([-+]?(?:[\d.]{1,40}(?:E[-+]\d{1,3})?|Infinity|NaN))')"
)
"""An argument of such a call. Exponents are short: the jail may lie, and some would take a lot of memory."""


def _constructed(name: str, text: str) -> Any:
    """The scalar whose ``repr`` is ``text``, which comes from the jail; ``None`` if it is no plain call."""
    constructor, _, inside = text.partition("(")
    if constructor not in (name, name.rpartition(".")[2]) or not inside.endswith(")"):
        return None
    args: list[int | str] = []
    kwargs: dict[str, int | str] = {}
    for part in inside[:-1].split(", ") if inside != ")" else ():
        argument = _ARGUMENT.fullmatch(part)
        if argument is None:
            return None
        key, number, word = argument.groups()
        value = word if number is None else int(number)
        if key is None:
            args.append(value)
        else:
            kwargs[key] = value
    try:
        return _CONSTRUCTORS[name](*args, **kwargs)
    except (ValueError, TypeError, ArithmeticError):
        return None


class Scalars:
    """Strategies for scalars of one width, with the literals of one source."""

    def __init__(self, literals: Sequence[Canonical], width: Width) -> None:
        values = [literal_value(literal) for literal in literals]
        self.width = width
        self.known_ints = _near([v for v in values if type(v) is int])
        self.known_floats = [v for v in values if type(v) is float]
        self.known_texts = [v for v in values if type(v) is str]
        self.known_bytes = [v for v in values if type(v) is bytes]
        self.by_code: tuple[int, Strategy] | None = None
        """How many of ten texts come from a strategy that the code suggests, for the parameter in hand."""
        self.lengths = [n for n in self.known_ints if FEW_ITEMS < n <= LONGEST][:9]

    def ints(self, low: int | None = None, high: int | None = None) -> Strategy:
        """Integers within the given bounds and those of the width."""
        given = low, high
        low = _tighter(max, low, self.width.lowest)
        high = _tighter(min, high, self.width.highest)
        if low is not None and high is not None and low > high:
            low, high = given  # the width has to give way
        ranges = [_cut(_SMALL, low, high), _cut(_MEDIUM, low, high)]
        choices = [st.integers(*r) for r in ranges if r is not None]
        if self.width.wide or not choices:
            choices.append(st.integers(low, high))
        if self.width.wide and low is None and high is None:
            choices.append(self._near_powers())
        known = [n for n in self.known_ints if (low is None or n >= low) and (high is None or n <= high)]
        usual = favour(st.one_of(choices), known)
        few = _cut((0, self.width.tiny), low, high)
        return usual if few is None or not self.width.tiny else weighted((4, st.integers(*few)), (1, usual))

    def _near_powers(self) -> Strategy:
        """Whole numbers next to powers of ten and of the source's numbers, or a little below."""
        bases = sorted({10, *(n for n in self.known_ints[::3] if 10 < n <= 10_000)})
        return st.builds(
            lambda base, power, below: base**power - below,
            st.sampled_from(bases),
            st.integers(1, 5),
            st.one_of(st.integers(-1, 1), st.integers(0, 60)),
        )

    def floats(self, low: float | None = None, high: float | None = None) -> Strategy:
        """Finite floats; NaN and the infinities are edge cases."""
        if low is not None or high is not None:
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        lowest = self.width.lowest
        floor = -100.0 if lowest is None else float(lowest)
        small = st.floats(floor, max(100.0, floor)).map(lambda x: round(x, 2))
        choices = [small, self.ints(high=2**53).filter(lambda n: abs(n) <= 2**53).map(float)]
        if self.width.wide:
            choices.append(st.floats(lowest, allow_nan=False, allow_infinity=False))
        if self.width.nan:
            choices.append(st.sampled_from([math.nan, math.nan, math.inf]))
        usual = favour(st.one_of(choices), self.known_floats)
        return weighted((4, st.integers(0, 8).map(float)), (1, usual)) if self.width.tiny else usual

    def text(self, low: int = 0, high: int | None = None) -> Strategy:
        """Text of ``low`` to ``high`` characters, mostly plain; literals alone and within other text."""
        low = max(low, self.width.min_size) if high is None else min(max(low, self.width.min_size), high)
        top = max(low, 2 * FEW_ITEMS) if high is None else high
        words = st.text(_PLAIN_CHARACTERS, min_size=low, max_size=top)
        few = "".join(sorted({c for text in self.known_texts for c in text})) or "ab "
        choices = [
            words,
            st.text(string.ascii_lowercase, min_size=low, max_size=min(top, max(low, FEW_ITEMS))),
            st.text(few, min_size=low, max_size=min(top, max(low, FEW_ITEMS))),
        ]
        if self.width.wide:
            choices.append(st.text(min_size=low, max_size=min(top, max(low, FEW_ITEMS))))
        choices.append(st.text(_ODD, min_size=low, max_size=min(top, max(low, FEW_ITEMS))))
        choices += [
            st.text(_PLAIN_CHARACTERS, min_size=n, max_size=n)
            for n in self.lengths
            if low <= n and high is None
        ]
        most = top if high is not None else LONGEST
        known = [text for text in self.known_texts if low <= len(text) <= most]
        if known:
            literal = st.sampled_from(known)
            choices.append(literal)
            if high is None:
                choices.append(st.tuples(words, literal, words).map("".join))
        usual = st.one_of(choices)
        if self.width.tiny and high is None and not low:
            usual = weighted(
                (4, st.sampled_from([*_LETTERS[: self.width.tiny], *known[:4]])),
                (1, usual),
            )
        if self.by_code is None or high is not None:
            return usual
        share, suggested = self.by_code
        if low:
            suggested = suggested.filter(lambda text: len(text) >= low)
        return weighted((share, suggested), (10 - share, usual))

    def binary(self, low: int = 0, high: int | None = None) -> Strategy:
        """Bytes of ``low`` to ``high``."""
        least = max(low, self.width.min_size) if high is None else low
        drawn = st.binary(min_size=least, max_size=max(FEW_ITEMS, least) if high is None else high)
        return favour(
            drawn, [b for b in self.known_bytes if least <= len(b) <= (LONGEST if high is None else high)]
        )

    def named(self, name: str) -> Strategy | None:
        """The strategy of a scalar type by its qualified name."""
        if name in ("int", "numbers.Integral", "typing.SupportsIndex"):
            return self.ints()
        if name in ("float", "numbers.Real", "numbers.Number", "typing.SupportsFloat", "typing.SupportsAbs"):
            return self.floats() if name == "float" else st.one_of(self.ints(), self.floats())
        if name in ("typing.SupportsInt", "typing.SupportsRound"):
            return st.one_of(self.ints(), self.floats())
        if name in ("complex", "numbers.Complex", "typing.SupportsComplex"):
            return st.builds(complex, self.floats(), self.floats())
        if name == "str":
            return self.text()
        if name in ("bytes", "typing.SupportsBytes"):
            return self.binary()
        if name == "bytearray":
            return self.binary().map(bytearray)
        if name in ("memoryview", "io.BytesIO", "typing.BinaryIO", "io.IOBase"):
            reference = "builtins:memoryview" if name == "memoryview" else "io:BytesIO"
            return self.binary().map(lambda b: Recipe("call", reference, (b,)))
        if name in ("io.StringIO", "typing.TextIO", "typing.IO", "io.TextIOBase"):
            return self.text().map(lambda text: Recipe("call", "io:StringIO", (text,)))
        return standard(name)


_LETTERS = ("a", "b", "c", "ab", "", "d")
"""Texts of tiny inputs."""
_ODD = "aeb1C.-_ \t\n\r\u00a0\u2028ßİé\u0301٣²\u200f"
"""What programs forget: blanks of all kinds, letters that grow in another case, a letter in two ways, digits
that are not ASCII, a mark that turns the direction; and what there is beside."""


def favour(strategy: Strategy, known: Sequence[Any]) -> Strategy:
    """``strategy``, or one of ``known``."""
    return st.one_of(strategy, st.sampled_from(known)) if known else strategy


def _near(ints: Sequence[int]) -> list[int]:
    """Each number and its neighbours, in order, each once."""
    return list(dict.fromkeys(n for i in ints for n in (i, i - 1, i + 1)))


def _tighter(pick: Any, a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else pick(a, b)


def _cut(bounds: tuple[int, int], low: int | None, high: int | None) -> tuple[int, int] | None:
    start = bounds[0] if low is None else max(bounds[0], low)
    end = bounds[1] if high is None else min(bounds[1], math.floor(high))
    return (start, end) if start <= end else None
