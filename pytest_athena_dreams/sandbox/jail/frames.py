"""The formats of the two kinds of sockets.

A child's channel carries frames: four bytes of length, most significant first, then that many bytes. Requests
are pickles, or marshal data for a load, both of which one call can read; replies are JSON. The blocking calls
here are the child's. Parent and fork server take turns sending a line of JSON, with descriptors attached.
"""

from __future__ import annotations

import os
import socket
import struct

HEADER = struct.Struct(">I")
REQUEST_FORMAT = 2
"""The version of marshal's format for requests to load; in it, a dict starts with ``{``."""

_HEAD, _pack, _unpack = HEADER.size, HEADER.pack, HEADER.unpack_from
_read, _write = os.read, os.write
_READ_BYTES = 1 << 18
_LINE = 1 << 16
_DESCRIPTORS = 4
"""Maximum descriptors that come with a line."""


def framed(body: bytes) -> bytes:
    """``body`` as one frame."""
    return _pack(len(body)) + body


def write(descriptor: int, body: bytes) -> None:
    """Send one whole frame."""
    rest = memoryview(framed(body))
    while rest:
        rest = rest[_write(descriptor, rest) :]


class Inbox:
    """Reads frames from a descriptor, as many at a time as have arrived."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._bytes = b""
        self._start = 0

    def frame(self) -> bytes:
        """The next frame; raises ``EOFError`` if the other end is closed."""
        self._await(_HEAD)
        (length,) = _unpack(self._bytes, self._start)
        self._await(_HEAD + length)
        start = self._start + _HEAD
        self._start = start + length
        return self._bytes[start : self._start]

    def _await(self, size: int) -> None:
        """Read until ``size`` bytes are there."""
        there = len(self._bytes) - self._start
        if there >= size:
            return
        parts = [self._bytes[self._start :]]
        while there < size:
            part = _read(self._descriptor, _READ_BYTES)
            if not part:
                raise EOFError
            parts.append(part)
            there += len(part)
        self._bytes, self._start = b"".join(parts), 0


def receive(control: socket.socket) -> tuple[bytes, list[int]]:
    """Receive one line and its descriptors; the text is empty if the other end is closed."""
    text, descriptors, _, _ = socket.recv_fds(control, _LINE, _DESCRIPTORS)
    while text and not text.endswith(b"\n"):
        part = control.recv(_LINE)
        if not part:
            return b"", descriptors
        text += part
    return text, descriptors
