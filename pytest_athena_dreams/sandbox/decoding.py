"""Strict decoding of canonical values, as ``jail.grammar`` defines them.

Invariants: a value of another form is an error, never a value; nothing from the jail is evaluated.
"""

from __future__ import annotations

import functools
import operator
import re
from typing import Annotated, Any

import msgspec

from ..models import packed
from .jail.canonical import DEPTH
from .jail.grammar import GRAMMAR, Kind

LARGE = 1 << 16
"""Values of more bytes than this stay packed."""
CACHE_BYTES = 1 << 21
"""JSON bytes that each cache of decoded values may hold."""
FRAME_LEVELS = 4 * DEPTH
"""Maximum levels of nested arrays in a frame; a value of ``DEPTH`` levels needs fewer."""

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_Whole = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
_Hex = Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9a-f]{2})*+\Z")]
_ONE, _NEXT = "[0-7][0-9a-f]", "[89ab][0-9a-f]"
_MORE = "|".join(
    f"(?:{first})(?:{_NEXT}){{{more}}}"
    for first, more in (
        ("c[2-9a-f]|d[0-9a-f]", 1),
        ("e0[ab][0-9a-f]", 1),
        ("e[1-9a-f][89ab][0-9a-f]", 1),
        ("f0[9ab][0-9a-f]|f[123][89ab][0-9a-f]|f48[0-9a-f]", 2),
    )
)
"""UTF-8 in hexadecimal, lone surrogates included: characters of one byte, and of several."""
_MSGSPEC_TYPES: dict[Kind, Any] = {  # those in quotation marks are defined below
    Kind.INTEGER: Annotated[str, msgspec.Meta(pattern=r"\A-?0x[0-9a-f]+\Z")],
    Kind.SPECIAL: Annotated[str, msgspec.Meta(pattern=r"\A(?:nan|inf|-inf)\Z")],
    Kind.FLOAT: "float | _Float",
    Kind.HEX: _Hex,
    Kind.UTF8: Annotated[str, msgspec.Meta(pattern=rf"\A(?:{_ONE}|{_MORE})*+\Z")],
    Kind.TEXT: "str | _Str",
    Kind.PLAIN: str,
    Kind.NAME: str,
    Kind.COUNT: _Whole,
    Kind.FLAG: bool,
    Kind.VALUE: "VALUE",
    Kind.ITEMS: "list[VALUE]",
    Kind.UNORDERED: "list[VALUE]",
    Kind.PAIRS: "list[tuple[VALUE, VALUE]]",
    Kind.FIELDS: "list[tuple[str | _Str, VALUE]]",
    Kind.PARTS: list[tuple[str, _Hex, _Hex]],
}
_nodes: dict[str, Any] = {
    tag: msgspec.defstruct(
        f"_{tag.capitalize()}",
        [(name, _MSGSPEC_TYPES[kind]) for name, kind in fields.items()],
        tag=tag,
        tag_field="kind",
        array_like=True,
        forbid_unknown_fields=True,
        module=__name__,
    )
    for tag, fields in GRAMMAR.items()
}
_Float, _Str = _nodes["float"], _nodes["str"]
ANY_TEXT: Any = str | _Str | _nodes["cut"]
VALUE: Any = functools.reduce(operator.or_, _nodes.values(), None | bool | _Whole | float | str)


class WireError(Exception):
    """A frame that no honest child sends."""


class ValueDecoder:
    """Decodes canonical values of the type ``checked``, or ``null``.

    Most values repeat, because most dreams do what their procedure does. So the latest ones are cached, in at
    most ``cache_bytes`` of JSON unless the last one alone is larger.
    """

    def __init__(self, checked: Any, cache_bytes: int = CACHE_BYTES) -> None:
        self._check = msgspec.json.Decoder(checked).decode
        self._cache: dict[bytes, Any] = {}
        self._room = cache_bytes

    @property
    def cached_bytes(self) -> int:
        """JSON bytes of the values in the cache."""
        return sum(map(len, self._cache))

    def decode(self, raw: msgspec.Raw) -> Any:
        """The value; equal bytes give the same object while it is cached.

        Raises ``WireError`` for one nested too deeply, ``msgspec.MsgspecError`` for one of another type.
        """
        text = bytes(raw)
        if text == b"null":
            return None
        cached = self._cache.get(text, self)
        return cached if cached is not self else self._add(text)

    def _add(self, text: bytes) -> Any:
        check_nesting(text)
        self._check(text)
        value = packed(text) if len(text) > LARGE else msgspec.json.decode(text)
        self._room -= len(text)
        while self._room < 0 and self._cache:
            first = next(iter(self._cache))
            self._room += len(first)
            del self._cache[first]
        self._cache[text] = value
        return value


def check_nesting(text: bytes) -> None:
    """Raise ``WireError`` if JSON is nested deeper than ``FRAME_LEVELS``."""
    if text.count(b"[") <= FRAME_LEVELS:
        return
    deepest = level = 0
    for bracket in re.findall(rb"[\[\]]", _STRINGS.sub(b"", text)):
        level += 1 if bracket == b"[" else -1
        deepest = max(deepest, level)
    if deepest > FRAME_LEVELS:
        raise WireError(f"a frame nested deeper than {FRAME_LEVELS} levels")
