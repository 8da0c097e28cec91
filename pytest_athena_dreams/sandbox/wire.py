"""Strict decoding of the frames that come out of the jail.

Invariants: nothing is built from the child's bytes before their length is within the cap; an unknown field, a
missing one, a wrong type, nonce or number is a ``WireError``, whatever the rest of the frame says.
"""

from __future__ import annotations

from collections import deque
from typing import Annotated, Any, Literal

import msgspec

from ..models import Canonical, Raised
from ..signatures import Loaded
from .decoding import ANY_TEXT, VALUE, ValueDecoder, WireError, check_nesting
from .jail.compiled import NOTED_PATTERNS, PATTERN_LENGTH
from .jail.frames import HEADER
from .jail.raising import RAISED_MESSAGE
from .jail.refusals import MAX_REFUSALS, REFUSAL_LENGTH

LONGEST_TEXT = 2 * RAISED_MESSAGE
"""Maximum characters of an exception's message; an honest child sends few more than ``RAISED_MESSAGE``."""

_Awaited = Literal["", "coroutine", "async generator"]
_Refused = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=REFUSAL_LENGTH)], ...],
    msgspec.Meta(max_length=MAX_REFUSALS),
]
_Patterns = Annotated[
    tuple[tuple[Annotated[str, msgspec.Meta(max_length=PATTERN_LENGTH)], int], ...],
    msgspec.Meta(max_length=NOTED_PATTERNS),
]


class _Frame(msgspec.Struct, tag_field="kind", forbid_unknown_fields=True, kw_only=True):
    nonce: str
    id: int


class Ready(_Frame, tag="ready"):
    """The child has taken all restrictions and has not yet received the dream."""


class Failed(_Frame, tag="failed"):
    """The child could not take its restrictions; nothing was run."""

    detail: str


class Listening(_Frame, tag="listening"):
    """The child's filter asks its listener, whose descriptor came with this frame."""


class Described(_Frame, tag="loaded"):
    """The dream was loaded and has an entry point."""

    loaded: Loaded


class Answered(_Frame, kw_only=True):
    """The load or the call has ended."""

    changed: Canonical
    awaited: str = ""
    refused: tuple[str, ...] = ()
    printed: Canonical = None
    patterns: tuple[tuple[str, int], ...] = ()


class Returned(Answered, tag="returned", kw_only=True):
    """The call returned."""

    value: Canonical
    took: float


class Threw(Answered, tag="raised", kw_only=True):
    """The load or the call raised."""

    raised: Raised
    value: Canonical = None


class Reached(_Frame, tag="reached"):
    """A call of watched code ended, in whatever way; it was the first to reach these lines."""

    lines: tuple[int, ...]


class Broken(_Frame, tag="broken"):
    """The child can't report what happened, and says why."""

    detail: str


class _Answered(_Frame, kw_only=True):
    changed: msgspec.Raw
    awaited: _Awaited = ""
    refused: _Refused = ()
    printed: msgspec.Raw = msgspec.Raw(b"null")
    patterns: _Patterns = ()


class _Returned(_Answered, tag="returned", kw_only=True):
    value: msgspec.Raw
    took: Annotated[float, msgspec.Meta(ge=0)]


class _Threw(_Answered, tag="raised", kw_only=True):
    raised: Raised
    value: msgspec.Raw = msgspec.Raw(b"null")


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
    default: VALUE = None
    type: _Literals | None = None


class _Literals(msgspec.Struct):
    values: list[VALUE] = []
    args: list[_Literals] = []


Reply = Ready | Failed | Listening | Described | Returned | Threw | Reached | Broken


_frame = msgspec.json.Decoder(Ready | Failed | Listening | Described | _Returned | _Threw | Reached | Broken)
_value = ValueDecoder(VALUE)
_changed = ValueDecoder(tuple[VALUE, VALUE])
_printed = ValueDecoder(tuple[ANY_TEXT, ANY_TEXT])
_signed = msgspec.json.Decoder(_Signed)


def decode(body: bytes, *, nonce: str, number: int) -> Reply:
    """The reply in ``body``; raises ``WireError`` unless it is well-formed and answers ``number``."""
    try:
        reply = _with_values(_frame.decode(body))
        if isinstance(reply, Threw) and len(reply.raised.message) > LONGEST_TEXT:
            raise WireError(f"a message of more than {LONGEST_TEXT} characters")
        if isinstance(reply, Described):
            check_nesting(body)
            _signed.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise WireError(f"a frame that does not fit: {exc}") from None
    if reply.nonce != nonce:
        raise WireError("a frame without the right nonce")
    if reply.id != number:
        raise WireError(f"an answer to request {reply.id}, but {number} was due")
    if isinstance(reply, Threw) and (reply.raised.stage == "call") != (number > 0):
        raise WireError(f"an exception of stage {reply.raised.stage!r} in answer to request {number}")
    return reply


def _with_values(frame: Any) -> Reply:
    """The reply of a frame, with its values decoded."""
    if isinstance(frame, _Returned):
        return Returned(
            nonce=frame.nonce,
            id=frame.id,
            value=_value.decode(frame.value),
            took=frame.took,
            changed=_changed.decode(frame.changed),
            awaited=frame.awaited,
            refused=frame.refused,
            printed=_printed.decode(frame.printed),
            patterns=frame.patterns,
        )
    if isinstance(frame, _Threw):
        return Threw(
            nonce=frame.nonce,
            id=frame.id,
            raised=frame.raised,
            value=_value.decode(frame.value),
            changed=_changed.decode(frame.changed),
            awaited=frame.awaited,
            refused=frame.refused,
            printed=_printed.decode(frame.printed),
            patterns=frame.patterns,
        )
    reply: Reply = frame
    return reply


class Inbox:
    """Bytes from a child, cut into frames of at most ``cap`` bytes."""

    def __init__(self, cap: int) -> None:
        self._most = HEADER.size + cap
        self._frames: deque[bytes] = deque()
        self._rest = bytearray()
        """The beginning of the next frame."""
        self._due = 0
        """Bytes of that frame with its header; only the header's while the length is unknown."""

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
    def ready(self) -> int:
        """How many whole frames have arrived."""
        return len(self._frames)

    def frame(self) -> bytes | None:
        """The next whole frame; ``None`` if it has not arrived yet. Raises ``WireError`` above the cap."""
        if self._frames:
            return self._frames.popleft()
        if self._rest and self._due > self._most:
            sizes = self._due - HEADER.size, self._most - HEADER.size
            raise WireError("a frame of {} bytes; at most {} are allowed".format(*sizes))
        return None
