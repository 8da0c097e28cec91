"""What may come out of the jail, decoded strictly.

Invariants: nothing is built from the child's bytes before their length is known to be within the cap;
an unknown field, a missing one, a wrong type, a value outside ``jail.grammar``, a
foreign nonce or number is a ``WireError``, whatever the rest of the frame says.
"""

from __future__ import annotations

import functools
import operator
import re
from collections import deque
from typing import Annotated, Any, Literal

import msgspec

from ..models import Canonical, Raised, packed
from ..signatures import Loaded
from .jail.canonical import DEPTH
from .jail.frames import HEADER
from .jail.grammar import GRAMMAR, Kind
from .jail.raising import RAISED_MESSAGE
from .jail.refusals import KEPT_REFUSALS, REFUSAL_LENGTH

LARGE = 1 << 16
"""Bytes above which a value is kept packed."""
KEPT = 1 << 21
"""Bytes of values, and of changed arguments, that are kept with what they mean."""
LONGEST_TEXT = 2 * RAISED_MESSAGE
"""Characters of an exception's message; an honest child sends few more than ``RAISED_MESSAGE``."""
FRAME_LEVELS = 4 * DEPTH
"""Levels of arrays in a frame; a value of ``DEPTH`` levels needs fewer."""

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_Whole = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
_Awaited = Literal["", "coroutine", "async generator"]
_Refused = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=REFUSAL_LENGTH)], ...],
    msgspec.Meta(max_length=KEPT_REFUSALS),
]
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
"""UTF-8 in hexadecimal, lone surrogates included: characters of one byte, and of more."""
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
    Kind.VALUE: "_Value",
    Kind.ITEMS: "list[_Value]",
    Kind.UNORDERED: "list[_Value]",
    Kind.PAIRS: "list[tuple[_Value, _Value]]",
    Kind.FIELDS: "list[tuple[str | _Str, _Value]]",
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
_Value: Any = functools.reduce(operator.or_, _nodes.values(), None | bool | _Whole | float | str)


class WireError(Exception):
    """A frame that no honest child sends."""


class _Frame(msgspec.Struct, tag_field="kind", forbid_unknown_fields=True, kw_only=True):
    nonce: str
    id: int


class Ready(_Frame, tag="ready"):
    """The child is locked in and has not yet seen the dream."""


class Failed(_Frame, tag="failed"):
    """The child could not lock itself in; nothing was run."""

    detail: str


class Described(_Frame, tag="loaded"):
    """The dream was loaded and has an entry point."""

    loaded: Loaded


class Returned(_Frame, tag="returned"):
    """The call returned."""

    value: Canonical
    changed: Canonical
    took: float
    awaited: str = ""
    refused: tuple[str, ...] = ()


class Threw(_Frame, tag="raised"):
    """The load or the call raised."""

    raised: Raised
    changed: Canonical
    awaited: str = ""
    refused: tuple[str, ...] = ()


class Reached(_Frame, tag="reached"):
    """A call of watched code has ended in some way, and was the first to reach these lines."""

    lines: tuple[int, ...]


class Broken(_Frame, tag="broken"):
    """The child can't tell what happened, and says why."""

    detail: str


class _Returned(_Frame, tag="returned"):
    value: msgspec.Raw
    changed: msgspec.Raw
    took: Annotated[float, msgspec.Meta(ge=0)]
    awaited: _Awaited = ""
    refused: _Refused = ()


class _Threw(_Frame, tag="raised"):
    raised: Raised
    changed: msgspec.Raw
    awaited: _Awaited = ""
    refused: _Refused = ()


class _Signed(msgspec.Struct):
    loaded: _Entry


class _Entry(msgspec.Struct):
    returns: _Literals | None = None
    signature: _Defaults | None = None


class _Defaults(msgspec.Struct):
    parameters: list[_Default] = []
    returns: _Literals | None = None
    classes: list[_Class] = []


class _Class(msgspec.Struct):
    parameters: list[_Default] = []
    options: list[_Literals] = []


class _Default(msgspec.Struct):
    default: _Value = None
    type: _Literals | None = None


class _Literals(msgspec.Struct):
    values: list[_Value] = []
    args: list[_Literals] = []


Reply = Ready | Failed | Described | Returned | Threw | Reached | Broken


