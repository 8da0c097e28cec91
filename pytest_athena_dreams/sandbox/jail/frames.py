"""What goes over the two kinds of sockets.

A child's channel carries frames: four bytes of length, most significant first, then as many bytes; the
blocking calls on frames here are the child's. Parent and fork server exchange lines of JSON, one at a
time in turn, with descriptors beside them.
"""

from __future__ import annotations

import os
import socket
import struct

HEADER = struct.Struct(">I")

_pack, _unpack = HEADER.pack, HEADER.unpack
_read, _write = os.read, os.write
_CHUNK = 1 << 18
_LINE = 1 << 16
_DESCRIPTORS = 2
"""Descriptors that can come with a line."""


def write(descriptor: int, body: bytes) -> None:
    """Send one frame, all of it."""
    rest = memoryview(_pack(len(body)) + body)
    while rest:
        rest = rest[_write(descriptor, rest) :]


class Inbox:
    """Frames that arrive at a descriptor, read as many at a time as there are."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._bytes = bytearray()

    def frame(self) -> bytes:
        """The next frame; raises ``EOFError`` where the other end is gone."""
        (length,) = _unpack(self._take(HEADER.size))
        return self._take(length)

    def _take(self, size: int) -> bytes:
        while len(self._bytes) < size:
            part = _read(self._descriptor, _CHUNK)
            if not part:
                raise EOFError
            self._bytes += part
        taken = bytes(self._bytes[:size])
        del self._bytes[:size]
        return taken


def receive(control: socket.socket) -> tuple[bytes, list[int]]:
    """Receive one line and its descriptors; no text where the other end is gone."""
    text, descriptors, _, _ = socket.recv_fds(control, _LINE, _DESCRIPTORS)
    while text and not text.endswith(b"\n"):
        part = control.recv(_LINE)
        if not part:
            return b"", descriptors
        text += part
    return text, descriptors
