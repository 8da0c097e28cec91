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
_CHUNK = 1 << 20
_LINE = 1 << 16
_DESCRIPTORS = 2
"""Descriptors that can come with a line."""


def write(descriptor: int, body: bytes) -> None:
    """Send one frame, all of it."""
    rest = memoryview(_pack(len(body)) + body)
    while rest:
        rest = rest[_write(descriptor, rest) :]


def read(descriptor: int) -> bytes:
    """Receive one frame; raises ``EOFError`` where the other end is gone."""
    (length,) = _unpack(_exactly(descriptor, HEADER.size))
    return _exactly(descriptor, length)


def _exactly(descriptor: int, size: int) -> bytes:
    parts = []
    while size:
        part = _read(descriptor, min(size, _CHUNK))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def receive(control: socket.socket) -> tuple[bytes, list[int]]:
    """Receive one line and its descriptors; no text where the other end is gone."""
    text, descriptors, _, _ = socket.recv_fds(control, _LINE, _DESCRIPTORS)
    while text and not text.endswith(b"\n"):
        part = control.recv(_LINE)
        if not part:
            return b"", descriptors
        text += part
    return text, descriptors
