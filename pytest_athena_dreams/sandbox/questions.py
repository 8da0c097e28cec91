"""The parent's end of the window through which a child asks its world for what is not a file.

Invariants: a question is strictly checked before it is answered; nothing here waits for the child; what asks
too much, or anything else, dies of it.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Annotated

import msgspec

from ..models import DeathReason
from ..world.answering import Answering, TooManyRequests
from ..world.http1 import NoRequest
from ..world.peer import Sent
from . import wire
from .death import Over
from .decoding import WireError
from .jail.frames import framed

QUESTION_BYTES = 1 << 20
"""Maximum bytes of one question."""
_WINDOW_BYTES = 1 << 18
_TOO_MUCH_ASKED = DeathReason.OUTPUT, "killed for more commands, or more input to them, than a call may run"
_Text = Annotated[str, msgspec.Meta(max_length=QUESTION_BYTES)]


class _Question(msgspec.Struct, tag_field="ask", forbid_unknown_fields=True, kw_only=True):
    pass


class Run(_Question, tag="run"):
    """What does this command do?"""

    words: list[_Text]
    folder: _Text
    variables: dict[str, _Text | None]
    input: _Text


class Feed(_Question, tag="input"):
    """More input to the command with this number."""

    number: int
    text: _Text


class Which(_Question, tag="which"):
    """Where is this program?"""

    program: _Text


class Surroundings(_Question, tag="scene"):
    """What surrounds the call that begins?"""


class Left(_Question, tag="left"):
    """These variables of the process are changed now that the call ends."""

    variables: dict[str, _Text | None]


class Sleep(_Question, tag="sleep"):
    """Sleep for this long; the clock is the child's."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=10**9)]


class Connect(_Question, tag="connect"):
    """Open a connection to this host."""

    host: _Text
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)]


class Send(_Question, tag="send"):
    """What comes back for this on the connection with this number?"""

    number: int
    text: _Text


_Questions = Run | Feed | Which | Connect | Send | Surroundings | Left | Sleep
_DECODER = msgspec.json.Decoder(_Questions)


class Questions:
    """A pair of sockets; ``theirs`` is the child's. ``answering`` answers for the call that runs."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._inbox = wire.Inbox(QUESTION_BYTES)
        self.answering: Answering | None = None

    def fileno(self) -> int:
        return self._ours.fileno()

    def close(self) -> None:
        """Close both ends. Safe to call twice."""
        self._ours.close()
        self.theirs.close()

    def answer(self) -> bool:
        """Answer what has arrived; whether the other end is open. Raises ``Over`` and ``WireError``."""
        try:
            data = self._ours.recv(_WINDOW_BYTES)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        self._inbox.feed(data)
        while (frame := self._inbox.frame()) is not None:
            try:
                found = self._answered(_DECODER.decode(frame))
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
                raise WireError(f"a question that is none: {exc}") from None
            except TooManyRequests:
                raise Over(*_TOO_MUCH_ASKED) from None
            try:
                self._ours.sendall(framed(msgspec.json.encode(found)))
            except BlockingIOError:
                raise Over(DeathReason.PROTOCOL, "asked without reading the answers") from None
            except ConnectionError:
                return False
        return bool(data)

    def last(self) -> None:
        """Answer what is left when the child has been stopped."""
        with contextlib.suppress(BlockingIOError):
            while self.answer() and self._waiting():
                pass

    def _waiting(self) -> bool:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            return bool(self._ours.recv(1, socket.MSG_PEEK))
        return False

    def _answered(self, question: _Questions) -> dict[str, object]:
        answering = self.answering
        if answering is None:
            raise WireError("a question outside a call")
        match question:
            case Run(words=words, folder=folder, variables=variables, input=body):
                number, done = answering.run(
                    [_text(word) for word in words],
                    _text(folder),
                    {_text(name): value and _text(value) for name, value in variables.items()},
                    _text(body),
                )
                out, err = (text.encode(errors="replace").decode("latin-1") for text in (done.out, done.err))
                return {"number": number, "error": done.error, "out": out, "err": err, "status": done.status}
            case Feed(number=number, text=text):
                answering.feed(number, _text(text))
                return {}
            case Which(program=program):
                return {"path": answering.place_of(_text(program))}
            case Surroundings():
                return answering.surroundings()
            case Left(variables=variables):
                answering.left({_text(name): value and _text(value) for name, value in variables.items()})
                return {}
            case Sleep(seconds=seconds):
                answering.slept += seconds
                return {}
            case Connect(host=host, port=port):
                error, number, first = answering.peers.connect(_text(host), port)
                return {"error": error, "number": number, "text": first.decode("latin-1")}
            case Send(number=number, text=text):
                try:
                    sent = answering.peers.send(number, text.encode("latin-1", "replace"))
                except NoRequest as exc:
                    answering.refuse(f"use a socket without HTTP or SMTP ({exc})")
                    sent = Sent(closed=True)
                return {"text": sent.data.decode("latin-1"), "closed": sent.closed, "silent": sent.silent}
        raise WireError("a question that is none")


def _text(sent: str) -> str:
    """Text that was sent with a character for each byte."""
    return sent.encode("latin-1", "replace").decode(errors="backslashreplace")
