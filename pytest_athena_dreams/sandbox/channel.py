"""The parent's end of a child's channel: frames out, frames in.

Invariants: nothing here waits longer than the caller's ``pause`` allows; frames are returned whole and in the
order in which they arrived.
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
"""With this many replies due, sleep this long (in seconds): waking for each costs more than most calls."""


class Gone(Exception):
    """The other end is closed."""


class Channel:
    """A pair of sockets; ``theirs`` is the child's. A received frame may have at most ``cap`` bytes."""

    def __init__(self, cap: int) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._inbox = wire.Inbox(cap)
        self._outbox = memoryview(b"")

    def close(self) -> None:
        """Close this end. Safe to call twice."""
        self._ours.close()

    def send(self, bodies: Iterable[bytes]) -> None:
        """Queue frames; ``frame`` sends them while it waits for the replies."""
        self._outbox = memoryview(b"".join(map(wire.frame, bodies)))

    @property
    def ready(self) -> bool:
        """Whether a whole frame has arrived."""
        return self._inbox.ready

    def frame(self, due: int, pause: Callable[[], float]) -> bytes:
        """The next frame; ``due`` are expected. Before each wait, ``pause`` returns its maximum in seconds.

        Raises ``Gone``, ``WireError`` for a frame above the cap, and whatever ``pause`` raises.
        """
        while (body := self._inbox.frame()) is None:
            if due >= NAP_FRAMES and not self._outbox:
                time.sleep(NAP)
            self._exchange(pause())
        return body

    def more(self) -> bool:
        """Whether more has arrived than the frames taken so far."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            self._inbox.feed(self._ours.recv(_RECEIVED_BYTES))
        return not self._inbox.empty

    def _exchange(self, pause: float) -> None:
        """Wait up to ``pause`` seconds, then send and receive as much as the sockets allow."""
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
