"""The parent's end of a child's channel: frames out, frames in.

Invariants: nothing here waits longer than the caller's ``pause`` allows; frames are returned whole and in the
order in which they arrived.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import socket
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from . import wire
from .jail.frames import framed

if TYPE_CHECKING:
    from .listener import Listener
    from .questions import Questions

_RECEIVED_BYTES = 1 << 18
NAP_FRAMES, NAP = 8, 0.0003
"""With this many replies due, sleep this long (in seconds): waking for each costs more than most calls."""


class Gone(Exception):
    """The other end is closed."""


class Channel:
    """A pair of sockets; ``theirs`` is the child's. A received frame may have at most ``cap`` bytes.

    With ``passes``, the first descriptor that arrives is stored for ``passed``. While the channel waits for a
    frame, it lets ``listener`` answer the kernel, and ``questions`` the child.
    """

    def __init__(self, cap: int, *, passes: bool = False) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._inbox = wire.Inbox(cap)
        self._outbox = memoryview(b"")
        self._passes = passes
        self._passed: int | None = None
        self.listener: Listener | None = None
        self.questions: Questions | None = None

    def close(self) -> None:
        """Close this end and the listener. Safe to call twice."""
        self._ours.close()
        if self.questions is not None:
            self.questions.close()
        if (left := self.passed()) is not None:
            os.close(left)
        if self.listener is not None:
            self.listener.close()
            self.listener = None

    def files(self, out: int, err: int) -> tuple[int, ...]:
        """The descriptors to give to a child that prints to ``out`` and ``err``."""
        return (out, err) if self.questions is None else (out, err, self.questions.theirs.fileno())

    def passed(self) -> int | None:
        """The descriptor that arrived, which the caller now owns; later ones are not accepted."""
        self._passes = False
        passed, self._passed = self._passed, None
        return passed

    def send(self, bodies: Iterable[bytes]) -> None:
        """Queue frames; ``frame`` sends them while it waits for the replies."""
        self._outbox = memoryview(b"".join(map(framed, bodies)))

    @property
    def ready(self) -> int:
        """How many whole frames have arrived."""
        return self._inbox.ready

    def frame(self, due: int, pause: Callable[[], float]) -> bytes:
        """The next frame; ``due`` are expected. Before each wait, ``pause`` returns its maximum in seconds.

        Raises ``Gone``, ``WireError`` for a frame above the cap, and whatever ``pause`` raises.
        """
        while (body := self._inbox.frame()) is None:
            if due >= NAP_FRAMES and not self._outbox and self.listener is None:
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
        if self.listener is not None:
            poll.register(self.listener, select.POLLIN)
            self.listener.wait()
        if self.questions is not None:
            poll.register(self.questions, select.POLLIN)
        found = dict(poll.poll(math.ceil(pause * 1000)))
        if self.questions is not None and found.pop(self.questions.fileno(), 0):
            self._answer(self.questions)
        asked = found.pop(self.listener.fileno(), 0) if self.listener is not None else 0
        events = found.get(self._ours.fileno(), 0)
        try:
            if events & select.POLLOUT:
                self._outbox = self._outbox[self._ours.send(self._outbox[:_RECEIVED_BYTES]) :]
            if events & ~select.POLLOUT:
                self._receive()
            if asked & select.POLLIN and self.listener is not None:
                with contextlib.suppress(BlockingIOError):
                    self._receive()  # what was answered before the child asked
                self.listener.answer(ahead=self.ready)
            elif asked and self.listener is not None:  # nobody is left to ask
                self.listener.close()
                self.listener = None
        except ConnectionError:
            raise Gone from None

    def _answer(self, questions: Questions) -> None:
        """Answer the child; it may have closed its end."""
        if not questions.answer():
            questions.close()
            self.questions = None

    def _receive(self) -> None:
        if self._passes:
            data, descriptors, _, _ = socket.recv_fds(self._ours, _RECEIVED_BYTES, 1)
            if descriptors:
                self._passed, self._passes = descriptors[0], False
        else:
            data = self._ours.recv(_RECEIVED_BYTES)
        if not data:
            raise Gone
        self._inbox.feed(data)
