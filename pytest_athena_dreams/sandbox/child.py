"""One child of the fork server, as the parent sees it: requests to it, and observations of it.

Invariants: the child is killed and has ended whichever way the block that holds it ends; every wait ends
with the deadline; what the child says is an observation or a death, and how it died is read from its
wait status, never from what it said. Between requests it stands still, and nothing is concluded from its last
answer before the parent has counted what no limit of the kernel's counts.
"""

from __future__ import annotations

import math
import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import IO

from ..errors import SandboxError
from ..models import DeathReason, Observation, ObservationKind
from ..signatures import Loaded
from . import wire
from .channel import Channel, Gone
from .death import cause, died
from .forkserver import ForkServer, Process, Reaped, ServerLost
from .load import Source
from .meter import Deadline, Meter, Reading
from .policy import Policy
from .scratch import Scratch
from .seen import seen

_GLANCE = 0.05
"""Seconds between two looks at a child that runs: its threads may use more than one processor."""
THREADS = 256
"""Threads that a child may have. RLIMIT_NPROC counts all of a user's processes, and none of root's."""
_GRACE = 1.0
"""Seconds that a child which closed its channel may take to end."""
_SETTLING = 10.0
"""Seconds that a stopped child's threads may take to stand still: a loaded machine lets them run late."""
_TICK = 0.0002
"""Seconds between two looks at whether they do."""


class _Late(Exception):
    """The deadline has passed."""


class _Over(Exception):
    """The child has more of something than it may; the arguments are the reason and a detail."""