class _Values:
    """Decodes canonical values in the shape that ``checked`` has, or none.

    Most values come again and again, for most dreams do what their procedure does: the last ones are kept,
    and the same bytes give the same object.
    """

    def __init__(self, checked: Any) -> None:
        self._check = msgspec.json.Decoder(checked).decode
        self._kept: dict[bytes, Any] = {}
        self._room = KEPT

    def of(self, raw: msgspec.Raw) -> Any:
        text = bytes(raw)
        if text == b"null":
            return None
        kept = self._kept.get(text, self)
        return kept if kept is not self else self._keep(text)

    def _keep(self, text: bytes) -> Any:
        _check_nesting(text)
        self._check(text)
        value = packed(text) if len(text) > LARGE else msgspec.json.decode(text)
        self._room -= len(text)
        while self._room < 0 and self._kept:
            first = next(iter(self._kept))
            self._room += len(first)
            del self._kept[first]
        self._kept[text] = value
        return value


_frame = msgspec.json.Decoder(Ready | Failed | Described | _Returned | _Threw | Reached | Broken)
_value = _Values(_Value)
_changed = _Values(tuple[_Value, _Value])
_signed = msgspec.json.Decoder(_Signed)


def decode(body: bytes, *, nonce: str, number: int) -> Reply:
    """The reply in ``body``; raises ``WireError`` unless it is well-formed and answers ``number``."""
    try:
        reply = _told(_frame.decode(body))
        if isinstance(reply, Threw) and len(reply.raised.message) > LONGEST_TEXT:
            raise WireError(f"a message of more than {LONGEST_TEXT} characters")
        if isinstance(reply, Described):
            _check_nesting(body)
            _signed.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise WireError(f"a frame that does not fit: {exc}") from None
    if reply.nonce != nonce:
        raise WireError("a frame without the right nonce")
    if reply.id != number:
        raise WireError(f"an answer to request {reply.id} where {number} was due")
    if isinstance(reply, Threw) and (reply.raised.stage == "call") != (number > 0):
        raise WireError(f"an exception of stage {reply.raised.stage!r} in answer to request {number}")
    return reply


def _told(frame: Any) -> Reply:
    nonce, number = frame.nonce, frame.id
    if isinstance(frame, _Returned):
        value, changed = _value.of(frame.value), _changed.of(frame.changed)
        return Returned(
            nonce=nonce,
            id=number,
            value=value,
            changed=changed,
            took=frame.took,
            awaited=frame.awaited,
            refused=frame.refused,
        )
    if isinstance(frame, _Threw):
        changed = _changed.of(frame.changed)
        return Threw(
            nonce=nonce,
            id=number,
            raised=frame.raised,
            changed=changed,
            awaited=frame.awaited,
            refused=frame.refused,
        )
    reply: Reply = frame
    return reply


def _check_nesting(text: bytes) -> None:
    if text.count(b"[") <= FRAME_LEVELS:
        return
    deepest = level = 0
    for bracket in re.findall(rb"[\[\]]", _STRINGS.sub(b"", text)):
        level += 1 if bracket == b"[" else -1
        deepest = max(deepest, level)
    if deepest > FRAME_LEVELS:
        raise WireError(f"a frame nested deeper than {FRAME_LEVELS} levels")


class Inbox:
    """Bytes from a child, cut into frames of at most ``cap`` bytes."""

    def __init__(self, cap: int) -> None:
        self._most = HEADER.size + cap
        self._frames: deque[bytes] = deque()
        self._rest = bytearray()
        """The begin of the next frame."""
        self._due = 0
        """How long that frame is, its head included, as far as is known."""

    def feed(self, data: bytes) -> None:
        if self._rest:
            self._rest += data
            if len(self._rest) < self._due:
                return
            data = bytes(self._rest)
        start = 0
        while True:
            left, self._due = len(data) - start, HEADER.size
            if left < HEADER.size:
                break
            self._due += HEADER.unpack_from(data, start)[0]
            if self._due > min(self._most, left):
                break
            self._frames.append(data[start + HEADER.size : start + self._due])
            start += self._due
        self._rest[:] = data[start:]

    @property
    def empty(self) -> bool:
        return not self._frames and not self._rest

    @property
    def ready(self) -> bool:
        """Whether a whole frame has arrived."""
        return bool(self._frames)

    def frame(self) -> bytes | None:
        """The next whole frame, ``None`` if it has not arrived; raises ``WireError`` above the cap."""
        if self._frames:
            return self._frames.popleft()
        if self._rest and self._due > self._most:
            sizes = self._due - HEADER.size, self._most - HEADER.size
            raise WireError("a frame of {} bytes, where {} are allowed".format(*sizes))
        return None


def frame(body: bytes) -> bytes:
    """``body`` as one frame."""
    return HEADER.pack(len(body)) + body
