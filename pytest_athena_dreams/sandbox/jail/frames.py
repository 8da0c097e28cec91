"""Frames on a stream: four bytes of length, most significant first, then as many bytes.

Both ends of a child's channel use them; the blocking calls here are the child's.
"""

from __future__ import annotations

import os
import struct

HEADER = struct.Struct(">I")

_pack, _unpack = HEADER.pack, HEADER.unpack
_read, _write = os.read, os.write
_CHUNK = 1 << 20


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