class Child:
    """A process that has loaded a source. Use it in a ``with`` block.

    Either ``loaded`` says what was loaded, or ``failure`` says what the load did. ``cpu`` is the
    processor seconds used, ``peak_memory`` the bytes above what the loaded child held, at the highest; both
    are known once the child has ended.
    """

    def __init__(self, server: ForkServer, source: Source, policy: Policy, seed: int) -> None:
        limits = policy.limits
        self.loaded: Loaded | None = None
        self.failure: Observation | None = None
        self.cpu = 0.0
        self.peak_memory = 0
        self.lost = False
        """Whether the fork server went together with the child."""
        self._server = server
        self._limits = limits
        self._nonce = secrets.token_hex(16)
        self._number = 0
        self._answers: tuple[type[wire.Reply], ...] = ()
        self._next_look = time.monotonic() + _GLANCE
        self._resting = False
        self._channel = Channel(limits.reply)
        self._scratch = Scratch(server.outside / "scratch", policy.scratch) if policy.scratch else None
        order = {
            "nonce": self._nonce,
            "seed": seed,
            "memory": int(limits.memory * source.share),
            "output": int(limits.output * source.share),
            "reply": limits.reply,
            "scratch": self._scratch.path if self._scratch else None,
            "scratch_size": policy.scratch,
        }
        try:
            with self._channel.theirs as theirs, _output() as output:
                self._process: Process | None = server.spawn(order, theirs.fileno(), output.fileno())
        except BaseException:
            self._discard()
            raise
        self._meter = Meter(self._process.pid)
        self._meter.offer()
        try:
            self._load(source, first=True)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process is not None

    def load(self, source: Source, *, anew: bool = True) -> None:
        """Load another source in its place; what the first one did to the process stays done.

        What is not loaded ``anew`` is the code that is loaded, to be ``watched`` from now on.
        """
        if self._process is None:
            raise ValueError("this child has ended: spawn another")
        self.loaded = self.failure = None
        self._load(source, first=False, anew=anew)

    def usage(self) -> tuple[float, int]:
        """Processor seconds of the running child so far, and its peak memory in bytes above the load."""
        return self._meter.read().cpu, self._meter.peak()

    def status(self) -> dict[str, str]:
        """The fields of the running child's ``/proc/PID/status``; empty where there is none."""
        return self._meter.status()

    def namespaces(self) -> tuple[str, ...]:
        """Namespaces that the running child does not share with this process."""
        return self._meter.namespaces()

    def calls(self, payloads: Sequence[bytes], timeout: float) -> Iterator[Observation]:
        """Observe one call a payload, in order.

        A payload is ``pickle.dumps((args, kwargs), 5)``. Where the child does not survive a call, the
        observation of that call is the last one.
        """
        if self._process is None or self.loaded is None:
            raise ValueError("this child has no entry point or has ended: spawn another")
        self._resume()
        self._channel.send(payloads)
        start = self._meter.read()
        self._allow_cpu(start.cpu + len(payloads) * timeout)
        deadline = Deadline(start, timeout)
        for due in range(len(payloads), 0, -1):
            self._number += 1
            if waits := not self._channel.ready:
                start = self._meter.read()
                deadline = Deadline(start, timeout)
            reply = self._reply(deadline, self._answers, due=due)
            if waits or self._process is None:
                yield self._observation(reply, start, self._meter.read(), deadline)
            else:  # it came together with the one before: what both used was that one's
                yield seen(reply, cpu=0.0, elapsed=0.0)
            if self._process is None:
                return

    def close(self, *, wait: bool = True) -> None:
        """Kill the child, whatever it does, and wait until it has ended, if asked to. Safe to call twice."""
        if self._process is None:
            return
        process, self._process = self._process, None
        self.cpu, self.peak_memory = self._meter.read().cpu, self._meter.peak()
        try:
            process.kill()
            self._server.forget(process)
            if wait or self._scratch is not None:  # which is to be removed
                process.ended(_GRACE)
        finally:
            self._let_go(process)

    def _load(self, source: Source, *, first: bool, anew: bool = True) -> None:
        self._resume()
        self._number = 0
        self._answers = (wire.Reached,) if source.watched else (wire.Returned, wire.Threw)
        self._channel.send([source.request(anew=anew)])
        start = self._meter.read()
        deadline = Deadline(start, self._limits.load_timeout)
        reply = self._reply(deadline, (wire.Ready, wire.Failed), due=2) if first else None
        if isinstance(reply, wire.Failed):
            raise SandboxError(f"a child could not be locked in: {reply.detail}; run 'athena-dreams doctor'")
        if reply is None or isinstance(reply, wire.Ready):
            self._allow_cpu(start.cpu + self._limits.load_timeout)
            reply = self._reply(deadline, (wire.Described, wire.Threw), due=1)
        if isinstance(reply, wire.Described) and source.lacks(reply.loaded):
            reply = died(DeathReason.PROTOCOL, "a load without the signature that was due")
        if isinstance(reply, wire.Described):
            self.loaded = reply.loaded
            if first:
                self._meter.mark()
        else:
            self.failure = self._observation(reply, start, self._meter.read(), deadline)
            self.close()

    def _allow_cpu(self, seconds: float) -> None:
        """A backstop in the kernel, for when nobody watches; two seconds above what the deadline allows."""
        if self._process is not None:
            self._process.allow_cpu(math.ceil(seconds) + 2)

    def _reply(
        self, deadline: Deadline, expected: tuple[type[wire.Reply], ...], *, due: int
    ) -> wire.Reply | Observation:
        """The reply to the request in progress, or the death that came instead; ``due`` are yet to come."""
        try:
            body = self._channel.frame(due, lambda: self._pause(deadline))
            reply = wire.decode(body, nonce=self._nonce, number=self._number)
            if isinstance(reply, wire.Broken):
                raise wire.WireError(f"it could not tell what happened: {reply.detail}")
            if not isinstance(reply, expected):
                raise wire.WireError(f"a frame of kind {type(reply).__name__.lower()!r} where none was due")
            self._check_scratch()
            if due == 1:
                surplus = self._channel.more()  # before the child stands still: it may be about to write
                self._rest()
                if surplus or self._channel.more():
                    raise wire.WireError("more than was asked for")
            return reply
        except _Late:
            self.close()
            return Observation(kind=ObservationKind.TIMED_OUT, detail=f"more than {deadline.timeout:g} s")
        except _Over as exc:
            self.close()
            return died(*exc.args)
        except Gone:
            return self._death()
        except wire.WireError as exc:
            self.close()
            return died(DeathReason.PROTOCOL, str(exc))

    def _rest(self) -> None:
        """Have the child stand still, and count once more what it holds now that this can't change.

        A child of one thread is not waited for: at most it was about to start a second one.
        """
        assert self._process is not None
        self._process.stop()
        self._resting = True
        if self._scratch is not None or self._meter.threads() > 1:
            self._settle()
            self._check_threads()
            self._check_scratch()

    def _resume(self) -> None:
        if self._resting and self._process is not None:
            self._process.resume()
            self._resting = False

    def _settle(self) -> None:
        """Wait until all threads of the stopped child stand still."""
        end = time.monotonic() + _SETTLING
        while not self._meter.still():
            if time.monotonic() > end:
                raise _Over(DeathReason.SIGNAL, "killed because it went on running when it was stopped")
            time.sleep(_TICK)

    def _check_scratch(self) -> None:
        if self._scratch is not None and self._scratch.over():
            raise _Over(DeathReason.OUTPUT, "killed for a scratch folder fuller or deeper than allowed")

    def _check_threads(self) -> None:
        if self._meter.threads() > THREADS:
            raise _Over(DeathReason.SIGNAL, f"killed for having more than {THREADS} threads")

    def _pause(self, deadline: Deadline) -> float:
        """Seconds to wait for an answer at most, after a look at what no limit of the kernel's counts."""
        now = self._meter.read()
        pause = deadline.pause(now, _GLANCE)
        if pause <= 0:
            raise _Late
        if now.wall >= self._next_look:
            self._next_look = now.wall + _GLANCE
            self._check_scratch()
            self._check_threads()
        return pause

    def _observation(
        self, reply: wire.Reply | Observation, start: Reading, now: Reading, deadline: Deadline
    ) -> Observation:
        cpu = max(0.0, (self.cpu if self._process is None else now.cpu) - start.cpu)
        return seen(reply, cpu=cpu, elapsed=deadline.used(now))

    def _death(self) -> Observation:
        """How a child went that closed its channel."""
        assert self._process is not None
        left_running = self._process.pidfd is not None and not self._process.ended(_GRACE)
        reaped = self._reap()
        if reaped is None:
            return died(DeathReason.MEMORY, "killed together with the fork server")
        if left_running:
            return died(DeathReason.PROTOCOL, "closed its channel and went on running")
        return cause(reaped.status, self._limits.output)

    def _reap(self) -> Reaped | None:
        process, self._process = self._process, None
        assert process is not None
        try:
            process.kill()
            reaped = self._server.reap(process)
        except ServerLost:
            self.lost = True
            process.ended(_GRACE)  # the kernel kills it along with the server
            return None
        finally:
            self._let_go(process)
        self.cpu = reaped.cpu
        self.peak_memory = self._meter.above(reaped.memory * 1024)
        return reaped

    def _let_go(self, process: Process) -> None:
        self._meter.close()
        if process.pidfd is not None:
            os.close(process.pidfd)
        self._discard()

    def _discard(self) -> None:
        self._channel.close()
        if self._scratch is not None:
            self._scratch.remove()


def _output() -> IO[bytes]:
    """A file that no path leads to, for what the child prints."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("output", os.MFD_CLOEXEC), "wb", buffering=0)
    return tempfile.TemporaryFile(buffering=0)
