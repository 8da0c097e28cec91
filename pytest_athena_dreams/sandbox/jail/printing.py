"""Collects what one call prints: everything that any code writes to descriptors 1 and 2.

Each of the two has its own file, which is emptied after every call. Line numbers of the code and addresses of
objects are left out, because they depend on the code's layout, not on its behaviour.

Invariants: the text is read from the files, never from a stream object that the code may have replaced.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .encoding import plain_text

WHOLE_TEXT = 1 << 16
"""Bytes of one stream above which only digests of its text are sent: a reply has room for both, escaped."""
PRINTED_PARTS = 1_000
"""Maximum parts of a longer text."""
SMALLEST_PART = 1 << 12
"""Minimum bytes of each part; the last one may have fewer."""
PRINTED_HEAD = 200
"""First bytes of a longer text to send."""

_PIECE = 1 << 20
_PLACES = re.compile(rb'(<dream>(?:", line |:))\d+| at 0x[0-9a-f]+')
_LEFT_OUT = {True: rb"\1N", False: b" at 0x..."}
_EMPTY = 0, 0
_Stream, _type, _len = io.TextIOWrapper, type, len
_flush: Callable[[Any], None] = io.TextIOWrapper.flush
_seek, _read, _truncate = os.lseek, os.read, os.ftruncate
_kill, _self, _leave = os.kill, os.getpid, os._exit
_signal, _sha256 = signal.signal, hashlib.sha256
_streams = vars(sys)


class Printed:
    """Collects what calls print to two files, which are also open under the descriptors ``files``.

    A call may print ``limit`` bytes to each; ``flush`` flushes C's own streams.
    """

    def __init__(self, files: tuple[int, int], limit: int, flush: Callable[[], None]) -> None:
        self._files = files
        self._limit = limit
        self._flush = flush
        self._first = _streams.get("stdout"), _streams.get("stderr")

    def drop(self) -> None:
        """Forget what was printed so far."""
        self._sizes()
        for file in self._files:
            _truncate(file, 0)

    def taken(self) -> list[Any] | None:
        """The text printed since the last time, as two canonical texts; ``None`` if there is none."""
        sizes = self._sizes()
        if sizes == _EMPTY:
            return None
        texts: list[Any] = []
        for file, size in zip(self._files, sizes, strict=True):
            if size > self._limit:
                _end()
            texts.append(_content(file, size))
            if size:
                _truncate(file, 0)
        return texts

    def _sizes(self) -> tuple[int, int]:
        """Flush all buffers; the number of bytes in each file."""
        out, err = self._first
        _flushed(out)
        _flushed(err)
        if _streams.get("stdout") is not out or _streams.get("stderr") is not err:
            _flushed(_streams.get("stdout"))
            _flushed(_streams.get("stderr"))
        self._flush()
        return _seek(self._files[0], 0, 2), _seek(self._files[1], 0, 2)


def _flushed(stream: Any) -> None:
    if _type(stream) is _Stream:
        try:
            _flush(stream)
        except (OSError, ValueError):  # closed, or full: what the code made of it
            return


def _end() -> None:
    """End this process as if the kernel had stopped it for writing too much."""
    _signal(signal.SIGXFSZ, signal.SIG_DFL)
    _kill(_self(), signal.SIGXFSZ)
    _leave(1)


def _content(file: int, size: int) -> Any:
    if not size:
        return ""
    if size <= WHOLE_TEXT:
        return _text(b"".join(_pieces(file, size)))
    part = SMALLEST_PART
    while part * PRINTED_PARTS < size:
        part *= 2
    parts, rest, place, head = [], b"", 0, b""
    for piece in _pieces(file, size):
        rest += piece
        head = head or rest[:PRINTED_HEAD]
        whole = _len(rest) // part * part
        parts += [_part(place + start, rest[start : start + part]) for start in range(0, whole, part)]
        rest, place = rest[whole:], place + whole
    if rest:
        parts.append(_part(place, rest))
    return ["cut", place + _len(rest), parts, _text(head)]


def _part(place: int, data: bytes) -> list[str]:
    digest = _sha256(data).hexdigest()[:16]
    return [f"[{place}:{place + _len(data)}]", digest, digest]


def _pieces(file: int, size: int) -> Iterator[bytes]:
    place = _seek(file, 0, 0)
    while place < size:
        piece = _read(file, _PIECE)
        if not piece:  # a thread has emptied it
            return
        place += _len(piece)
        if b"<dream>" in piece or b" at 0x" in piece:
            piece = _PLACES.sub(lambda found: found.expand(_LEFT_OUT[found[1] is not None]), piece)
        yield piece


def _text(data: bytes) -> Any:
    return plain_text(data.decode("utf-8", "surrogateescape"))
