"""The parent's end of a child's channel: frames out, frames in.

Invariants: nothing here waits longer than it is told to; what came is told as it came, whole frames in order.
"""

from __future__ import annotations

import contextlib
import math
import select
import socket
import time
from collections.abc import Callable, Iterable

from . import wire

_RECEIVED_BYTES = 1 << 18
NAP_FRAMES, NAP = 8, 0.0003
"""Frames due from which on it is waited, and seconds: to be woken by each costs more than most calls."""


class Gone(Exception):
    """The other end is closed."""


class Channel:
    """A pair of sockets, of which ``theirs`` is the child's. A frame may have ``cap`` bytes."""

    def __init__(self, cap: int) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._inbox = wire.Inbox(cap)
        self._outbox = memoryview(b"")

    def close(self) -> None:
        """Close this end. Safe to call twice."""
        self._ours.close()

    def send(self, bodies: Iterable[bytes]) -> None:
        """Have frames sent, while it is waited for those that answer them."""
        self._outbox = memoryview(b"".join(map(wire.frame, bodies)))

    @property
    def ready(self) -> bool:
        """Whether a whole frame has arrived."""
        return self._inbox.ready

    def frame(self, due: int, pause: Callable[[], float]) -> bytes:
        """The next frame of ``due``; before each wait ``pause`` tells how many seconds it may take.

        Raises ``Gone``, ``WireError`` for a frame above the cap, and what ``pause`` raises.
        """
        while (body := self._inbox.frame()) is None:
            if due >= NAP_FRAMES and not self._outbox:
                time.sleep(NAP)
            self._exchange(pause())
        return body

    def more(self) -> bool:
        """Whether something came that nobody asked for."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            self._inbox.feed(self._ours.recv(_RECEIVED_BYTES))
        return not self._inbox.empty

    def _exchange(self, pause: float) -> None:
        """Send what is left to send and receive what has come."""
        poll = select.poll()
        poll.register(self._ours, select.POLLIN | (select.POLLOUT if self._outbox else 0))
        events = sum(event for _, event in poll.poll(math.ceil(pause * 1000)))
        try:
            if events & select.POLLOUT:
                self._outbox = self._outbox[self._ours.send(self._outbox[:_RECEIVED_BYTES]) :]
            if events & ~select.POLLOUT:
                data = self._ours.recv(_RECEIVED_BYTES)
                if not data:
                    raise Gone
                self._inbox.feed(data)
        except ConnectionError:
            raise Gone from None
